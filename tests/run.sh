#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every test of thaw, from a bare Debian 12 on: sh tests/run.sh [--all]
#
# Builds in build/tests and runs ctest: all tests by gcc in Release; Debug with address and undefined behaviour
# sanitizers; without BLAS; serving and training at once with the thread sanitizer; by clang, and the fuzzers for 5 s
# each, if it is installed; and linear algebra with other BLAS libraries. --all installs clang and adds the long runs:
# fuzzers for 60 s each, 300 killed saves, 5 minutes of serving while the model is trained and swapped. Logs are
# build/tests/*.log. The last line is "N passed, M failed, K skipped". Exit status: 0 if nothing failed, else 1.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
packages='cmake ninja-build gcc g++ libc6-dev libopenblas-pthread-dev libjansson-dev libxxhash-dev librandom123-dev
          libsqlite3-dev zlib1g-dev pkg-config check python3 clang-format'
work=build/tests
fuzzers='fuzz_model fuzz_user fuzz_data fuzz_config fuzz_calls'
long=0
case ${1:-} in
    '') ;;
    --all) long=1 packages="$packages clang" ;;
    *) echo "usage: sh tests/run.sh [--all]" >&2; exit 2 ;;
esac
passed=0 failed=0 skipped=0

stop() { printf 'tests: %s\n' "$*" >&2; exit 1; }

# ---- packages ----

missing=
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "packages: installing$missing"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        printf 'These packages are missing. Install them and run this again:\n\n' >&2
        printf '    sudo apt-get install -y --no-install-recommends%s\n\n' "$missing" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    # Both lists must be split into words.
    # shellcheck disable=SC2086
    {
        $as_root apt-get update -qq || true
        $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
            stop "apt-get could not install:$missing"
    }
fi

# ---- stages ----

# Exported for the builds that tests run.
CMAKE_GENERATOR=Ninja
CMAKE_BUILD_PARALLEL_LEVEL=2
export CMAKE_GENERATOR CMAKE_BUILD_PARALLEL_LEVEL
mkdir -p "$work"
begin=$(date +%s)

# report NAME START TEXT: print the line of a stage
report() { printf '%-10s %4d s  %s\n' "$1" "$(($(date +%s) - $2))" "$3"; }

# count PASSED FAILED SKIPPED
count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# build NAME CMAKE_ARGUMENT…: configure and build in $work/NAME, $targets or everything
build() {
    name=$1 start=$(date +%s)
    shift
    # shellcheck disable=SC2086
    if { cmake -S . -B "$work/$name" -DTHAW_WERROR=ON "$@" &&
         cmake --build "$work/$name" ${targets:+--target $targets}; } \
        >"$work/$name-build.log" 2>&1
    then
        report "$name" "$start" 'built'
    else
        count 0 1 0
        report "$name" "$start" "DOES NOT BUILD; the log is $work/$name-build.log"
        grep -E -A 5 'error|FAILED' "$work/$name-build.log" | head -n 40
        return 1
    fi
}

# check NAME CTEST_ARGUMENT…: run the tests of $work/NAME
check() {
    name=$1 start=$(date +%s) log=$work/$1-test.log
    shift
    (cd "$work/$name" && ctest -j 2 --output-on-failure "$@") >"$log" 2>&1 || true
    total=$(sed -n 's/.* tests failed out of \([0-9]*\)$/\1/p' "$log")
    bad=$(sed -n 's/.* tests passed, \([0-9]*\) tests failed out of .*/\1/p' "$log")
    left=$(grep -c -e '\*\*\*Skipped' -e '\*\*\*Not Run (Disabled)' "$log") || true
    if [ "${total:-0}" -eq 0 ]; then total=1 bad=1; fi
    count $((total - bad - left)) "$bad" "$left"
    report "$name" "$start" "$((total - bad - left)) passed, $bad failed, $left skipped"
    if [ "$bad" -ne 0 ]; then
        sed -n '/The following tests FAILED/,$p' "$log"
        echo "the log is $log"
    fi
}

# run_long NAME COMMAND…: a long run is one test
run_long() {
    name=$1 start=$(date +%s)
    shift
    if OPENBLAS_NUM_THREADS=1 "$@" >"$work/$name.log" 2>&1; then
        count 1 0 0
        report "$name" "$start" 'passed'
    else
        count 0 1 0
        report "$name" "$start" "FAILED: $*; the log is $work/$name.log"
        tail -n 20 "$work/$name.log"
    fi
}

targets=
if build release -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release; then
    check release
fi
if build sanitized --preset dev -DCMAKE_C_COMPILER=gcc; then
    check sanitized -LE slow
fi
if build ref -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release -DTHAW_BACKEND=ref; then
    check ref -L unit
fi
targets='soak platform_test_thread api_test_parallel api_test_online'
if build threads -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release -DTHAW_BACKEND=ref -DTHAW_SANITIZE=thread; then
    check threads -R 'soak.soak|platform.test_thread|api.test_parallel|api.test_online'
fi
targets=
if command -v clang >/dev/null; then
    if build clang -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release; then
        check clang -L unit
    fi
    targets=$fuzzers
    if build fuzz -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo -DTHAW_FUZZ=ON -DBUILD_SHARED_LIBS=OFF \
             -DTHAW_SANITIZE=address,undefined; then
        check fuzz -R thaw.fuzz
    fi
    targets=
else
    echo 'clang      not installed, skipped'
fi

# ---- other BLAS libraries ----

start=$(date +%s) log=$work/blas-matrix.log
folder=$PWD/$work/release/tests/linalg
set -- "$folder/linalg_test_linalg" "$folder/linalg_test_threads"
if [ -x "$1" ] && [ -x "$2" ]; then
    verdict=0
    sh tests/blas_matrix.sh "$work/blas-matrix" "$@" >"$log" 2>&1 || verdict=$?
    good=$(grep -c '^pass ' "$log") || true
    bad=$(grep -c '^FAIL ' "$log") || true
    left=$(grep -c ': skipped,' "$log") || true
    if [ "$verdict" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    count "$good" "$bad" "$left"
    report blas "$start" "$good passed, $bad failed, $left skipped"
    [ "$bad" -eq 0 ] || { grep -A 10 '^FAIL ' "$log" | head -n 40; echo "the log is $log"; }
fi

# ---- long runs ----

if [ "$long" -eq 1 ]; then
    for fuzzer in $fuzzers; do
        run_long "$fuzzer" "$work/fuzz/tests/fuzz/$fuzzer" -max_total_time=60 -timeout=20 -rss_limit_mb=4096
    done
    mkdir -p "$work/saves"
    run_long kill_saves "$work/release/tests/soak/kill_saves" 300 "$work/saves"
    run_long soak "$work/release/tests/soak/soak" 300
    run_long soak_threads "$work/threads/tests/soak/soak" 60
fi

report all "$begin" "logs are in $work"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

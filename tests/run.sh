#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every test of thaw, on a fresh Debian 12 and a clean clone: sh tests/run.sh
#
# Stages: release build with every test; address and undefined behaviour sanitizers; plain C backend; clang; each BLAS of
# Debian. Logs are in build/. The last line counts the tests of all stages. Leaves with 1 if any failed.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
packages='cmake ninja-build gcc g++ libc6-dev pkg-config libopenblas-pthread-dev libjansson-dev libxxhash-dev librandom123-dev
libsqlite3-dev check python3'
jobs=$(nproc)
passed=0 failed=0 skipped=0
OPENBLAS_NUM_THREADS=1
export OPENBLAS_NUM_THREADS

# ---- packages ----

missing=
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; then
            echo "These packages are missing. Install them and run this again:" >&2
            echo "    sudo apt-get install -y --no-install-recommends$missing" >&2
            exit 1
        fi
        as_root='sudo -n'
    fi
    echo "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq || true
    # The list is words by intention.
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# ---- stages ----

mkdir -p build
begin=$(date +%s)
tell() { printf '%4d s  %s\n' $(($(date +%s) - begin)) "$*"; }

# build NAME OPTION…: configure and build in build/NAME, or say why not and leave.
build() {
    name=$1
    shift
    if ! { cmake -S . -B "build/$name" -G Ninja "$@" && cmake --build "build/$name" -j "$jobs"; } >"build/$name.log" 2>&1; then
        tail -n 40 "build/$name.log"
        tell "$name: the build failed"
        echo "$passed passed, $((failed + 1)) failed, $skipped skipped"
        exit 1
    fi
    tell "$name: built"
}

# check NAME CTEST-OPTION…: run the tests of build/NAME and add them up.
check() {
    name=$1
    shift
    log=build/$name.tests.log
    ctest --test-dir "build/$name" -j "$jobs" --output-on-failure "$@" >"$log" 2>&1 || true
    p=$(grep -c ' Passed ' "$log" || true)
    s=$(grep -c '\*\*\*Skipped' "$log" || true)
    f=$(grep -cE '\*\*\*(Failed|Timeout|Exception|Not Run)|SEGFAULT|Subprocess aborted' "$log" || true)
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ $((p + f)) -gt 0 ] || failed=$((failed + 1))
    [ "$f" -eq 0 ] || grep -vE '^ *Start |  Passed ' "$log" | tail -n 200
    grep -hE '^.*(skipped, .* is not there|not there: skipped)' "$log" || true
    tell "$name: $p passed, $f failed, $s skipped"
}

build release -DCMAKE_BUILD_TYPE=Release -DTHAW_WERROR=ON
check release

build sanitized -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-g1 -DTHAW_WERROR=ON -DTHAW_SANITIZE=address,undefined
check sanitized -E 'install|headers|exports|cli|e2e|real|@'

build ref -DCMAKE_BUILD_TYPE=Release -DTHAW_WERROR=ON -DTHAW_BACKEND=ref -DTHAW_EXAMPLES=OFF
check ref -E 'install|headers|exports|platform|data|e2e'

if command -v clang >/dev/null; then
    build clang -DCMAKE_BUILD_TYPE=Release -DTHAW_WERROR=ON -DCMAKE_C_COMPILER=clang -DTHAW_EXAMPLES=OFF
    check clang -E 'install|headers|e2e|@'
fi

if sh tests/blas_matrix.sh build/blas build/release/tests/linalg/linalg_test_linalg \
    build/release/tests/linalg/linalg_test_threads >build/blas.log 2>&1; then
    grep -h skipped build/blas.log || true
    passed=$((passed + $(grep -c '^pass' build/blas.log || true)))
else
    cat build/blas.log
    failed=$((failed + 1))
fi
tell "blas: $(grep -c '^pass' build/blas.log || true) programs passed, each BLAS of Debian in turn"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

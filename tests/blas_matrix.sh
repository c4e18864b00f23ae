#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run test programs against each BLAS of Debian without installing any of them:
#
#     blas_matrix.sh FOLDER PROGRAM…
#
# Packages are downloaded and unpacked in FOLDER, once. The last BLAS has 64-bit integers: the programs must refuse it,
# report this, and still pass. Exit status: 0 if all runs pass or apt cannot download the packages, 1 if a run fails.
set -eu
mkdir -p "$1/deb" "$1/root" "$1/ilp64"
folder=$(cd "$1" && pwd)
shift

cd "$folder/deb"
for package in libopenblas0-serial libblis4-serial libblas3 liblapack3 libopenblas64-0-pthread; do
    ls "$package"_*.deb >/dev/null 2>&1 && continue
    if ! command -v apt-get >/dev/null || ! apt-get -q download "$package" >/dev/null 2>&1; then
        echo "blas_matrix: skipped, apt-get cannot download $package"
        exit 0
    fi
done
for deb in *.deb; do
    dpkg -x "$deb" "$folder/root"
done
libraries=$(dirname "$(find "$folder/root" -type d -name blas)")
for name in blas lapack; do
    ln -sf "$libraries/openblas64-pthread/lib${name}64.so.3" "$folder/ilp64/lib$name.so.3"
done

# run NAME LIBRARY_PATH TEXT PROGRAM…: all programs must pass, and test_linalg must print TEXT
failed=0
run() {
    name=$1 path=$2 text=$3
    shift 3
    for program; do
        verdict=pass
        CK_FORK=no OPENBLAS_NUM_THREADS=1 LD_LIBRARY_PATH=$path "$program" >"$folder/log" 2>&1 || verdict=FAIL
        case $program in
        *test_linalg) grep -q "$text" "$folder/log" || verdict=FAIL ;;
        esac
        echo "$verdict  $name  $(basename "$program")"
        test $verdict = pass || { cat "$folder/log"; failed=1; }
    done
}
run openblas-serial "$libraries/openblas-serial" "calls are serialised" "$@"
run reference "$libraries/blas:$libraries/lapack" "blas (vendor unknown" "$@"
run blis-serial "$libraries/blis-serial:$libraries/lapack" "blas (vendor unknown" "$@"
run openblas64 "$folder/ilp64:$libraries/openblas64-pthread" "refused: 64-bit integers" "$@"
exit $failed

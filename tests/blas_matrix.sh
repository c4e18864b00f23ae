#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Run test programs against each BLAS of Debian without installing any of them:
#
#     blas_matrix.sh FOLDER PROGRAM…
#
# Packages are downloaded and unpacked under FOLDER, once. Exits 0 if all runs pass, 1 if one fails, and 0 with a line that
# says so where apt cannot download.
set -eu
folder=$1
shift
mkdir -p "$folder/deb" "$folder/root"

cd "$folder/deb"
for package in libopenblas0-serial libblis4-serial libblas3 liblapack3; do
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
failed=0
for vendor in openblas-serial:openblas-serial blas:lapack blis-serial:lapack; do
    path=$libraries/${vendor%:*}:$libraries/${vendor#*:}
    for program; do
        if CK_FORK=no OPENBLAS_NUM_THREADS=1 LD_LIBRARY_PATH=$path "$program" >"$folder/log" 2>&1; then
            echo "pass  $vendor  $(basename "$program")"
        else
            echo "FAIL  $vendor  $(basename "$program")"
            cat "$folder/log"
            failed=1
        fi
    done
done
exit $failed

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No file of the folders that know no method names one: neither its functions and types nor its headers.
# usage: seam.sh SRC_FOLDER
# Exit status: 0 success, 1 failure, 2 invalid arguments.
set -eu
[ $# -eq 1 ] || { echo 'usage: seam.sh SRC_FOLDER' >&2; exit 2; }
cd "$1"
names=$(find method -mindepth 1 -maxdepth 1 -type d | sed 's|.*/||' | sort)
[ -n "$names" ] || { echo "no method has a folder in $1/method" >&2; exit 1; }
for name in $names; do
    # The registry's list, method/methods.c, is the one place for these names.
    if grep -rnE "thaw__${name}|[\"/]${name}[a-z_]*\\.h\"" api model train serve data method/*.h method/*.c |
        grep -v '^method/methods\.c:' >&2; then
        echo "the method $name is named above" >&2
        exit 1
    fi
done
echo "no file names the methods" $names

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone and included twice, as C99, C11, C++11 and C++17, with strict warnings, by every
# installed compiler.
# usage: run.sh INCLUDE_FOLDER
set -eu
include=$1
strict='-Wall -Wextra -Wpedantic -pedantic-errors -Wshadow -Wconversion -Wundef -Wredundant-decls -Werror'
only_c='-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wc++-compat'
only_cxx='-Wold-style-cast'
source=$(mktemp)
trap 'rm -f "$source"' EXIT
done=0

# compile COMPILER LANGUAGE STANDARD FLAGS
compile() {
    command -v "$1" >/dev/null || return 0
    # The flags must be split into words.
    # shellcheck disable=SC2086
    "$1" -x "$2" -std="$3" $strict $4 -I"$include" -fsyntax-only "$source" ||
        { echo "$header fails as $3 with $1" >&2; exit 1; }
    done=$((done + 1))
}

for header in "$include"/thaw/*.h; do
    name=thaw/${header##*/}
    printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' "$name" "$name" >"$source"
    for standard in c99 c11; do
        compile gcc c "$standard" "$only_c"
        compile clang c "$standard" "$only_c"
    done
    for standard in c++11 c++17; do
        compile g++ c++ "$standard" "$only_cxx"
        compile clang++ c++ "$standard" "$only_cxx"
    done
done
[ "$done" -gt 0 ] || { echo "no compiler is installed" >&2; exit 1; }
echo "$done compilations"

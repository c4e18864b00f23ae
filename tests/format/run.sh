#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The form of the sources. usage: run.sh lines|clang-format PROJECT_FOLDER
#   lines         no line of *.c *.h *.md *.sh *.py has more than 120 columns
#   clang-format  clang-format with the project's .clang-format changes no C file
# Exit status: 0 success, 1 failure, 2 invalid arguments, 77 clang-format 14 is not installed.
set -eu
[ $# -eq 2 ] || { echo 'usage: run.sh lines|clang-format PROJECT_FOLDER' >&2; exit 2; }
CDPATH='' cd -- "$2"
files=$(mktemp)
trap 'rm -f "$files"' EXIT

# list PATTERN…: paths of the project's files, one a line; builds and golden files are left out
list() {
    for pattern; do
        find . \( -name .git -o -path './build*' -o -path ./tests/golden \) -prune -o -type f -name "$pattern" -print
    done | LC_ALL=C sort >"$files"
    [ -s "$files" ] || { echo "no file matches $*" >&2; exit 1; }
}

case $1 in
lines)
    list '*.c' '*.h' '*.md' '*.sh' '*.py'
    # Columns are characters, so the locale must be UTF-8.
    if LC_ALL=C.UTF-8 xargs grep -nHE '^.{121,}' <"$files" >&2; then
        echo 'these lines have more than 120 columns' >&2
        exit 1
    fi
    ;;
clang-format)
    # Versions of clang-format differ in what they do; 14 is that of Debian 12.
    clang-format --version 2>/dev/null | grep -q 'version 14\.' || { echo 'clang-format 14 is not installed'; exit 77; }
    list '*.c' '*.h'
    xargs clang-format --dry-run --Werror --style=file <"$files" || exit 1
    ;;
*)
    echo "no check is named $1" >&2
    exit 2
    ;;
esac
echo "$(grep -c . "$files") files"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the documentation says of the tree, held against the tree: relative links lead somewhere, C and Python samples stand
# in an example line by line, functions and paths it names exist, and equations that comments cite have their number in
# docs/model.md. SPELL=1 also asks codespell. usage: docs/check.sh
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages='README.md CHANGELOG.md docs/*.md examples/README.md'
say() { echo "$*" >>"$work/faults"; }
: >"$work/faults"

# ---- links ----
for page in $pages; do
    sed 's/](/\n](/g' "$page" | sed -n 's/^](\([^)]*\)).*/\1/p' | while read -r link; do
        case $link in http*|'#'*) continue ;; esac
        [ -e "$(dirname "$page")/${link%%#*}" ] || say "$page: no such file: $link"
    done
done

# ---- samples: every line of a ```c or ```python block ----
sed 's/^[[:space:]]*//; s/[[:space:]]*$//' examples/*.c examples/*.h examples/*.cpp examples/*.py tests/install/outside/* >"$work/lines"
for page in $pages; do
    awk '/^```(c|python|cmake)$/ { in_block = 1; next } /^```/ { in_block = 0 } in_block' "$page" |
        sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | grep -v '^$' | while IFS= read -r line; do
        [ "$line" = '…' ] || grep -qxF -- "$line" "$work/lines" || say "$page: in no example: $line"
    done
done

# ---- functions and structs of the API ----
cat include/thaw/*.h lib/*/*.h src/*/*.h >"$work/headers"
for page in $pages; do
    grep -o 'thaw_[a-z0-9_]*()' "$page" | tr -d '()' | sort -u | while read -r name; do
        grep -q "[^a-z0-9_]$name(" "$work/headers" || say "$page: no such function: $name"
    done
done

# ---- paths in backticks ----
for page in $pages; do
    grep -oE '`(src|lib|include|examples|tests|docs|cmake)/[A-Za-z0-9_./-]*`' "$page" | tr -d '`' | sort -u | while read -r path; do
        [ -e "$path" ] || say "$page: no such path: $path"
    done
done

# ---- equations ----
grep -rhoE 'eq\. [0-9]+( (and|to) [0-9]+)?' include src lib | grep -oE '[0-9]+' | sort -nu | while read -r number; do
    grep -q "^\*\*($number)" docs/model.md || say "docs/model.md: a comment cites equation $number, which is not there"
done

# ---- numbers that repeat constants of the code ----
constant() { grep -qE "$2" "$3" || say "docs say $1, which $3 does not"; }
constant 'nu = 6' 'THAW__FREEDOM 6\.0f' src/meta/bayes.h
constant 'noise shrunk by 50' 'NOISE_EVENTS = 50' src/meta/bayes_apply.c
constant 'surplus damped by 10' 'SURPLUS_EVENTS = 10' src/meta/bayes_apply.c
constant 'prior taught by 100' 'PRIOR_EVENTS = 100' src/meta/bayes_apply.c
constant 'surplus shared by 20' '/ 20\)' src/model/model.h
constant 'the tail is 0.395' 'TAIL 0\.395f' src/rank/score.c
constant '32 levels' 'THAW__LEVELS = 32' src/model/link.h
constant '8 knots' 'THAW__KNOTS = 8' src/model/encoder.h
constant 'chunks of 8192' 'CHUNK = 8192' src/meta/train.c
constant 'kernels up to 64' 'THAW__SMALL_MAX = 64' lib/linalg/kernels.h

constant 'codes from 256 items' 'THAW__CODES_LEAST = 256' lib/search/codes.h
constant 'a share of 1/128' 'THAW__SHARE \(1\.0 / 128\)' lib/search/codes.h
constant 'lists above 1/256 of the rows' 'DENSE = 256' lib/search/search.c

if [ "${SPELL:-0}" = 1 ]; then
    # The pages and the list of words are words by intention.
    # shellcheck disable=SC2086
    codespell -L thaw,als $pages >>"$work/faults" || true
fi
cat "$work/faults"
[ -s "$work/faults" ] && exit 1
echo "documentation: links, samples, names, paths, equations and constants agree with the tree"

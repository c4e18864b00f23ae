#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compares the documentation with the tree.
#   pages     relative links lead to a file; lines end at 120 columns; functions, constants, paths and tests that a
#             page names exist; numbers that repeat a constant of the code agree with it
#   samples   a C, Python or CMake block stands line by line in an example; a C block that does not is compiled after
#             the first block of docs/recipes.md
#   settings  names and defaults in docs/settings.md and the help of thaw pretrain are those of the code
#   comments  an equation that the code cites has its number on the page it names
# SPELL=1 also runs codespell.
# usage: docs/check.sh        CC: compiler of the samples (cc); INCLUDE: folder of thaw/thaw.h (include)
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pages=$(echo README.md CHANGELOG.md docs/*.md docs/*/*.md examples/README.md)
headers=${INCLUDE:-include}
say() { echo "$*" >>"$work/faults"; }
: >"$work/faults"

# ---- links and columns ----
for page in $pages; do
    sed 's/](/\n](/g' "$page" | sed -n 's/^](\([^)]*\)).*/\1/p' | while read -r link; do
        case $link in http*|'#'*) continue ;; esac
        [ -e "$(dirname "$page")/${link%%#*}" ] || say "$page: no such file: $link"
    done
    LC_ALL=C.UTF-8 grep -nE '^.{121,}$' "$page" | cut -d: -f1 | while read -r line; do
        say "$page:$line: more than 120 columns"
    done
done

# ---- samples ----
cat examples/*.c examples/*.h examples/*.cpp examples/*.py tests/install/outside/* |
    sed 's/^[[:space:]]*//; s/[[:space:]]*$//' >"$work/lines"
awk '/^```c$/ { on = 1; next } /^```/ && on { exit } on' docs/recipes.md >"$work/prelude"

# first_foreign_line FILE: the first line that stands in no example
first_foreign_line() {
    sed 's/^[[:space:]]*//; s/[[:space:]]*$//' "$1" | grep -v '^$' | while IFS= read -r line; do
        [ "$line" = '…' ] || grep -qxF -- "$line" "$work/lines" || { printf '%s\n' "$line"; break; }
    done
}

compile() {
    { cat "$work/prelude"; printf 'void sample(void);\nvoid sample(void) {\n'; cat "$1"; echo '}'; } >"$work/sample.c"
    "${CC:-cc}" -std=c11 -Wall -Wextra -Werror -Wno-unused-variable -Wno-unused-but-set-variable -fsyntax-only \
        -I"$headers" -Iexamples "$work/sample.c" >"$work/errors" 2>&1
}

for page in $pages; do
    rm -f "$work"/block.*
    awk -v to="$work/block." '
        /^```(c|python|cmake)$/ { on = 1; name = sprintf("%s%03d.%s", to, ++n, substr($0, 4)); next }
        /^```/ { on = 0 }
        on { print > name }' "$page"
    for block in "$work"/block.*; do
        [ -e "$block" ] || continue
        foreign=$(first_foreign_line "$block")
        [ -z "$foreign" ] && continue
        case $block in *.c) ;; *) say "$page: in no example: $foreign"; continue ;; esac
        cmp -s "$block" "$work/prelude" && : >"$block"
        compile "$block" && continue
        say "$page: does not compile, $(sed -n '0,/error: /s/.*error: //p' "$work/errors"): $foreign"
    done
done

# ---- functions and constants of the API ----
cat "$headers"/thaw/*.h >"$work/api"
find lib src -name '*.h' -exec cat {} + >>"$work/api"
for page in $pages; do
    [ "$page" = CHANGELOG.md ] && continue # names of earlier versions
    grep -o 'thaw_[a-z0-9_]*()' "$page" | tr -d '()' | sort -u | while read -r name; do
        grep -q "[^a-z0-9_]$name(" "$work/api" || say "$page: no such function: $name"
    done
    grep -oE '`THAW_[A-Z0-9_]+`' "$page" | tr -d '`' | sort -u | while read -r name; do
        grep -rqw -- "$name" "$work/api" CMakeLists.txt cmake lib/CMakeLists.txt tests/CMakeLists.txt ||
            say "$page: no such constant: $name"
    done
done

# ---- paths in backticks ----
for page in $pages; do
    [ "$page" = CHANGELOG.md ] && continue
    grep -oE '`(src|lib|include|examples|tests|docs|cmake)/[A-Za-z0-9_./-]*`' "$page" | tr -d '`' | sort -u |
        while read -r path; do
            [ -e "$path" ] || say "$page: no such path: $path"
        done
done

# ---- tests that pages of guarantees name ----
for page in docs/guarantees/*.md; do
    grep -oE '`[a-z0-9]+(_[a-z0-9]+){2,}`' "$page" | tr -d '`' | sort -u | while read -r name; do
        grep -rqE "START_TEST\\($name\\)" tests || say "$page: no such test: $name"
    done
done

# ---- equations: "docs/PAGE.md, eq. N", "… eq. N and M", "… eq. N to M"; without a page: docs/rating-model.md ----
find include src lib -name '*.[ch]' -exec cat {} + |
    grep -oE '(docs/[a-z-]+\.md, )?eq\. [0-9]+( (and|to) [0-9]+)?' | sort -u | while read -r cited; do
    case $cited in docs/*) page=${cited%%,*} ;; *) page=docs/rating-model.md ;; esac
    [ -e "$page" ] || { say "a comment cites $page, which is not there: $cited"; continue; }
    for number in $(echo "${cited##*eq. }" | grep -oE '[0-9]+'); do
        grep -q "^\*\*($number)" "$page" || say "a comment cites $page, equation $number, which is not there"
    done
done

# ---- numbers that repeat constants of the code, wherever it stands ----
constant() { grep -rqE "$2" src lib || say "docs say $1; no line of the code matches: $2"; }
constant 'nu = 6' 'THAW__NU 6\.0f'
constant 'noise shrunk by 50' 'NOISE_RATINGS = 50'
constant 'selection bias damped by 10' 'SELECTION_RATINGS = 10'
constant 'prior learned from 100' 'PRIOR_RATINGS = 100'
constant 'selection bias shared by 20' '/ 20\)'
constant 'the tail is 0.395' 'TAIL 0\.395f'
constant '32 levels' 'THAW__LEVELS = 32'
constant '8 knots of a feature' 'THAW__KNOTS = 8'
constant 'chunks of 8192' 'CHUNK = 8192'
constant 'kernels up to 64' 'THAW__SMALL_MAX = 64'
constant 'codes from 256 items' 'THAW__CODES_LEAST = 256'
constant 'a share of 3/256' 'THAW__QUERY_ROUNDING \(3\.0 / 256\)'
constant 'queries of 64 steps' 'THAW__QUERY_LEVELS = 64,'
constant 'lists above 1/256 of the rows' 'DENSE_ONE = 256'
constant 'lists above 1/1024 of the rows, with AVX2' 'DENSE_MANY = 1024'
constant 'a user keeps 512 events' 'HISTORY = 512'
constant '32 items of a support have neighbours' 'SUPPORT = 32'
constant '128 neighbours' '(NEAR_MOST|NEIGHBOURS[A-Z_]*) = 128'
constant 'rank 1 to 256' 'THAW__RANK_MAX = 256'
constant 'ranking keeps 3,000 validation users at most' 'MOST_VALID = 3000'

# ---- settings: the table of the code, docs/settings.md and the help of the command line have the same names and
# defaults, each under the objective whose method lists it ----
scope_of() {
    case $2 in
    COMMON) echo common ;;
    *) grep -l "settings\[\] = .*\"$1\"" src/method/*/*.c | sed 's,src/method/,,; s,/.*,,' ;;
    esac
}
heading() {
    awk -v name="$1" '/^## / { at = $0 } $0 ~ "^\\| `" name "` \\| " { print at; exit }' docs/settings.md
}
in_help() {
    awk -v name="$1" '/^#define PRETRAINING_/ { at = $2 } $1 == "\"" && $2 == name { print at, $3; exit }' \
        examples/thaw/cmd/pretraining.h
}
sed -n 's/^    {"\([a-z_]*\)", \([A-Z0-9]*\), \([A-Z]*\), AT([a-z_]*), .*, \([^,]*\), [A-Za-z_]*},$/\1 \2 \3 \4/p' \
    src/api/api_config.c >"$work/settings"
[ -s "$work/settings" ] || say "src/api/api_config.c: the table of settings is not found"
while read -r name kind scope initial; do
    case $kind in CHOICE) initial=$(echo "${initial##*_}" | tr '[:upper:]' '[:lower:]') ;; TEXT) initial=empty ;; esac
    case $(scope_of "$name" "$scope") in
    common) section='## Both objectives' macro='(COMMON|SET)' ;;
    rating) section='## Rating only' macro=RATING ;;
    ranking) section='## Ranking only' macro=RANKING ;;
    *) say "no method lists the setting $name"; continue ;;
    esac
    grep -qE "^\\| \`$name\` \\| \`?$initial\`? \\|" docs/settings.md ||
        say "docs/settings.md: $name has not the default $initial"
    [ "$(heading "$name")" = "$section" ] || say "docs/settings.md: $name is not under $section"
    in_help "$name" | grep -qE "^PRETRAINING_${macro}_HELP $initial$" ||
        say "help of thaw pretrain: $name $initial is missing"
done <"$work/settings"

if [ "${SPELL:-0}" = 1 ]; then
    # The pages and the list of words are words by intention.
    # shellcheck disable=SC2086
    codespell -L thaw,als $pages >>"$work/faults" || true
fi
cat "$work/faults"
[ -s "$work/faults" ] && exit 1
echo "documentation: links, columns, samples, names, paths, equations, constants and settings agree with the tree"

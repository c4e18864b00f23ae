#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What bindings need to know of the headers is the same in the library, in docs/languages.md and in
# examples/07_ctypes.py. A C program is written from these and compiled:
#   library   thaw_struct_size() has the size of every public struct
#   table     docs/languages.md has every struct with the size of this version; init functions take the older sizes
#   example   the fields of the classes of 07_ctypes.py have the offsets and types of the header, and its constants,
#             such as "FLOAT64 = 2  # THAW_NUMBER_FLOAT64", the values
#   returns   docs/languages.md names every function that does not return int32_t, and the library by its version
# usage: layout.sh ROOT LIBRARY [CC]
set -eu
root=$1 library=$2 cc=${3:-cc}
page=$root/docs/languages.md example=$root/examples/07_ctypes.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat "$root/include/thaw/thaw_status.h" "$root/include/thaw/thaw.h" >"$work/header"
: >"$work/faults"
say() { echo "$*" >>"$work/faults"; }

# ---- the table: "| `NAME` | bytes of 0.1 | … | bytes now |" ----
sed -n 's/^} \(thaw_[a-z_]*\);$/\1/p' "$work/header" >"$work/structs"
sed -n 's/^| `\(thaw_[a-z_]*\)` |\([ 0-9|]*\)|$/\1\2/p' "$page" | tr '|' ' ' >"$work/rows"
[ -s "$work/structs" ] || say "the header has no struct"
while read -r name; do
    echo "    same(\"thaw_struct_size()\", \"$name\", thaw_struct_size(\"$name\"), sizeof($name));"
    grep -q "^$name " "$work/rows" || say "docs/languages.md: no row for $name"
done <"$work/structs" >"$work/checks"
while read -r name sizes; do
    grep -qx "$name" "$work/structs" || { say "docs/languages.md: the header has no struct $name"; continue; }
    echo "    same(\"docs/languages.md\", \"$name\", ${sizes##* }, sizeof($name));"
    grep -q "${name}_init(" "$work/header" || continue
    for size in $sizes; do
        echo "    same(\"${name}_init()\", \"bytes $size\", ${name}_init(room, $size), THAW_OK);"
    done
done <"$work/rows" >>"$work/checks"

# ---- the example: a class EventColumns is thaw_event_columns ----
awk '
    BEGIN {
        types["c.c_int32"] = "int32_t"; types["c.c_uint32"] = "uint32_t"; types["c.c_int64"] = "int64_t"
        types["c.c_float"] = "float"; types["c.c_double"] = "double"
    }
    function c_name(class) { gsub(/[A-Z]/, "_&", class); return "thaw" tolower(class) }
    /^class [A-Za-z]*\(c\.Structure\)/ {
        class = substr($2, 1, index($2, "(") - 1)
        name = c_name(class)
        members = ""
        classes[class] = 1
    }
    { line = $0 }
    class {
        while (match(line, /\("[a-z_]*", [A-Za-z0-9_.]*/)) {
            split(substr(line, RSTART + 2, RLENGTH - 2), part, "\", ")
            line = substr(line, RSTART + RLENGTH)
            field = part[1]; type = types[part[2]]
            members = members (part[2] in classes ? "python" c_name(part[2]) : type ? type : "void *") " " field "; "
            checks = checks "SAME(" name ", " field ")\n"
            if (type || part[2] in classes)
                checks = checks "TYPE(" name ", " field ", " (type ? type : c_name(part[2])) ")\n"
        }
    }
    class && /\]$/ {
        print "typedef struct { " members "} python" name ";\nWHOLE(" name ")\n" checks
        class = checks = ""
    }
' "$example" >"$work/classes"
sed -n 's/^[A-Z0-9_]* = \([0-9]*\)  # \(THAW_[A-Z0-9_]*\)$/CHECK(\2 == \1, "\2")/p' "$example" >>"$work/classes"
grep -q '^WHOLE' "$work/classes" || say "examples/07_ctypes.py has no class of a struct"

# ---- the program ----
{
    cat <<'END'
#include <stdio.h>
#include "thaw/thaw.h"
#define CHECK(holds, text) _Static_assert(holds, "examples/07_ctypes.py: " text);
#define WHOLE(name) CHECK(sizeof(python##name) == sizeof(name), #name)
#define SAME(name, field) CHECK(offsetof(python##name, field) == offsetof(name, field), #name "." #field)
#define IS(value, type) _Generic(value, type: 1, default: 0)
#define TYPE(name, field, type) CHECK(IS(((name *)0)->field, type), #name "." #field " is no " #type)
static int faults;
static void same(const char *where, const char *what, long long has, long long must)
{
    if (has == must) return;
    fprintf(stderr, "%s: %s is %lld; must be %lld\n", where, what, has, must);
    faults = 1;
}
END
    cat "$work/classes"
    printf 'int main(void)\n{\n    static _Alignas(16) char memory[4096];\n    void *const room = memory;\n'
    cat "$work/checks"
    cat <<'END'
    same("thaw_struct_size()", "a name that is none", thaw_struct_size("thaw_model"), 0);
    same("thaw_struct_size()", "NULL", thaw_struct_size(NULL), 0);
    return faults;
}
END
} >"$work/layout.c"
"$cc" -std=c11 -Wall -Werror -I"$root/include" "$work/layout.c" "$library" -o "$work/layout" 2>"$work/errors" ||
    say "$(grep -E 'error|undefined' "$work/errors")"
[ ! -x "$work/layout" ] || LD_LIBRARY_PATH=$(dirname "$library") "$work/layout" 2>>"$work/faults" ||
    say "the checks of numbers fail"

# ---- returns, and the name of the library ----
tr '\n' ' ' <"$work/header" | grep -oE 'THAW_API (const char \*|int64_t )thaw_[a-z0-9_]*' | grep -o 'thaw_[a-z0-9_]*$' |
    while read -r name; do
        sed '/^2\. Returns/,/^3\. /!d' "$page" | grep -q "\`$name()\`" || say "docs/languages.md: returns lack $name()"
    done
version=$(sed -n 's/^#define THAW_VERSION_M[A-Z]* //p' "$work/header" | paste -sd.)
for file in "$page" "$example"; do
    grep -q "libthaw\.so\.$version" "$file" || say "$file: the library is not libthaw.so.$version"
done

cat "$work/faults" >&2
[ ! -s "$work/faults" ] && echo "$(wc -l <"$work/structs") structs, $(grep -c '^SAME' "$work/classes") fields"

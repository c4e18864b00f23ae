#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The names exported by the library, listed in its version script and declared in its header are the same.
# usage: run.sh LIBRARY MAP HEADER
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nm -D --defined-only "$1" | awk '$2 ~ /^[TDBRWV]$/ { sub(/@.*/, "", $3); print $3 }' | sort -u >"$work/exported"
sed 's|/\*.*\*/||; s/local:.*//' "$2" | grep -o 'thaw_[a-z0-9_]*' | sort -u >"$work/listed"
tr '\n' ' ' <"$3" | grep -o 'THAW_API [^(;]*(' | grep -o 'thaw_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/declared"

[ -s "$work/declared" ] || { echo "no THAW_API declaration in $3" >&2; exit 1; }
same=0
diff -u "$work/declared" "$work/listed" >&2 || { echo "the header and the map differ" >&2; same=1; }
diff -u "$work/listed" "$work/exported" >&2 || { echo "the map and the library differ" >&2; same=1; }
[ "$same" -eq 0 ] && echo "$(wc -l <"$work/declared") names"
exit "$same"

# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What the tests of the command line share. They are called with THAW THAW_SHOP WORK and begin in an empty WORK.
set -eu
# shellcheck disable=SC2034
thaw=$1
# shellcheck disable=SC2034
thaw_shop=$2
work=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"

die() { echo "$*" >&2; exit 1; }

# expect STATUS COMMAND…: runs it with its output in out and err
expect() {
    want=$1
    shift
    got=0
    "$@" >out 2>err || got=$?
    [ "$got" -eq "$want" ] || { cat err >&2; die "left with $got, not $want: $*"; }
}

# says TEXT: the last command said so on standard error
says() {
    grep -qF -e "$1" err || { cat err >&2; die "did not say: $1"; }
}

# one_line: the last command failed with one line and printed nothing
one_line() {
    [ "$(wc -l <err)" -eq 1 ] || { cat err >&2; die 'a failure is one line'; }
    [ ! -s out ] || die 'a failure prints no result'
}

# json EXPRESSION…: the output is one JSON object d for which these Python expressions hold; b are its baselines
json() {
    python3 -c '
import json, sys
from math import log2
near = lambda x, y: abs(x - y) < 1e-6
d = json.load(open("out"))
b = d.get("baselines", {})
wrong = [e for e in sys.argv[1:] if not eval(e)]
assert not wrong, (wrong, d)' "$@" || die 'the output is not as it should be'
}

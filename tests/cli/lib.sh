# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Shared by the tests of the command line. Arguments: THAW THAW_SHOP WORK. A test starts in the empty folder WORK.
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

# expect STATUS COMMAND…: run a command, with standard output in out and standard error in err; check its exit status
expect() {
    expected=$1
    shift
    got=0
    "$@" >out 2>err || got=$?
    [ "$got" -eq "$expected" ] || { cat err >&2; die "exit status $got, expected $expected: $*"; }
}

# error_has TEXT: standard error of the last command has the text
error_has() {
    grep -qF -e "$1" err || { cat err >&2; die "standard error does not have: $1"; }
}

# one_line: beside what was read, the last command printed one line on standard error, and nothing on standard output
one_line() {
    read_lines='^thaw [a-z]*: \(read [0-9]\|values: \|times: \|events: \|items: \|users: \|the data suggest \)'
    [ "$(grep -cv "$read_lines" err)" -eq 1 ] || { cat err >&2; die 'a failure must print one line'; }
    [ ! -s out ] || die 'a failure must print no result'
}

# json EXPRESSION…: the output is one JSON object d, and these Python expressions are true; b is d["baselines"]
json() {
    python3 -c '
import json, sys
from math import log2
near = lambda x, y: abs(x - y) < 1e-6
d = json.load(open("out"))
b = d.get("baselines", {})
wrong = [e for e in sys.argv[1:] if not eval(e)]
assert not wrong, (wrong, d)' "$@" || die 'an expression is false'
}

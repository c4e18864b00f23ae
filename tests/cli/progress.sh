#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The progress bar fits the terminal; elsewhere there is none.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77
expect 0 "$thaw_shop" shop 150 60 1
cat >terminal.py <<'EOF2'
# Run a command on a terminal with this many columns; everything that it draws is a line of standard output.
import fcntl, os, pty, re, struct, sys, termios
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.environ.update(TERM="xterm", NO_COLOR="1")
    os.execv(sys.argv[2], sys.argv[2:])
drawn = b""
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    drawn += part
for line in re.split("[\r\n]+", re.sub("\x1b\\[[0-9;]*[mK]", "", drawn.decode())): print(line)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
EOF2
for columns in 100 40 10; do
    expect 0 python3 terminal.py $columns "$thaw" pretrain --inter shop/shop.inter --set rank=4 --out m.thaw
    grep '^pret' out >bars || die 'no bar on a terminal'
    awk -v columns=$columns 'length($0) >= columns { exit 1 }' bars || die "a bar is wider than $columns columns"
    grep -q 'saved m.thaw' out || die 'the last line is lost'
done
expect 0 env TERM=dumb python3 terminal.py 100 "$thaw" info --model m.thaw
expect 0 "$thaw" pretrain --inter shop/shop.inter --set rank=4 --out m.thaw
grep -q '#\.' err && die 'a bar, although standard error is not a terminal'
exit 0

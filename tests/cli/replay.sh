#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The replay of a made-up log: tasks, unknown items, and the gain of following and updating.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

# Each user has ten consecutive items of one of two sequences, from a random start; two users at a time. In the second
# half of the log, the last item of a user is one that is not in the first half.
python3 - <<'EOF2'
import random
random.seed(1)
rows = []
for user in range(120):
    sequence, start = user % 2, random.randrange(8)
    for step in range(10):
        rows.append((user // 2 * 10 + step, "u%03d" % user, "r%d-%02d" % (sequence, start + step)))
    rows.append((user // 2 * 10 + 10, "u%03d" % user, "late-%d" % sequence if user >= 60 else "early-%d" % sequence))
with open("log.inter", "w") as f:
    f.write("user_id:token\titem_id:token\tevent:token\ttimestamp:float\n")
    for time, user, item in sorted(rows): f.write("%s\t%s\tview\t%d\n" % (user, item, time))
EOF2
set -- --inter log.inter --set rank=4 --set passes=3 --updates 4 --top 3
expect 0 "$thaw" replay "$@" --json --plot replay.svg
cp out lines
check() { python3 -c '
import json, sys
lines = [json.loads(line) for line in open("lines")]
periods, d = lines[:-1], lines[-1]
wrong = [e for e in sys.argv[1:] if not eval(e)]
assert not wrong, (wrong, lines)' "$@" || die 'an expression is false'; }
check '[p["period"] for p in periods] == [1, 2, 3, 4] and d["period"] == "all" and d["top"] == 3' \
      'sum(p["tasks"] for p in periods) == d["tasks"] > 400' \
      'all(0 <= d[a]["ndcg"] <= d[a]["hit_rate"] <= 1 for a in ("frozen", "following", "updated"))' \
      'all(abs(sum(p[a]["hit_rate"] * p["tasks"] for p in periods) - d[a]["hit_rate"] * d["tasks"]) < 1e-6
           for a in ("frozen", "following", "updated"))' \
      'periods[0]["following"] == periods[0]["updated"]' \
      'd["frozen"]["unknown"] == d["following"]["unknown"] > d["updated"]["unknown"] > 0' \
      'd["following"]["hit_rate"] > d["frozen"]["hit_rate"]' \
      'd["updated"]["hit_rate"] > d["following"]["hit_rate"] and d["updated_to_following"] > 1' \
      'all(p["seconds"] >= 0 and p["users"] > 0 for p in periods[:3]) and "seconds" not in periods[3]' \
      'd["new_items"] == 2'
python3 -c 'import xml.dom.minidom as m; m.parse("replay.svg")' || die 'the plot must be well-formed'

# Times that look like times since 1970 are also shown as dates; numbers lose no digit.
awk -F '\t' 'BEGIN { OFS = FS } NR > 1 { $4 = sprintf("%d", 1498995780 + 86400 * $4) } { print }' log.inter >dated.inter
expect 0 "$thaw" replay --inter dated.inter --set rank=4 --set passes=3 --updates 4 --top 3 --step off --json \
    --plot d.svg
cp out dated
python3 - <<'EOF2' || die 'dates of the replay'
import json, datetime
plain, dated = ([json.loads(line) for line in open(f)][:-1] for f in ("lines", "dated"))
for a, b in zip(plain, dated):
    date = datetime.datetime.fromtimestamp(b["from"], datetime.timezone.utc)
    assert b["from"] == 1498995780 + 86400 * a["from"] and "from_date" not in a
    assert b["from_date"] == date.strftime("%Y-%m-%dT%H:%M:%SZ") and b["from_date"][:10] in open("d.svg").read()
EOF2
expect 0 "$thaw" replay --inter dated.inter --set rank=4 --set passes=3 --updates 2 --step off
grep -q '^1  *20[0-9][0-9]-[0-9][0-9]-[0-9][0-9] ' out || die 'no date in the table'

# Without updates there are two arms, with the same results.
expect 0 "$thaw" replay "$@" --json --step off
python3 - <<'EOF2' || die 'the results of the other arms depend on --step'
import json
a, b = ([json.loads(line) for line in open(f)] for f in ("out", "lines"))
assert all("updated" not in x and x["frozen"] == y["frozen"] and x["following"] == y["following"] for x, y in zip(a, b))
EOF2

# Events with equal times are one task: an item is viewed once and bought twice at the same time.
{ cat log.inter
  for time in 1 2 3 4 5; do
      printf 'u%03d\tr0-00\tpurchase\t%d\nu%03d\tr0-01\tpurchase\t%d\n' $time $time $time $time
  done
  printf 'u100\tr0-03\tview\t590\nu100\tr0-03\tpurchase\t590\nu100\tr0-03\tpurchase\t590\n'; } >bought.inter
expect 0 "$thaw" replay --inter bought.inter --target-event purchase --set rank=4 --set passes=3 --updates 2 --json
cp out lines
check 'd["tasks"] == 1'

# A sample of the tasks.
expect 0 "$thaw" replay "$@" --sample 0.3 --json
cp out lines
check '60 < d["tasks"] < 200'
expect 0 "$thaw" replay "$@"
grep -q '^all ' out || die 'no table'

# ---- invalid arguments and failures ----
set -- --inter log.inter
for wrong in --train-part=0 --train-part=1 --updates=0 --top=0 --sample=0 --sample=2 --step=everybody \
    --set=objective=rating --item=log.inter --threads=0 --set=rank=x; do
    expect 2 "$thaw" replay "$@" "$wrong"
done
expect 1 "$thaw" replay "$@" --updates 5000
error_has 'too few'
one_line
expect 1 "$thaw" replay "$@" --target-event sneeze
one_line

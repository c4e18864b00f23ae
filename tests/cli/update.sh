#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# thaw update: who is updated, what is added, and what is refused.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

# Two users at a time, who buy ten of twenty items; from time 1700000300 on also one that is new. The first user has
# events of low value only.
python3 - <<'EOF2'
import random
random.seed(1)
rows = [(0, "low", "r%02d" % i, 1) for i in range(3)]
for user in range(120):
    first = random.randrange(20)
    for step in range(10):
        rows.append((user // 2 * 10 + step, "u%03d" % user, "r%02d" % ((first + step) % 20), 5))
    if user >= 60: rows.append((user // 2 * 10 + 10, "u%03d" % user, "late", 5))
    if user < 5: rows.append((400 + user, "u%03d" % user, "late", 5))
rows.sort()
active = {user for time, user, item, value in rows if time >= 300}
def write(name, rows):
    with open(name, "w") as f:
        f.write("user_id:token\titem_id:token\tevent:token\tvalue:float\ttimestamp:float\n")
        for time, user, item, value in rows: f.write("%s\t%s\tbuy\t%d\t%d\n" % (user, item, value, 1700000000 + time))
write("all.inter", rows)
write("old.inter", [r for r in rows if r[0] < 300])
write("active.inter", [r for r in rows if r[1] in active])
write("high.inter", [r for r in rows if r[3] > 1])
EOF2
set -- --set objective=ranking --set rank=4 --set passes=3 --positive-min 2
expect 0 "$thaw" pretrain --inter old.inter "$@" --out old.thaw
expect 0 "$thaw" info --model old.thaw --json
json 'd["items"] == 20 and d["trained_users"] == 60 and d["trained_events"] == 600'
cp old.thaw before

# ---- new items, users with earlier events, new users; the date is the time 1700000300 ----
expect 0 "$thaw" update --model old.thaw --inter all.inter --since 2023-11-14T22:18:20Z --positive-min 2 --out new.thaw
error_has '1 items are new; the model had 20'
error_has '665 events of 65 users since 2023-11-14T22:18:20Z: 5 of the users have earlier events'
error_has '60 have none'
error_has 'learned from 1265 events of 120 users; before, from 600 of 60'
expect 0 "$thaw" info --model new.thaw --json
json 'd["items"] == 21 and d["trained_users"] == 120 and d["trained_events"] == 1265'
cmp old.thaw before || die 'the old model has changed'

# The same model from the histories of active users alone, from a table without low values, and in the place of OLD.
expect 0 "$thaw" update --model old.thaw --inter active.inter --since 1700000300 --positive-min 2 --out same.thaw
cmp new.thaw same.thaw || die 'users without new events have an effect'
expect 0 "$thaw" update --model old.thaw --inter high.inter --since 1700000300 --threads 1 --out same.thaw
cmp new.thaw same.thaw || die 'rows of users depend on events that are dropped'
expect 0 "$thaw" update --model old.thaw --inter all.inter --since 1700000300 --positive-min 2 --out old.thaw
cmp new.thaw old.thaw || die 'the model in its own place is another one'

# The new item is recommended after the update.
expect 0 "$thaw" recommend --model new.thaw --event r05:buy --top 20 --json
json '"late" in [r["item"] for r in d["recommendations"]]'

# ---- ratings: a step from the complete table ----
expect 0 "$thaw_shop" shop 150 60 1
expect 0 "$thaw" pretrain --inter shop/shop.inter --set objective=rating --set rank=3 --set passes=3 --out rating.thaw
middle=$(sed 1d shop/shop.inter | cut -f 4 | sort -n | sed -n 1500p)
expect 0 "$thaw" update --model rating.thaw --inter shop/shop.inter --since "$middle" --out rating2.thaw
error_has 'one step of training'
cmp rating.thaw rating2.thaw && die 'an update must change the model'
expect 0 "$thaw" evaluate --model rating2.thaw --inter shop/shop.inter --support all --seeds 1 --json
json 'd["mae"] < 1'
head -n 200 shop/shop.inter >part.inter
expect 1 "$thaw" update --model rating.thaw --inter part.inter --since 0 --out x.thaw
error_has 'a model of ratings is updated from the complete table'

# ---- refused: no output, the old model stays ----
cp before old.thaw
set -- --model old.thaw --inter all.inter --out old.thaw
expect 2 "$thaw" update "$@"
error_has '--since is required'
expect 2 "$thaw" update "$@" --since yesterday
error_has '--since is "yesterday"'
expect 1 "$thaw" update "$@" --since 2031-01-01
error_has 'no event of --inter is at or after --since 2031-01-01'
cut -f 1,2,3 all.inter >timeless.inter
expect 1 "$thaw" update --model old.thaw --inter timeless.inter --since 5 --out x.thaw
error_has '1268 of 1268 events of --inter have no time'
expect 2 "$thaw" update --model old.thaw --inter all.inter --since 5 --out all.inter
error_has '--out all.inter is the file of --inter'
expect 1 "$thaw" update --model no.thaw --inter all.inter --since 5 --out x.thaw
error_has 'no.thaw'
sed 's/buy/sneeze/' all.inter >sneeze.inter
expect 1 "$thaw" update --model old.thaw --inter sneeze.inter --since 5 --out old.thaw
error_has sneeze
cmp old.thaw before || die 'a failure must not change the old model'
[ ! -e x.thaw ] || die 'a failure must write no result'

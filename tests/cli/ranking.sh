#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The ranking protocol: metrics computed by hand, relevant items, all baselines, the plot.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

# ---- metrics by hand: 30 users have item p01, 29 have p02, …, one has p30 ----
python3 - <<'EOF'
with open("train.inter", "w") as f:
    f.write("user_id:token\titem_id:token\ttimestamp:float\n")
    for user in range(1, 31):
        for item in range(1, 32 - user):
            f.write("u%02d\tp%02d\t%d\n" % (user, item, item))
with open("test.inter", "w") as f:
    f.write("user_id:token\titem_id:token\ttimestamp:float\n")
    for user, items in (("a", (1, 2, 3, 4, 30)), ("b", (10, 11, 12, 13, 1)), ("short", (1, 2, 3, 4))):
        for time, item in reversed(list(enumerate(items))):
            f.write("%s\tp%02d\t%d\n" % (user, item, time))
EOF
# Support of a: p01 p02 p03; p04 is ranked first, p30 27th. Support of b: p10 p11 p12; p01 is first, p13 tenth.
# User short has too few items to be a task.
expect 0 "$thaw" evaluate --no-model --inter test.inter --train train.inter --support 3,60% \
    --baselines=popularity --json
json 'd["protocol"] == "ranking" and d["tasks"] == 2 and d["seeds"] == 1' \
     'd["support"] == 3 and d["supports"] == ["3", "60%"] and "r@20" not in d' \
     'list(b) == ["popularity"] and "settings" not in b["popularity"]' \
     'near(b["popularity"]["r@20"], (1 / 2 + 1) / 2) and near(b["popularity"]["r@20_se"], 0.25)' \
     'b["popularity"]["hr@10"] == 1 and b["popularity"]["mrr"] == 1 and "r@20_sd" not in b["popularity"]' \
     'near(b["popularity"]["ndcg@10"], (1 + (1 + 1 / log2(11))) / 2 / (1 + 1 / log2(3)))' \
     'near(b["popularity"]["ndcg@100"], ((1 + 1 / log2(28)) + (1 + 1 / log2(11))) / 2 / (1 + 1 / log2(3)))' \
     'd["by_support"][0]["baselines"] == b and d["by_support"][1]["support"] == "60%"' \
     'all(d["by_support"][1]["baselines"]["popularity"][k] == v for k, v in b["popularity"].items() if "_us" not in k)'

# The next item among random unseen items: p04 of a is before all 25 others, p13 of b is after nine.
expect 0 "$thaw" evaluate --protocol ranking --no-model --inter test.inter --train train.inter --support 3 \
    --candidates 25 --baselines=popularity --seeds 2 --json
json 'd["candidates"] == 25 and d["seeds"] == 2' \
     'b["popularity"]["hr@10_sampled"] == 1 and b["popularity"]["hr@10_sampled_sd"] == 0' \
     'near(b["popularity"]["ndcg@10_sampled"], (1 + 1 / log2(10)) / 2)'

# ---- a target event: support items are ranked unless the support has a target event of them ----
cat >log.txt <<'EOF'
a p01 view 1
a p02 view 2
a p03 view 3
a p02 purchase 4
b p04 purchase 1
b p05 view 2
b p06 view 3
b p04 purchase 4
c p07 view 1
c p07 purchase 2
c p08 view 3
c p09 view 4
c p07 purchase 5
c p08 purchase 6
EOF
{ printf 'user_id:token\titem_id:token\tevent:token\ttimestamp:float\n'; tr ' ' '\t' <log.txt; } >log.inter
set -- --protocol ranking --no-model --inter log.inter --train log.inter --min-events 2 --json
# K = 2. a: p02 is the latest item of the support, ranked first. b: p04 is in the support with a purchase: no task.
# c: p07 is excluded, p08 is the only relevant item, ranked first.
expect 0 "$thaw" evaluate "$@" --support 2 --target-event purchase --baselines=recent
json 'd["target_event"] == "purchase" and d["tasks"] == 2 and b["recent"]["mrr"] == 1' \
     'b["recent"]["settings"][0]["events"] in ("all", "purchase")'
# By time, repeated purchases are relevant and no item is excluded: p02 of a is second (p03 is later), p04 of b third,
# p08 of c first.
expect 0 "$thaw" evaluate "$@" --from-time 4 --target-event purchase --baselines=recent
json 'd["tasks"] == 3 and d["support"] == "all" and d["from_time"] == 4' \
     'near(b["recent"]["mrr"], (1 / 2 + 1 / 3 + 1) / 3)'
# Without a target, new items are relevant: only c has one from time 4 on, p09.
expect 0 "$thaw" evaluate "$@" --from-time 4 --baselines=popularity
json 'd["tasks"] == 1'
expect 1 "$thaw" evaluate "$@" --support 2 --target-event sneeze --baselines=recent
error_has '--target-event: there is no event sneeze'
one_line

# ---- the effect of other events ----
# Each user views five items of a ring and later buys the item viewed twice; some buy another item before.
awk 'BEGIN {
    print "user_id:token\titem_id:token\tevent:token\ttimestamp:float"
    for (u = 0; u < 60; u++) {
        for (k = 0; k < 5; k++) printf "u%d\tp%d\tview\t%d\n", u, (u + k) % 20, k
        printf "u%d\tp%d\tview\t5\n", u, (u + u % 5) % 20
        printf "u%d\tp%d\tpurchase\t%d\n", u, (u + u % 5) % 20, 4 + 6 * (u % 2)
        printf "u%d\tp%d\tpurchase\t%d\n", u, (u + 3 * u % 5) % 20, u % 3 ? 5 : 12
        printf "u%d\tp%d\tpurchase\t20\n", u, (u + u % 5) % 20
    }
}' >ring.inter
set -- --protocol ranking --inter ring.inter --set target=purchase --set rank=4 --set passes=2 --target-event purchase \
    --from-time 15 --holdout-users 0 --seeds 1 --min-events 2 --json
expect 0 "$thaw" evaluate "$@"
json 'd["tasks"] == 60 and d["r@20"] == 1 and "known_event" not in d'
cp out all
expect 0 "$thaw" evaluate "$@" --known-event purchase
json 'd["tasks"] == 60 and d["known_event"] == "purchase" and d["mrr"] <= json.load(open("all"))["mrr"]'
expect 1 "$thaw" evaluate "$@" --known-event sneeze
error_has '--known-event: there is no event sneeze'
one_line
expect 2 "$thaw" evaluate --protocol ranking --no-model --inter ring.inter --train ring.inter --known-event view
error_has 'needs --holdout-users'

# ---- event weightings ----
expect 0 "$thaw" pretrain --inter ring.inter --set rank=4 --set passes=2 --event-weight view=0.25,1 --out ring.thaw
# The protocol is that of the model.
expect 0 "$thaw" evaluate --model ring.thaw --inter ring.inter --min-events 2 --support 1 --json
json 'd["protocol"] == "ranking"'
expect 0 "$thaw" info --model ring.thaw --json
json 'near(d["weightings"][d["events"].index("view")]["weight"], 0.25)' \
     'd["weightings"][d["events"].index("view")]["target"] == 1' \
     'd["weightings"][d["events"].index("purchase")]["weight"] > 0'
expect 0 "$thaw" info --model ring.thaw
grep -q 'view: weight 0.25, target 1' out || die 'info must print the weighting of events'
expect 1 "$thaw" pretrain --inter ring.inter --event-weight sneeze=1 --out none.thaw
one_line
expect 2 "$thaw" pretrain --inter ring.inter --event-weight view=0 --out none.thaw
expect 2 "$thaw" pretrain --inter ring.inter --event-weight view --out none.thaw

# ---- a model and every baseline, on a made-up shop ----
expect 0 "$thaw_shop" shop 400 150 3
set -- --protocol ranking --inter shop/shop.inter --positive-min 3 --holdout-users 0.2 --set rank=4 --set passes=3
expect 0 "$thaw" evaluate "$@" --user shop/shop.user --item shop/shop.item --support 1,5,80% --seeds 2 --candidates 20 \
    --baselines=popularity,recent,itemknn --plot shop.svg --json
json 'd["seeds"] == 2 and d["holdout_users"] == 0.2 and d["positive_min"] == 3 and 0 < d["tasks"] <= 80' \
     '[r["support"] for r in d["by_support"]] == [1, 5, "80%"]' \
     'all(0 <= r[k] <= 1 and r[k + "_sd"] >= 0 and r[k + "_se"] > 0 for r in d["by_support"]
          for k in ("r@20", "ndcg@10", "ndcg@100", "hr@10", "mrr", "hr@10_sampled", "ndcg@10_sampled"))' \
     'all(set(r["baselines"]) == {"popularity", "recent", "itemknn"} for r in d["by_support"])' \
     'all(r["adapt_us"] > 0 and r["recommend_us"] > 0 for r in d["by_support"])' \
     'all(s["shrink"] in (10, 30, 100, 300, 1000) for s in b["itemknn"]["settings"])' \
     'len(b["itemknn"]["settings"]) == 2' \
     'b["popularity"]["r@20"] == b["recent"]["r@20"]'
python3 -c 'import xml.dom.minidom as m; m.parse("shop.svg")' || die 'the plot must be well-formed'
cp out first
# The numbers do not depend on the number of threads.
expect 0 "$thaw" evaluate "$@" --user shop/shop.user --item shop/shop.item --support 1,5,80% --seeds 2 --candidates 20 \
    --baselines=popularity,recent,itemknn --threads 1 --json
python3 - <<'EOF' || die 'the numbers depend on the number of threads'
import json
def plain(x):
    return {k: plain(v) for k, v in x.items() if not k.endswith("_us")} if isinstance(x, dict) else \
        [plain(v) for v in x] if isinstance(x, list) else x
assert plain(json.load(open("out"))) == plain(json.load(open("first")))
EOF
expect 0 "$thaw" evaluate "$@" --support 1,5 --seeds 1 --baselines=popularity --candidates 5
grep -q '^r@20 ' out && grep -q '^ndcg@10 ' out || die 'no table'
grep -q '\*' out || die 'the best of a column is not marked'
grep -q '^thaw .* ±\.' out || die 'no errors in the table'

# One support: a bar for each method, in each of two panels.
expect 0 "$thaw" evaluate "$@" --support 5 --seeds 2 --baselines=popularity,itemknn --plot one.svg
python3 - <<'EOF' || die 'the plot of one support must have bars and no lines of methods'
import xml.dom.minidom as m
d = m.parse("one.svg")
assert len(d.getElementsByTagName("rect")) == 1 + 2 * 3 and not d.getElementsByTagName("path")
EOF

# A saved model, positive events only, and the training table for the baselines.
expect 0 "$thaw" split --inter shop/shop.inter --holdout-users 0.2 --train a.inter --test b.inter
expect 0 "$thaw" pretrain --inter a.inter --positive-min 3 --set rank=4 --set passes=3 --out m.thaw
expect 0 "$thaw" evaluate --protocol ranking --model m.thaw --inter b.inter --train a.inter --positive-min 3 \
    --support 3 --baselines=itemknn --json
json '0 <= d["ndcg@10"] <= 1 and 0 < b["itemknn"]["ndcg@10"] <= 1 and "by_support" not in d'

# EASE and iALS need BLAS.
got=0
"$thaw" evaluate "$@" --no-model --support 1,80% --seeds 1 --baselines=ease,ials --tune-each-support --json \
    >out 2>err || got=$?
grep -q 'has no BLAS' err && exit 0
[ "$got" -eq 0 ] || { cat err >&2; die 'ease and ials'; }
json 'all(set(r["baselines"]) == {"ease", "ials"} for r in d["by_support"])' \
     'all(0 < x["ndcg@100"] <= 1 for r in d["by_support"] for x in r["baselines"].values())' \
     'all(r["baselines"]["ease"]["settings"][0]["lambda"] >= 100 for r in d["by_support"])' \
     'set(b["ials"]["settings"][0]) == {"alpha0", "reg"}'

# ---- item-kNN and EASE against plain Python, at the setting that was chosen ----
cat >oracle.py <<'EOF'
import csv, json, math
def read(path):
    users = {}
    for n, r in enumerate(csv.DictReader(open(path), delimiter="\t")):
        r = {k.split(":")[0]: v for k, v in r.items()}
        if float(r["rating"]) >= 3: users.setdefault(r["user_id"], []).append((float(r["timestamp"]), n, r["item_id"]))
    return [list(dict.fromkeys(item for _, _, item in sorted(events))) for events in users.values()]
train, test = read("a.inter"), read("b.inter")
items = sorted({i for x in train + test for i in x})
row = {i: k for k, i in enumerate(items)}
n = len(items)
G = [[0.0] * n for _ in range(n)]
for x in train:
    for i in x:
        for j in x: G[row[i]][row[j]] += 1
def inverse(A):
    A = [r[:] + [float(i == j) for j in range(len(A))] for i, r in enumerate(A)]
    for i, pivot in enumerate(A):
        pivot[:] = [v / pivot[i] for v in pivot]
        for r in A:
            if r is not pivot and r[i]: r[:] = [v - r[i] * p for v, p in zip(r, pivot)]
    return [r[len(A):] for r in A]
def itemknn(shrink):
    c = [math.sqrt(G[i][i]) for i in range(n)]
    return [[G[i][j] / (c[i] * c[j] + shrink) for j in range(n)] for i in range(n)]
def ease(ridge):
    P = inverse([[G[i][j] + ridge * (i == j) for j in range(n)] for i in range(n)])
    return [[0 if i == j else -P[i][j] / P[j][j] for j in range(n)] for i in range(n)]
def metrics(B, k):
    recall, ndcg, users = 0, 0, 0
    for x in test:
        if len(x) < 5 or len(x) <= k: continue
        support, relevant = [row[i] for i in x[:k]], {row[i] for i in x[k:]}
        order = sorted(set(range(n)) - set(support), key=lambda j: (-sum(B[i][j] for i in support), -G[j][j]))
        recall += sum(j in relevant for j in order[:20]) / min(20, len(relevant))
        gain = [1 / math.log2(p + 2) for p in range(10)]
        ndcg += sum(g for g, j in zip(gain, order) if j in relevant) / sum(gain[:len(relevant)])
        users += 1
    return recall / users, ndcg / users, users
d = json.load(open("out"))
for r in d["by_support"]:
    for name, make, key in (("itemknn", itemknn, "shrink"), ("ease", ease, "lambda")):
        got = r["baselines"][name]
        recall, ndcg, users = metrics(make(got["settings"][0][key]), r["support"])
        assert users == r["tasks"] and abs(recall - got["r@20"]) < 2e-3 and abs(ndcg - got["ndcg@10"]) < 2e-3, \
            (name, r["support"], users, r["tasks"], recall, got["r@20"], ndcg, got["ndcg@10"])
EOF
expect 0 "$thaw" evaluate --protocol ranking --no-model --inter b.inter --train a.inter --positive-min 3 --support 1,4 \
    --baselines=itemknn,ease --json
python3 oracle.py || die 'item-kNN or EASE differs from its formula'

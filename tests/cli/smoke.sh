#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From the files of a shop to recommendations, with a check of every number of the JSON.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

expect 0 "$thaw_shop" shop 400 150 3
expect 0 "$thaw" split --inter shop/shop.inter --holdout-users 0.2 --seed 5 --train a.inter --test b.inter
expect 0 "$thaw" pretrain --inter a.inter --item shop/shop.item --user shop/shop.user --set rank=6 --set passes=8 \
    --set objective=rating --valid-users 0.1 --clean duplicates,min_item_events=1 --threads 2 --out m.thaw
error_has 'saved m.thaw'
grep -q "$(printf '\033')" err && die 'an escape sequence, although standard error is not a terminal'

# The model does not depend on the number of threads.
expect 0 "$thaw" pretrain --inter a.inter --item shop/shop.item --user shop/shop.user --set rank=6 --set passes=8 \
    --valid-users 0.1 --clean duplicates,min_item_events=1 --threads 1 --out one.thaw
cmp m.thaw one.thaw || die 'the model depends on the number of threads'

expect 0 "$thaw" info --model m.thaw --json
json 'd["rank"] == 6 and d["items"] == 150 and d["events"] == ["rating"]' \
     'd["rating_min"] == 1 and d["rating_max"] == 5' \
     'd["trained_events"] > 0 and d["build"] and d["noise"] > 0 and d["user_features"] > 0 and d["item_features"] > 0'
expect 0 "$thaw" info --model m.thaw
expect 0 "$thaw" info

# evaluate: one support
set -- --model m.thaw --inter b.inter --user shop/shop.user --item shop/shop.item --min-events 13 --max-events 100
expect 0 "$thaw" evaluate "$@" --protocol rating --support 5 --seeds 3 --json
json 'd["protocol"] == "rating" and d["tasks"] > 10 and d["seeds"] == 3 and d["support"] == 5 and d["query"] == 10' \
     '0 < d["mae_se"] < d["mae"]' \
     'all(0 < d[k] < 2 for k in ("mae", "rmse")) and d["mae"] <= d["rmse"] and d["mae_sd"] >= 0' \
     'all(0.3 < d[k] <= 1 for k in ("ndcg@1", "ndcg@3", "ndcg@5")) and 0.7 < d["coverage90"] <= 1' \
     'd["adapt_us"] > 0 and "baselines" not in d and "by_support" not in d'
cp out first

# The same command gives the same numbers.
expect 0 "$thaw" evaluate "$@" --support 5 --seeds 3 --json
json 'all(d[k] == v for k, v in json.load(open("first")).items() if k != "adapt_us")'

# The draw of a user does not depend on the order of the file.
{ head -n 1 b.inter; sed 1d b.inter | sort -s -k 1,1r; } >sorted.inter
expect 0 "$thaw" evaluate "$@" --inter sorted.inter --support 5 --seeds 3 --json
json 'all(abs(d[k] - v) < 1e-6 for k, v in json.load(open("first")).items() if k in ("mae", "rmse", "ndcg@5"))'

# A list of supports, with baselines: more ratings lower the error, and thaw is better than both baselines.
expect 0 "$thaw" evaluate "$@" --support 0,3,80%,all --baselines --train a.inter --json
json '[r["support"] for r in d["by_support"]] == [0, 3, "80%", "all"] and d["support"] == 0' \
     'd["mae"] == d["by_support"][0]["mae"] and d["seeds"] == 5' \
     'd["by_support"][3]["mae"] < d["by_support"][1]["mae"] < d["by_support"][0]["mae"]' \
     'all(set(r["baselines"]) == {"popularity", "bias"} for r in d["by_support"])' \
     'all(r["mae"] < b["mae"] for r in d["by_support"][1:] for b in r["baselines"].values())' \
     'all(0 < b["rmse"] < 3 and 0 < b["ndcg@5"] <= 1 for r in d["by_support"] for b in r["baselines"].values())'
expect 0 "$thaw" evaluate "$@" --baselines=bias --train a.inter --json
json 'list(d["baselines"]) == ["bias"] and d["support"] == "all"'
expect 0 "$thaw" evaluate "$@" --support 1,5 --baselines --train a.inter
grep -q popularity out || die 'no baselines in the table'
grep -q 'thaw .*± .*±' out || die 'no errors in the table'

# recommend: the prior, then events; rated items are not recommended
expect 0 "$thaw" recommend --model m.thaw --json
json 'd["events"] == 0 and len(d["recommendations"]) == 10 and "title" not in d["recommendations"][0]'
item=$(python3 -c 'import json; print(json.load(open("out"))["recommendations"][0]["item"])')
expect 0 "$thaw" recommend --model m.thaw --item shop/shop.item --event "$item:rating:1" \
    --event sku-0002::5:1700000000 --features age=18-29 --top 3 --json
json 'd["events"] == 2 and len(d["recommendations"]) == 3' \
     'all(r["title"] and r["sd"] > 0 for r in d["recommendations"])' \
     "all(r['item'] not in ('$item', 'sku-0002') for r in d['recommendations'])" \
     'sorted(d["recommendations"], key=lambda r: -r["mean"]) == d["recommendations"]'
expect 0 "$thaw" recommend --model m.thaw --item shop/shop.item --event sku-0002::5
grep -q '±' out || die 'no standard deviation beside a rating'

# Items with different predictions have different texts, also where they are close.
expect 0 "$thaw" recommend --model m.thaw --event sku-0002::5 --top 120
cp out table
expect 0 "$thaw" recommend --model m.thaw --event sku-0002::5 --top 120 --json
json 'len({line.split()[0] for line in open("table")}) == len({r["mean"] for r in d["recommendations"]}) > 100'

# An item that is added after the training is scored by its features.
{ cat shop/shop.item; printf 'new:1\tBlue Alder tent\tcamping\tAlder\t50\n'; } >more.item
expect 0 "$thaw" recommend --model m.thaw --item more.item --event 'new\:1::5' --top 200 --json
json 'd["events"] == 1 and len(d["recommendations"]) == 150'
expect 0 "$thaw" recommend --model m.thaw --item more.item --top 200 --json
json 'any(r["item"] == "new:1" and r["title"] == "Blue Alder tent" for r in d["recommendations"])'

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Similar items, and the score of an item by events, of a model of ratings and of a ranking.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

expect 0 "$thaw_shop" shop 300 100 3
set -- --inter shop/shop.inter --item shop/shop.item --set rank=6 --set passes=3
expect 0 "$thaw" pretrain "$@" --set objective=rating --out rating.thaw
expect 0 "$thaw" pretrain "$@" --set objective=ranking --out ranking.thaw

# ---- similar ----
for kind in rating ranking; do
    expect 0 "$thaw" similar --model $kind.thaw --to sku-0003 --top 7 --json
    json 'd["item"] == "sku-0003" and len(d["similar"]) == 7 and "title" not in d' \
         'all(-1 <= s["cosine"] <= 1 and s["item"] != "sku-0003" for s in d["similar"])' \
         'sorted(d["similar"], key=lambda s: -s["cosine"]) == d["similar"]'
    expect 0 "$thaw" similar --model $kind.thaw --item shop/shop.item --to sku-0003 --json
    json 'd["title"] and len(d["similar"]) == 10 and all(s["title"] for s in d["similar"])'
done
expect 0 "$thaw" similar --model rating.thaw --to sku-0003 --top 3
[ "$(wc -l <out)" -eq 3 ] || die 'three items must be three lines'
expect 1 "$thaw" similar --model rating.thaw --to nothing
error_has '--to nothing'
one_line
expect 2 "$thaw" similar --model rating.thaw
error_has '--to is required'
expect 2 "$thaw" similar --model rating.thaw --to sku-0003 --user shop/shop.user

# ---- explain: base and contributions add up to the score ----
for kind in rating ranking; do
    set -- --model $kind.thaw --event sku-0002::5:1700000000 --event sku-0007::1:1700000060 \
        --event sku-0002::4:1700000120
    expect 0 "$thaw" explain "$@" --why sku-0003 --json
    json 'd["item"] == "sku-0003" and [c["item"] for c in d["contributions"]] == ["sku-0002", "sku-0007", "sku-0002"]' \
         'abs(d["base"] + sum(c["contribution"] for c in d["contributions"]) - d["score"]) < 1e-4' \
         'all(c["contribution"] != 0 for c in d["contributions"])'
    score=$(python3 -c 'import json; print(json.load(open("out"))["score"])')
    expect 0 "$thaw" recommend "$@" --top 98 --json
    json "[r['mean'] for r in d['recommendations'] if r['item'] == 'sku-0003'] == [$score]"
    expect 0 "$thaw" explain "$@" --item shop/shop.item --why sku-0003
    [ "$(wc -l <out)" -eq 5 ] || die 'score, base and three events must be five lines'
done
expect 0 "$thaw" explain --model rating.thaw --why sku-0003 --json
json 'd["base"] == d["score"] and d["contributions"] == []'
expect 1 "$thaw" explain --model rating.thaw --why nothing
error_has '--why nothing'
one_line
expect 1 "$thaw" explain --model rating.thaw --why sku-0003 --event sku-0002::77
error_has '--event'
one_line
expect 2 "$thaw" explain --model rating.thaw --event sku-0002::5
error_has '--why is required'

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rankings on MovieLens-100k, from THAW_DATA_ROOT or ../shared/data beside the source. Skipped if it is absent.
# shellcheck source-path=SCRIPTDIR source=lib.sh
root=${THAW_DATA_ROOT:-$(cd "$(dirname "$0")/../../.." && pwd)/shared/data}
data=$root/ml-100k/ml-100k
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77
[ -r "$data.inter" ] || { echo "skip: $data.inter does not exist"; exit 77; }

# 188 new users: standard errors are about .02, so the thresholds are far below the values reached (.375, .387, .195).
expect 0 "$thaw" evaluate --protocol ranking --inter "$data.inter" --item "$data.item" --user "$data.user" \
    --positive-min 4 --set objective=ranking --holdout-users 0.2 --seeds 1 --support 1,5,80% \
    --baselines=popularity,itemknn --threads 2 --json
json 'd["tasks"] > 180' \
     'all(r["r@20"] > 1.05 * r["baselines"]["popularity"]["r@20"] for r in d["by_support"])' \
     'all(r["r@20"] > 1.05 * r["baselines"]["itemknn"]["r@20"] for r in d["by_support"][1:])' \
     'd["by_support"][2]["ndcg@10"] > 1.5 * d["by_support"][2]["baselines"]["popularity"]["ndcg@10"]'

# A saved model, on users it was trained on.
expect 0 "$thaw" pretrain --inter "$data.inter" --item "$data.item" --user "$data.user" --positive-min 4 \
    --set objective=ranking --set passes=4 --threads 2 --out ml.thaw
error_has 'validation recall@20'
expect 0 "$thaw" evaluate --protocol ranking --model ml.thaw --inter "$data.inter" --user "$data.user" \
    --positive-min 4 --support 1,10 --json
json 'd["by_support"][1]["r@20"] > 0.35 and d["adapt_us"] > 0'

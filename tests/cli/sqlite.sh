#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A query gives the same model as a file with the same rows.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v sqlite3 >/dev/null || exit 77
expect 0 "$thaw_shop" shop 150 60 1
sqlite3 shop.db <<'SQL'
CREATE TABLE review (who TEXT, what TEXT, stars REAL, at INTEGER);
.mode tabs
.import --skip 1 shop/shop.inter review
SQL
got=0
query='SELECT who AS user_id, what AS item_id, stars AS rating, at AS timestamp FROM review'
"$thaw" pretrain --inter "sqlite:shop.db?$query" --set rank=3 --set passes=3 --out a.thaw 2>err || got=$?
grep -q 'has no SQLite' err && exit 77
[ "$got" -eq 0 ] || { cat err >&2; die 'pretrain from a query'; }
expect 0 "$thaw" pretrain --inter shop/shop.inter --set rank=3 --set passes=3 --out b.thaw
cmp a.thaw b.thaw || die 'the query and the file give different models'
expect 1 "$thaw" pretrain --inter 'sqlite:shop.db?SELECT nonsense' --out x
one_line
expect 1 "$thaw" pretrain --inter 'sqlite:missing.db?SELECT 1' --out x
one_line
expect 2 "$thaw" pretrain --inter 'sqlite:shop.db' --out x
expect 2 "$thaw" split --inter 'sqlite:shop.db?SELECT 1' --train x --test y

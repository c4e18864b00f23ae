#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lists for many users are those of one user at a time; histories, exclusions, groups and repeats.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77

# python EXPRESSION…: these expressions are true; `many` are the lists of lists.jsonl and `rows` those of lists.csv
python() { python3 -c '
import csv, json, os, sys
many = {d["user"]: d for d in map(json.loads, open("lists.jsonl"))} if os.path.exists("lists.jsonl") else {}
rows = list(csv.DictReader(open("lists.csv"))) if os.path.exists("lists.csv") else []
events = {}
for line in open("some.inter").read().splitlines()[1:]:
    user, item = line.split("\t")[:2]
    events.setdefault(user, []).append(item)
category = {f[0]: f[2] for f in (line.split("\t") for line in open("shop/shop.item"))}
items = lambda d: [r["item"] for r in d["recommendations"]]
wrong = [e for e in sys.argv[1:] if not eval(e, globals())]
assert not wrong, wrong' "$@" || die 'an expression is false'; }

expect 0 "$thaw_shop" shop 200 90 2
head -n 1 shop/shop.item | grep -q '	title.*	category' || die 'the columns of the shop have changed'
{ head -n 1 shop/shop.inter; sed 1d shop/shop.inter | head -n 900; } >some.inter
for objective in ranking rating; do
    expect 0 "$thaw" pretrain --inter shop/shop.inter --item shop/shop.item --user shop/shop.user --set rank=4 \
        --set passes=3 --set objective=$objective --threads 2 --out $objective.thaw

    # ---- the lists of many are those of one at a time, with histories, features, exclusions ----
    set -- --model $objective.thaw --inter some.inter --item shop/shop.item --user shop/shop.user --top 7 \
        --exclude sku-0003
    for filter in --top=7 --repeat '--group=category --group-cap=2' '--group=category --group-cap=2 --repeat'; do
        # shellcheck disable=SC2086
        expect 0 "$thaw" recommend "$@" $filter --users all --format jsonl --threads 2 --out lists.jsonl
        # shellcheck disable=SC2086
        expect 0 "$thaw" recommend "$@" $filter --users all --format jsonl --threads 1
        cmp out lists.jsonl || die 'the lists depend on the number of threads'
        rm -rf singles
        mkdir singles
        for user in $(cut -f 1 some.inter | sed 1d | sort -u | head -n 5); do
            # shellcheck disable=SC2086
            expect 0 "$thaw" recommend "$@" $filter --user-id "$user" --json
            mv out "singles/$user"
        done
        python 'all(json.load(open("singles/" + u)) == many[u] for u in os.listdir("singles"))' \
               'set(many) == set(events)' 'all(len(items(d)) == 7 for d in many.values())' \
               'all(d["events"] == len(events[u]) for u, d in many.items())' \
               'all("sku-0003" not in items(d) for d in many.values())' \
               "('--repeat' in '$filter') == any(set(items(d)) & set(events[u]) for u, d in many.items())"
        case $filter in *cap*)
            python 'all(max([category[i] for i in items(d)].count(c) for c in category.values()) <= 2
                        for d in many.values())' ;;
        esac
    done

    # ---- CSV holds the same ----
    expect 0 "$thaw" recommend "$@" --users all --format jsonl --out lists.jsonl
    expect 0 "$thaw" recommend "$@" --users all --out lists.csv
    python '[(r["user_id"], r["item_id"], r["title"], float(r["mean"])) for r in rows] == [
            (u, r["item"], r["title"], r["mean"]) for u, d in many.items() for r in d["recommendations"]]' \
           '[int(r["position"]) for r in rows] == list(range(1, 8)) * len(many)'

    # ---- some users, in the order of the file; one without events gets the list of a new user ----
    printf 'nobody\r\n\n%s\n' "$(sed -n 2p some.inter | cut -f 1)" >users
    expect 0 "$thaw" recommend --model $objective.thaw --inter some.inter --users users --format jsonl
    error_has '1 of 2 users have no events in --inter'
    cp out lists.jsonl
    expect 0 "$thaw" recommend --model $objective.thaw --json
    python 'list(many)[0] == "nobody" and len(many) == 2 and many["nobody"]["events"] == 0' \
           'items(many["nobody"]) == items(json.load(open("out")))'
done

# ---- exclusions and groups of one user ----
printf 'sku-0001\nsku-0002\nno-such\n' >gone
expect 0 "$thaw" recommend --model ranking.thaw --top 90 --exclude-file gone --exclude sku-0005 --json
error_has '1 of 3 items are not in the model'
json 'len(d["recommendations"]) == 87' \
     'not {"sku-0001", "sku-0002", "sku-0005"} & {r["item"] for r in d["recommendations"]}'
allowed=$(sed -n 2p shop/shop.item | cut -f 3)
expect 0 "$thaw" recommend --model ranking.thaw --item shop/shop.item --group category --allow-group "$allowed" \
    --top 90 --json
python "set(items(json.load(open('out')))) == {i for i, c in category.items() if c == '$allowed'}"
expect 0 "$thaw" recommend --model ranking.thaw --event sku-0001 --repeat --top 90 --json
json 'len(d["recommendations"]) == 90'

# The group of an item with several values is the first; a text that begins like a value of one token is not it.
printf '%s\t%s\t%s\n' item_id:token genre:token_seq colour:token sku-0001 'x y' 'dark red' \
    sku-0002 'x z' 'dark red' sku-0003 y red >several.item
expect 0 "$thaw" recommend --model ranking.thaw --item several.item --group genre --allow-group x --json
json 'sorted(r["item"] for r in d["recommendations"]) == ["sku-0001", "sku-0002"]'
expect 1 "$thaw" recommend --model ranking.thaw --item several.item --group colour --allow-group dark
error_has '--allow-group dark: no item has it as its first colour'

# ---- events that the model does not know ----
awk -F '\t' 'BEGIN { OFS = FS } { print $1, $2, NR == 1 ? "event:token" : NR % 2 ? "rating" : "sneeze" }' some.inter \
    >sneeze.inter
expect 0 "$thaw" recommend --model ranking.thaw --inter sneeze.inter --users all --format jsonl --out lists.jsonl
error_has '450 of 900 events are not used'
python 'sum(d["events"] for d in many.values()) == 450' \
       'not any(set(items(d)) & set(events[u]) for u, d in many.items())'

# ---- refused ----
set -- --model ranking.thaw --inter some.inter
expect 2 "$thaw" recommend "$@"
error_has 'name the user by --user-id'
expect 2 "$thaw" recommend --model ranking.thaw --users all
error_has '--inter is required'
for option in --event=sku-0001 --features=age=3 --user-id=x --json --format=xml --group=category --group-cap=2; do
    expect 2 "$thaw" recommend "$@" --users all "$option"
done
expect 2 "$thaw" recommend "$@" --user-id x --out y
error_has '--out is not an option here'
expect 2 "$thaw" recommend "$@" --users some.inter --out some.inter
error_has '--out some.inter is the file of'
expect 1 "$thaw" recommend "$@" --user-id nobody
error_has '--user-id nobody: no event'
expect 1 "$thaw" recommend "$@" --users absent
error_has 'absent cannot be opened'
: >empty
expect 1 "$thaw" recommend "$@" --users empty
error_has '--users empty: there are no users'
expect 1 "$thaw" recommend --model ranking.thaw --exclude nothing
error_has '--exclude nothing'
expect 1 "$thaw" recommend --model ranking.thaw --item shop/shop.item --group price --group-cap 2
error_has '--group price'

# An event that the model refuses: the message names the user, the old output stays.
printf 'user_id\titem_id\trating\nann\tsku-0001\t5\nbob\tsku-0002\t77\n' >bad.inter
echo old >kept.csv
expect 1 "$thaw" recommend --model rating.thaw --inter bad.inter --users all --out kept.csv --threads 2
error_has 'user bob: '
[ "$(cat kept.csv)" = old ] || die 'a failure must not change the old file'

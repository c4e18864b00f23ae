#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From a fresh Debian 12 and a clean clone to recommendations for a new user: sh examples/quickstart.sh
#
# Data: $THAW_DATA, a folder with one NAME.inter and optionally NAME.item and NAME.user; else ../shared/data/ml-100k
# beside the checkout; else a made-up shop. All files are written to build/quickstart of the checkout.
set -eu

[ -n "${THAW_DATA:-}" ] && THAW_DATA=$(CDPATH='' cd -- "$THAW_DATA" && pwd)
CDPATH='' cd -- "$(dirname -- "$0")/.."
build=build/quickstart
work=$build/shop
packages='cmake make gcc libc6-dev pkg-config libopenblas-pthread-dev libjansson-dev libxxhash-dev librandom123-dev
          libsqlite3-dev zlib1g-dev'

step() { printf '\n== %s\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
stop() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# ---- packages ----

missing=
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
if [ -n "$missing" ]; then
    step "Packages:$missing"
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        printf 'These packages are missing. Install them and run this again:\n\n' >&2
        printf '    sudo apt-get install -y --no-install-recommends%s\n\n' "$missing" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    # Both lists must be split into words.
    # shellcheck disable=SC2086
    {
        $as_root apt-get update -qq || true
        $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
            stop "apt-get could not install:$missing"
    }
fi

# ---- build ----

start=$(date +%s)
step "Building thaw in $build"
mkdir -p "$build"
log=$build/build.log
if ! { cmake -S . -B "$build" -DCMAKE_BUILD_TYPE=Release -DTHAW_TESTS=OFF &&
       cmake --build "$build" -j "$(nproc)" --target thaw-cli thaw-shop; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    stop "the build failed; the full log is $log"
fi
thaw=$build/bin/thaw
run "$thaw" --version

# ---- data ----

mkdir -p "$work"
if [ -n "${THAW_DATA:-}" ]; then
    data=$THAW_DATA
elif [ -d ../shared/data/ml-100k ]; then
    data=../shared/data/ml-100k
else
    step 'No data found: writing a made-up shop'
    data=$work/made-up
    run "$build/bin/thaw-shop" "$data"
fi
set -- "$data"/*.inter
if [ $# -ne 1 ] || ! [ -f "$1" ]; then stop "$data must hold one file NAME.inter"; fi
inter=$1
name=${inter%.inter}
item=
user=
[ -f "$name.item" ] && item=$name.item
[ -f "$name.user" ] && user=$name.user

step "The data: $data"
printf '%s ratings' "$(($(wc -l <"$inter") - 1))"
[ -n "$item" ] && printf ', features of %s items' "$(($(wc -l <"$item") - 1))"
[ -n "$user" ] && printf ', features of %s users' "$(($(wc -l <"$user") - 1))"
printf '\n'
head -n 3 "$inter"

# ---- split, pretrain, evaluate ----

step 'Hold out a tenth of the users, for testing'
run "$thaw" split --inter "$inter" --holdout-users 0.1 --seed 1 --train "$work/train.inter" --test "$work/test.inter"

step 'Pretrain a model on the other users'
set -- --inter "$work/train.inter"
[ -n "$item" ] && set -- "$@" --item "$item"
[ -n "$user" ] && set -- "$@" --user "$user"
run "$thaw" pretrain "$@" --out "$work/model.thaw"
run "$thaw" info --model "$work/model.thaw"

step 'Evaluate on the held-out users, from 1, 3, 5, 10 or all of their ratings'
printf 'Lower MAE is better. "bias" and "popularity" are tuned baselines on the same training ratings.\n'
set -- --inter "$work/test.inter"
[ -n "$item" ] && set -- "$@" --item "$item"
[ -n "$user" ] && set -- "$@" --user "$user"
run "$thaw" evaluate --model "$work/model.thaw" "$@" --support 1,3,5,10,all --baselines --train "$work/train.inter"

# ---- one new user ----

# The first held-out user with enough ratings. The three events are the two best ratings and the worst.
rated=$work/new-user
awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF; i++) { split($i, c, ":"); column[c[1]] = i }
              value = ("rating" in column) ? column["rating"] : column["value"]; next }
    { u = $column["user_id"]; n[u]++; row[u, n[u]] = $column["item_id"] "\t" $value; order[NR] = u }
    END {
        for (i = 2; i <= NR; i++) if (n[order[i]] >= 13) { u = order[i]; break }
        for (k = 1; k <= n[u]; k++) print row[u, k]
    }' "$work/test.inter" | sort -t "$(printf '\t')" -k 2,2nr -k 1,1 >"$rated"
[ -s "$rated" ] || stop 'no held-out user has 13 ratings'

title_of() {
    [ -n "$item" ] || { printf '%s' "$1"; return; }
    awk -F '\t' -v key="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) { split($i, c, ":"); column[c[1]] = i }
                  title = ("title" in column) ? column["title"] : column["name"]; next }
        $column["item_id"] == key { print title ? $title : key; exit }' "$item"
}

set -- --model "$work/model.thaw" --top 8
[ -n "$item" ] && set -- "$@" --item "$item"
step 'A new user before the first event (predicted rating ± standard deviation)'
run "$thaw" recommend "$@"

step 'The same user after three events'
tab=$(printf '\t')
{ sed -n 1,2p "$rated"; tail -n 1 "$rated"; } >"$rated.three"
while IFS=$tab read -r key value; do
    printf '  rated %s: %s\n' "$(title_of "$key")" "$value"
    escaped=$(printf '%s' "$key" | sed 's/:/\\:/g')
    set -- "$@" --event "$escaped::$value"
done <"$rated.three"
run "$thaw" recommend "$@"

step "Done in $(($(date +%s) - start)) s"
printf 'The model is %s. What next:\n' "$work/model.thaw"
printf '  examples/README.md   programs in C, C++ and Python\n'
printf '  %s --help\n' "$thaw"

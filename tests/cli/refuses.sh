#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exit status: 2 for invalid arguments; 1 and one line on standard error for failures.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
expect 0 "$thaw_shop" shop 150 60 1
expect 0 "$thaw" split --inter shop/shop.inter --train a.inter --test b.inter
expect 0 "$thaw" pretrain --inter a.inter --set rank=3 --set passes=3 --out m.thaw

# ---- invalid arguments: 2 ----
expect 2 "$thaw"
expect 2 "$thaw" sing
error_has 'unknown verb sing'
for verb in split pretrain evaluate replay update recommend; do
    expect 2 "$thaw" "$verb"
    error_has 'is required'
    expect 2 "$thaw" "$verb" --nonsense
    error_has 'unknown option --nonsense'
    expect 2 "$thaw" "$verb" stray
    error_has 'stray belongs to no option'
done
expect 2 "$thaw" info --model
error_has '--model needs a value'
expect 2 "$thaw" split --inter a.inter --train x --test y --holdout-users 2
error_has '--holdout-users is 2'
expect 2 "$thaw" split --inter a.inter --train x --test x
expect 2 "$thaw" pretrain --inter a.inter --out x --set rank=300
expect 2 "$thaw" pretrain --inter a.inter --out x --set rank=many
expect 2 "$thaw" pretrain --inter a.inter --out x --set nonsense=1
expect 2 "$thaw" pretrain --inter a.inter --out x --set rank
expect 2 "$thaw" pretrain --inter a.inter --out x --set objective=beauty
expect 2 "$thaw" pretrain --inter a.inter --out x --valid-users 0.9
expect 2 "$thaw" pretrain --inter a.inter --out x --threads 0
expect 2 "$thaw" pretrain --inter a.inter --out x --clean everything
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --support some
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --support 120%
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --support ,
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --query 20
error_has '--min-events is 13; must be at least --query 20'
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --protocol song
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --baselines
error_has '--baselines needs --train'
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --baselines=ease --train a.inter
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --plot x.svg
error_has '--plot is an option of --protocol ranking; the protocol is rating, that of the model'
expect 2 "$thaw" evaluate --model m.thaw --inter b.inter --protocol rating --from-time 3
error_has '--from-time is an option of --protocol ranking; the protocol is rating'
expect 2 "$thaw" split --inter a.inter --train x --test y --user b.inter
error_has '--user is not an option here'
expect 2 "$thaw" recommend --model m.thaw --where x=y
error_has '--where is not an option here'
set -- --protocol ranking --inter b.inter
expect 2 "$thaw" evaluate "$@"
error_has '--model or --holdout-users is required'
expect 2 "$thaw" evaluate "$@" --model m.thaw --holdout-users 0.1
expect 2 "$thaw" evaluate "$@" --model m.thaw --baselines=popularity
expect 2 "$thaw" evaluate "$@" --model m.thaw --query 5
expect 2 "$thaw" evaluate "$@" --model m.thaw --support all
error_has 'leaves no relevant item'
expect 2 "$thaw" evaluate "$@" --model m.thaw --support 3 --from-time 5
expect 2 "$thaw" evaluate "$@" --holdout-users 0
expect 2 "$thaw" evaluate "$@" --holdout-users 0.1 --baselines=bias
expect 2 "$thaw" evaluate "$@" --holdout-users 0.1 --no-model
expect 2 "$thaw" recommend --model m.thaw --top 0
expect 2 "$thaw" recommend --model m.thaw --event sku-0001
error_has 'has no value'
expect 2 "$thaw" recommend --model m.thaw --event sku-0001:rating:much

# ---- failures: 1 and one line ----
expect 1 "$thaw" split --inter missing.inter --train x --test y
one_line
expect 1 "$thaw" split --inter . --train x --test y
one_line
expect 1 "$thaw" split --inter a.inter --train no/such/folder/x --test y
one_line
expect 1 "$thaw" pretrain --inter a.inter --out no/such/folder/m.thaw --set passes=1
error_has 'no/such/folder'
for set in patience=5 rating_min=-1 rating_max=5 batch_users=10; do
    expect 1 "$thaw" pretrain --inter a.inter --out x --set objective=ranking --set $set
    error_has "${set%=*} is not a setting of objective ranking"
    one_line
    expect 1 "$thaw" replay --inter a.inter --set $set
    error_has "${set%=*} is not a setting of objective ranking"
done
for set in target=rating loss=softmax; do
    expect 1 "$thaw" pretrain --inter a.inter --out x --set $set
    error_has "${set%=*} is not a setting of objective rating"
    expect 1 "$thaw" evaluate --protocol ranking --inter a.inter --holdout-users 0.1 --set $set
    error_has "${set%=*} is not a setting of objective rating"
done
printf 'user_id:token\titem_id:token\trating:float\na\tx\n' >short.inter
expect 1 "$thaw" pretrain --inter short.inter --out x
error_has 'short.inter: line 2'
one_line
printf 'user_id:token\titem_id:token\trating:float\na\tx\tfive\n' >words.inter
expect 1 "$thaw" pretrain --inter words.inter --out x
one_line
printf 'user_id:token\titem_id:token\na\tx\n' >plain.inter
expect 1 "$thaw" pretrain --inter plain.inter --out x
one_line
: >empty.inter
expect 1 "$thaw" pretrain --inter empty.inter --out x
one_line
expect 1 "$thaw" pretrain --inter a.inter --where colour=red --out x
one_line
head -c 300 m.thaw >cut.thaw
expect 1 "$thaw" info --model cut.thaw
error_has cut.thaw
one_line
expect 1 "$thaw" recommend --model cut.thaw
one_line
expect 1 "$thaw" evaluate --model a.inter --inter b.inter
one_line
expect 1 "$thaw" recommend --model m.thaw --event nothing::5
error_has '--event nothing'
one_line
expect 1 "$thaw" recommend --model m.thaw --event sku-0001:sneeze:5
one_line
expect 1 "$thaw" recommend --model m.thaw --event sku-0001::77
one_line
expect 1 "$thaw" recommend --model m.thaw --features age=3
error_has '--features'
one_line
expect 1 "$thaw" evaluate --model m.thaw --inter b.inter --min-events 5000 --max-events 6000
one_line
for result in x y; do
    [ ! -e "$result" ] || die 'a failure must write no result'
done
[ -z "$(ls -- *.part 2>/dev/null)" ] || die 'a temporary file is not removed'
if [ -c /dev/full ]; then
    got=0
    "$thaw" info --model m.thaw >/dev/full 2>err || got=$?
    [ "$got" -eq 1 ] || die 'a full disk must be a failure'
fi

# ---- help ----
for verb in split pretrain evaluate replay update recommend similar explain info; do
    expect 0 "$thaw" "$verb" --help
    grep -q "usage: thaw $verb" out || die "help of $verb"
    expect 0 "$thaw" help "$verb"
done
expect 0 "$thaw" --help
expect 0 "$thaw" --version

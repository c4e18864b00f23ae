#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Outputs never replace an input, are tried before the work, and stay as they were after a failure or a signal.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
expect 0 "$thaw_shop" shop 150 60 1
cp shop/shop.inter in.inter
cp in.inter before
ln -s in.inter soft.inter
ln in.inter hard.inter
mkdir folder

# ---- an output that is an input, by whatever path ----
for out in in.inter ./in.inter "$PWD/in.inter" folder/../in.inter soft.inter hard.inter; do
    expect 2 "$thaw" pretrain --inter in.inter --out "$out"
    error_has "--out $out is the file of --inter in.inter"
    expect 2 "$thaw" split --inter "$out" --train in.inter --test b.inter
    expect 2 "$thaw" split --inter in.inter --train a.inter --test "$out"
    error_has "--test $out is the file of --inter in.inter"
done
expect 2 "$thaw" pretrain --inter in.inter --item shop/shop.item --out shop/shop.item
error_has 'is the file of --item'
expect 2 "$thaw" pretrain --inter in.inter.partial --out in.inter
error_has 'in.inter.partial is the file of --inter'
expect 2 "$thaw" split --inter in.inter --train a.inter --test ./a.inter
error_has '--test ./a.inter is the file of --train a.inter'
cp in.inter plot.svg
expect 2 "$thaw" replay --inter plot.svg --plot ./plot.svg
expect 2 "$thaw" evaluate --no-model --baselines --train plot.svg --inter in.inter --plot plot.svg
error_has '--plot plot.svg is the file of --train plot.svg'
expect 2 "$thaw" evaluate --model plot.svg --protocol ranking --inter in.inter --plot plot.svg
cmp plot.svg before || die 'an input has changed'
cmp in.inter before || die 'an input has changed'

# ---- the type of a plot ----
for plot in x.png x svg .svg; do
    expect 2 "$thaw" replay --inter in.inter --plot "$plot"
    error_has "--plot is \"$plot\"; plots are SVG"
    expect 2 "$thaw" evaluate --holdout-users 0.1 --inter in.inter --plot "$plot"
done

# ---- tried before the work: a table that cannot be read is not reached ----
printf 'nonsense\n' >bad.inter
for out in folder no/such/folder/m.thaw /dev/null; do
    expect 1 "$thaw" pretrain --inter bad.inter --out "$out"
    error_has "$out"
    one_line
done
expect 1 "$thaw" split --inter bad.inter --train a.inter --test no/such/folder/b.inter
error_has 'no/such/folder'
[ ! -e a.inter ] || die 'a failure must write no result'

# ---- an old file stays whole ----
echo old >m.thaw
expect 1 "$thaw" pretrain --inter bad.inter --out m.thaw
[ "$(cat m.thaw)" = old ] || die 'a failure must not change the old file'
chmod 600 m.thaw
echo old >a.inter
chmod 640 a.inter
expect 0 "$thaw" split --inter in.inter --train a.inter --test b.inter
[ "$(stat -c %a a.inter)" = 640 ] || die 'the new file must have the permission bits of the old one'

# ---- a signal: a status, the old file, no temporary file; what was learned is beside it ----
for seconds in 0.2 3; do
    got=0
    timeout -s TERM "$seconds" "$thaw" pretrain --inter in.inter --set passes=10000 --set patience=0 --out m.thaw \
        2>err || got=$?
    [ "$got" -ne 0 ] || die 'an interrupted training must not succeed'
    [ "$(cat m.thaw)" = old ] || die 'a signal must not change the old file'
done
got=0
timeout -s TERM 3 "$thaw" evaluate --inter in.inter --holdout-users 0.1 --set passes=10000 --set patience=0 \
    >out 2>err || got=$?
[ "$got" -ne 0 ] && [ ! -s out ] || die 'an interrupted evaluation must have no result'
grep -q partial err && die 'evaluate saves no model'
[ ! -e m.thaw.partial ] || expect 0 "$thaw" info --model m.thaw.partial
left=$(find . -maxdepth 1 -name '*.??????' ! -name '*.thaw' ! -name '*.inter' ! -name '*.partial')
[ -z "$left" ] || die "temporary files are left: $left"

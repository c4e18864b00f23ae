#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# split copies every row once, with all columns, and splits the users.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# A table with an extra column.
expect 0 "$thaw_shop" shop 200 60 1
awk 'BEGIN { FS = OFS = "\t" } { print $0, NR == 1 ? "colour:token" : "c" NR }' shop/shop.inter >in.inter

expect 0 "$thaw" split --inter in.inter --holdout-users 0.25 --seed 2 --train a.inter --test b.inter
for part in a.inter b.inter; do
    [ "$(head -n 1 "$part")" = "$(head -n 1 in.inter)" ] || die "wrong header in $part"
done
{ sed 1d a.inter; sed 1d b.inter; } | sort >rows
sed 1d in.inter | sort | cmp - rows || die 'a row is lost or doubled'
[ "$(sed 1d b.inter | cut -f 1 | sort -u | wc -l)" -eq 50 ] || die 'the test part must have a quarter of the users'
sed 1d a.inter | cut -f 1 | sort -u >a.users
sed 1d b.inter | cut -f 1 | sort -u | comm -12 - a.users | grep -q . && die 'a user is in both parts'
[ -z "$(ls -- *.part 2>/dev/null)" ] || die 'a temporary file is not removed'

# The same seed draws the same users for any order of the rows; another seed draws others.
{ head -n 1 in.inter; sed 1d in.inter | sort -r; } >reversed.inter
expect 0 "$thaw" split --inter reversed.inter --holdout-users 0.25 --seed 2 --train c.inter --test d.inter
sort b.inter >b.sorted
sort d.inter | cmp - b.sorted || die 'the users depend on the order of the rows'
expect 0 "$thaw" split --inter in.inter --holdout-users 0.25 --seed 3 --train c.inter --test d.inter
sort d.inter | cmp -s - b.sorted && die 'another seed draws the same users'

# By time.
expect 0 "$thaw" split --inter in.inter --from-time 1705000000 --train a.inter --test b.inter
awk -F '\t' 'NR > 1 && $4 >= 1705000000 { bad = 1 } END { exit bad }' a.inter ||
    die 'a training event at or after the time'
awk -F '\t' 'NR > 1 && $4 < 1705000000 { bad = 1 } END { exit bad }' b.inter || die 'a test event before the time'

# CSV: quoted fields with commas, line ends and quotes; CRLF; no line end after the last row.
printf '%s\r\n' user_id,item_id,rating,note '"a","x",5,"one, ""two""' 'three"' 'b,x,4,6" wide' 'c,y,3,""' >in.csv
printf 'd,"z,1",2,plain' >>in.csv
expect 0 "$thaw" split --inter in.csv --holdout-users 0.5 --train a.csv --test b.csv
cat a.csv b.csv >both
for part in 'user_id,item_id' '"one, ""two""' 'three"' 'b,x,4,6" wide' 'c,y,3,""' 'd,"z,1",2,plain'; do
    grep -qF -e "$part" both || die "not copied: $part"
done
for part in a.csv b.csv; do
    [ "$(wc -c <"$part")" -gt 40 ] || die "$part must have two users"
done

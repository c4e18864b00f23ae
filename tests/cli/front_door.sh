#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Logs as shops have them: other names, delimiters, compression, pipes, dates; and what is said of them.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || exit 77
command -v gzip >/dev/null || exit 77

expect 0 "$thaw_shop" shop 100 40 3
python3 - <<'EOF'
rows = [line.rstrip("\n").split("\t") for line in open("shop/shop.inter")]
names = [name.split(":")[0] for name in rows[0]]
at = {name: names.index(name) for name in ("user_id", "item_id", "rating", "timestamp")}
with open("log.txt", "w") as log:
    log.write("visitorid;event;itemid;raiting;time\n")
    for row in rows[1:]:
        log.write("%s;view;%s;%s;%d\n" % (row[at["user_id"]], row[at["item_id"]], row[at["rating"]],
                                          1433221332117 + 1000 * float(row[at["timestamp"]]) % 1e9))
with open("sales.csv", "w") as sales:
    sales.write("Customer ID,StockCode,Quantity,InvoiceDate\n")
    for row in rows[1:]:
        quantity = 1000 * float(row[at["rating"]])
        sales.write("%s,%s,%d,2010-12-01 08:26\n" % (row[at["user_id"]], row[at["item_id"]], quantity))
EOF
gzip -k log.txt
set -- --set passes=1 --set rank=4 --threads 1

# A gzip file with semicolons, other names, milliseconds and a misspelt column.
expect 0 "$thaw" pretrain --inter log.txt.gz "$@" --out log.thaw
for text in 'fields are separated by ";"' 'column visitorid is user_id' 'column raiting is not used; is it rating?' \
            '(milliseconds)' '2015-06-' 'objective=ranking: no event has a value'; do
    error_has "$text"
done

# The same from a pipe, and with the delimiter given: the same model.
expect 0 sh -c 'cat log.txt | "$0" pretrain --inter - --set passes=1 --set rank=4 --threads 1 --out pipe.thaw' "$thaw"
cmp log.thaw pipe.thaw || die 'a pipe gives another model'
expect 0 "$thaw" pretrain --inter log.txt --delimiter ';' --columns 'user_id=visitorid,item_id=itemid,timestamp=time' \
    "$@" --out given.thaw
cmp log.thaw given.thaw || die 'given names give another model'

# Quantities of purchases are not ratings.
expect 0 "$thaw" pretrain --inter sales.csv "$@" --out sales.thaw
error_has 'values of purchase are quantities, not ratings'
error_has 'times: 2010-12-01T08:26:00Z'
expect 0 "$thaw" info --model sales.thaw --json
json 'd["objective"] == "ranking"'

# Errors say what is there.
expect 1 "$thaw" pretrain --inter sales.csv --columns user_id=Customer --out x.thaw
error_has 'user_id=Customer is not in the table, which has Customer ID, StockCode, Quantity, InvoiceDate'
expect 1 "$thaw" pretrain --inter sales.csv --columns buyer=Customer --out x.thaw
error_has 'must be user_id, item_id, event, rating, timestamp or basket'
expect 2 "$thaw" pretrain --inter sales.csv --delimiter ab --out x.thaw
error_has '--delimiter'
printf 'PAR1' >p.csv
expect 1 "$thaw" pretrain --inter p.csv --out x.thaw
error_has 'the bytes are Parquet'
item=$(sed -n 2p sales.csv | cut -d , -f 2)
expect 1 "$thaw" recommend --model log.thaw --event "$item:buy"
error_has 'no event named "buy" in the model, which has view'
expect 1 "$thaw" split --inter log.txt.gz --train a --test b
error_has 'is compressed'

# Dates are times.
expect 0 "$thaw" split --inter sales.csv --from-time 2010-12-02 --train a.csv --test b.csv
[ "$(wc -l <b.csv)" -eq 1 ] || die 'events before the date are held out'
expect 2 "$thaw" split --inter sales.csv --from-time 01.12.2010 --train a.csv --test b.csv
error_has '--from-time is "01.12.2010"; must be a number or a date'

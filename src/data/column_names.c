/* SPDX-License-Identifier: Apache-2.0 */
#include "column_names.h"

#include <stdio.h>
#include <string.h>

#include "status.h"

enum { MOST_NAMES = 20, PLAIN_BYTES = 40 };

/* Names of each field, plain (see plain_name()). A column with one of the first `exact` names goes before all
 * others. */
static const struct {
    const char *name;
    int exact;
    const char *plain[MOST_NAMES];
} fields[THAW__FIELDS] = {
    {"user_id",
     1,
     {"userid", "user", "uid", "customerid", "customer", "clientid", "client", "visitorid", "visitor", "fullvisitorid",
      "memberid", "buyerid", "accountid", "reviewerid", "shopperid"}},
    {"item_id",
     1,
     {"itemid", "item", "productid", "product", "sku", "articleid", "article", "stockcode", "asin", "parentasin",
      "movieid", "movie", "bookid", "isbn", "songid", "trackid", "contentid", "offerid"}},
    {"event",
     2,
     {"event", "eventtype", "eventname", "action", "actiontype", "behavior", "behaviour", "behaviortype",
      "behaviourtype", "interaction", "interactiontype"}},
    {"rating", 2, {"rating", "value", "stars", "score", "overall", "quantity", "qty", "amount", "units"}},
    {"timestamp",
     1,
     {"timestamp", "time", "ts", "datetime", "date", "eventtime", "eventtimestamp", "createdat", "unixtime",
      "unixreviewtime", "invoicedate", "orderdate", "purchasedate"}},
    {"basket",
     1,
     {"basket", "basketid", "orderid", "order", "ordernumber", "invoice", "invoiceno", "invoiceid", "transactionid",
      "cartid"}},
};

const char *thaw__field_name(int field)
{
    return fields[field].name;
}

/* Lower-case letters and digits of a name; "" if they do not fit. */
static void plain_name(char out[PLAIN_BYTES], const char *name)
{
    size_t n = 0;
    for (; *name && n < PLAIN_BYTES - 1; name++) {
        const char c = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = c;
    }
    out[*name ? 0 : n] = 0;
}

/* The place of a name among those of the field, -1: it is none of them. */
static int place_of(int field, const char *name)
{
    char plain[PLAIN_BYTES];
    plain_name(plain, name);
    for (int k = 0; k < MOST_NAMES && fields[field].plain[k]; k++)
        if (strcmp(plain, fields[field].plain[k]) == 0) return k;
    return -1;
}

int thaw__is_quantity(const char *name)
{
    static const char *const quantities[] = {"quantity", "qty", "amount", "units"};
    char plain[PLAIN_BYTES];
    plain_name(plain, name);
    for (size_t k = 0; k < sizeof quantities / sizeof *quantities; k++)
        if (strcmp(plain, quantities[k]) == 0) return 1;
    return 0;
}

/* ---- the caller's choice: FIELD=NAME,FIELD=NAME ------------------------------------------------------------------ */

typedef struct choice {
    thaw__text field, name;
} choice;

/* The next choice of the text at *at, which moves behind it; 0 at the end. */
static int next_choice(choice *out, const char **at)
{
    if (!**at) return 0;
    const size_t n = strcspn(*at, ","), left = strcspn(*at, ",=");
    out->field = (thaw__text){*at, left};
    out->name = left < n ? (thaw__text){*at + left + 1, n - left - 1} : (thaw__text){NULL, 0};
    *at += n + ((*at)[n] == ',');
    return 1;
}

/* The field with this name, as thaw__field_name() or the other exact one; -1: none. */
static int field_of(thaw__text name)
{
    for (int f = 0; f < THAW__FIELDS; f++)
        if (thaw__text_is(name, fields[f].name)) return f;
    return thaw__text_is(name, "event_type") ? THAW__EVENT : thaw__text_is(name, "value") ? THAW__VALUE : -1;
}

thaw_status thaw__check_columns(const char *columns)
{
    choice c;
    while (columns && next_choice(&c, &columns)) {
        const int shown = c.field.n < 80 ? (int)c.field.n : 80;
        if (field_of(c.field) < 0)
            return thaw__fail(THAW_E_RANGE,
                              "columns has the field \"%.*s\"; must be user_id, item_id, event, rating, "
                              "timestamp or basket",
                              shown, c.field.at);
        if (!c.name.at) return thaw__fail(THAW_E_RANGE, "columns has no \"=\" after \"%.*s\"", shown, c.field.at);
    }
    return THAW_OK;
}

/* The choice for a field; 0: there is none. */
static int chosen(thaw__text *out, const char *columns, int field)
{
    choice c;
    while (columns && next_choice(&c, &columns))
        if (field_of(c.field) == field) {
            *out = c.name;
            return 1;
        }
    return 0;
}

/* ---- columns of a table ------------------------------------------------------------------------------------------ */

/* "a, b, c" of the table, shortened. */
static void list_columns(char *out, size_t room, const thaw__reader *r)
{
    size_t n = 0;
    out[0] = 0;
    for (int64_t i = 0; i < r->names.n && n + 1 < room; i++) {
        const int added = snprintf(out + n, room - n, "%s%.64s", i ? ", " : "", thaw__keymap_key(&r->names, i));
        if (added < 0) return;
        n += (size_t)added;
    }
    if (n >= room) memcpy(out + room - 4, "...", 4);
}

thaw_status thaw__refuse_missing(const thaw__reader *r, int field)
{
    char names[400];
    list_columns(names, sizeof names, r);
    return thaw__fail(THAW_E_FORMAT, "line 1: column %s is missing; the table has %s. Name it by columns: %s=NAME",
                      fields[field].name, names, fields[field].name);
}

static thaw_status refuse_two(const thaw__reader *r, int field, int64_t a, int64_t b)
{
    return thaw__fail(THAW_E_FORMAT, "line 1: columns %.64s and %.64s can both be %s; choose one by columns: %s=NAME",
                      thaw__keymap_key(&r->names, a), thaw__keymap_key(&r->names, b), fields[field].name,
                      fields[field].name);
}

/* The column by its name: one with an exact name, or else one with another name of the field. */
static thaw_status find_by_name(int64_t *out, const thaw__reader *r, int field)
{
    int64_t found[2] = {-1, -1}, second[2] = {-1, -1}; /* exact, other */
    for (int64_t i = 0; i < r->names.n; i++) {
        const int place = place_of(field, thaw__keymap_key(&r->names, i));
        if (place < 0) continue;
        const int other = place >= fields[field].exact;
        if (found[other] < 0) found[other] = i;
        else second[other] = i;
    }
    const int other = found[0] < 0;
    *out = found[other];
    return second[other] < 0 ? THAW_OK : refuse_two(r, field, found[other], second[other]);
}

thaw_status thaw__find_column(int64_t *out, const thaw__reader *r, int field, const char *columns, int strict)
{
    thaw__text name;
    char names[400];
    *out = -1;
    if (!chosen(&name, columns, field)) return find_by_name(out, r, field);
    if (name.n == 0) return THAW_OK;
    *out = thaw__keymap_find(&r->names, name.at, name.n);
    if (*out >= 0) return THAW_OK;
    if (!strict) return find_by_name(out, r, field);
    list_columns(names, sizeof names, r);
    return thaw__fail(THAW_E_UNKNOWN, "columns: %s=%.*s is not in the table, which has %s", fields[field].name,
                      (int)(name.n < 80 ? name.n : 80), name.at, names);
}

/* ---- misspelt names ---------------------------------------------------------------------------------------------- */

/* The least number of letters to insert, delete or replace to make b of a (Levenshtein 1966), row by row. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[PLAIN_BYTES], m = strlen(b);
    for (size_t j = 0; j <= m; j++) row[j] = j;
    for (size_t i = 1; *a; i++, a++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const size_t replace = diagonal + (*a != b[j - 1]), gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < gap ? replace : gap;
        }
    }
    return row[m];
}

const char *thaw__meant_field(const char *name, const int64_t found[THAW__FIELDS])
{
    char plain[PLAIN_BYTES];
    plain_name(plain, name);
    for (int f = 0; f < THAW__FIELDS; f++)
        for (int k = 0; found[f] < 0 && k < MOST_NAMES && fields[f].plain[k]; k++) {
            const size_t n = strlen(fields[f].plain[k]);
            if (n >= 5 && edit_distance(plain, fields[f].plain[k]) <= n / 5) return fields[f].name;
        }
    return NULL;
}

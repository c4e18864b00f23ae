/* SPDX-License-Identifier: Apache-2.0 */

/* Recommended items as a table, as JSON, and as CSV. */

#include <math.h>
#include <string.h>

#include "cli.h"
#include "item_names.h"
#include "json_output.h"
#include "recommend.h"

/* The key and the title of a hit: 0, or 1 with a message. */
static int find_names(const char **key, char title[TITLE_BYTES], const recommender *r, const thaw_hit *hit)
{
    return item_names(key, title, r->model, r->has_titles ? r->data : NULL, hit->item);
}

/* ---- table ------------------------------------------------------------------------------------------------------- */

/* Two decimals, or as many as show two digits of the first prediction and tell apart neighbours in the list with
 * different ones; at most nine. */
static int decimals_of(const thaw_hit *hits, int64_t n)
{
    char text[2][48];
    int decimals = cli_decimals(n ? (double)hits[0].mean : 0);
    for (int64_t i = 1; i < n; i++) {
        for (; hits[i].mean != hits[i - 1].mean && decimals < 9; decimals++) {
            for (int k = 0; k < 2; k++) snprintf(text[k], sizeof *text, "%.*f", decimals, (double)hits[i - k].mean);
            if (strcmp(text[0], text[1]) != 0) break;
        }
    }
    return decimals;
}

int hits_print(const recommender *r, const thaw_hit *hits, int64_t n)
{
    const int decimals = decimals_of(hits, n);
    char title[TITLE_BYTES];
    const char *key;
    for (int64_t i = 0; i < n; i++) {
        if (find_names(&key, title, r, &hits[i])) return 1;
        printf("%*.*f ± %.*f  %-10s %s\n", 4 + decimals, decimals, (double)hits[i].mean, decimals,
               sqrt((double)hits[i].variance), key, title);
    }
    return cli_finish();
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

json_t *hits_json(const recommender *r, const thaw_hit *hits, int64_t n)
{
    json_t *list = json_array();
    char title[TITLE_BYTES];
    const char *key;
    for (int64_t i = 0; i < n; i++) {
        if (find_names(&key, title, r, &hits[i])) {
            json_decref(list);
            return NULL;
        }
        json_t *one = json_object();
        json_out_text(one, "item", key);
        if (*title) json_out_text(one, "title", title);
        json_out_float(one, "mean", hits[i].mean);
        json_out_real(one, "sd", sqrt((double)hits[i].variance));
        json_array_append_new(list, one);
    }
    return list;
}

/* ---- CSV (RFC 4180) ---------------------------------------------------------------------------------------------- */

/* A text, in quotes where it has a comma, a quote or a line break. */
static void write_text(FILE *to, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        fputs(text, to);
        return;
    }
    putc('"', to);
    for (; *text; text++) {
        if (*text == '"') putc('"', to);
        putc(*text, to);
    }
    putc('"', to);
}

void hits_csv_header(FILE *to, const recommender *r)
{
    fprintf(to, "user_id,position,item_id%s,mean,sd\n", r->has_titles ? ",title" : "");
}

int hits_csv(FILE *to, const recommender *r, const char *user, const thaw_hit *hits, int64_t n)
{
    char title[TITLE_BYTES], mean[JSON_OUT_FLOAT], sd[JSON_OUT_FLOAT];
    const char *key;
    for (int64_t i = 0; i < n; i++) {
        if (find_names(&key, title, r, &hits[i])) return 1;
        json_out_float_text(mean, hits[i].mean);
        json_out_float_text(sd, sqrtf(hits[i].variance));
        write_text(to, user);
        fprintf(to, ",%lld,", (long long)i + 1);
        write_text(to, key);
        if (r->has_titles) putc(',', to);
        if (r->has_titles) write_text(to, title);
        fprintf(to, ",%s,%s\n", mean, sd);
    }
    return 0;
}

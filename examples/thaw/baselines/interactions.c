/* SPDX-License-Identifier: Apache-2.0 */
#include "interactions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

void interactions_create(interactions *out, const histories *h, const user_list *users, int64_t n_items, int32_t event,
                         double until)
{
    int64_t max_entries = 0;
    for (int64_t u = 0; u < users->n; u++) max_entries += h->users[users->rows[u]].n_items;
    out->n_rows = users->n;
    out->n_columns = n_items;
    out->start = cli_alloc((size_t)users->n + 1, sizeof *out->start);
    out->columns = cli_alloc((size_t)max_entries, sizeof *out->columns);
    int64_t *last = cli_alloc((size_t)n_items, sizeof *last); /* [n_items] 1 + the last row that has the item */
    int64_t n = 0;
    for (int64_t u = 0; u < users->n; u++) {
        const history *user = &h->users[users->rows[u]];
        for (int64_t i = user->first; i < user->first + user->n; i++) {
            const thaw_event *e = &h->events[i];
            if (e->time >= until || (event >= 0 && e->event != event) || last[e->item] == u + 1) continue;
            last[e->item] = u + 1;
            out->columns[n++] = (int32_t)e->item;
        }
        out->start[u + 1] = n;
    }
    free(last);
}

void interactions_transpose(interactions *out, const interactions *x)
{
    const int64_t n = x->start[x->n_rows];
    out->n_rows = x->n_columns;
    out->n_columns = x->n_rows;
    out->start = cli_alloc((size_t)out->n_rows + 1, sizeof *out->start);
    out->columns = cli_alloc((size_t)n, sizeof *out->columns);
    int64_t *next = cli_alloc((size_t)out->n_rows + 1, sizeof *next);
    for (int64_t k = 0; k < n; k++) out->start[x->columns[k] + 1]++;
    for (int64_t r = 0; r < out->n_rows; r++) out->start[r + 1] += out->start[r];
    memcpy(next, out->start, ((size_t)out->n_rows + 1) * sizeof *next);
    for (int64_t r = 0; r < x->n_rows; r++) {
        for (int64_t k = x->start[r]; k < x->start[r + 1]; k++) out->columns[next[x->columns[k]]++] = (int32_t)r;
    }
    free(next);
}

void interactions_free(interactions *c)
{
    free(c->start);
    free(c->columns);
    memset(c, 0, sizeof *c);
}

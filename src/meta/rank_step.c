/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_step.h"

#include <math.h>
#include <string.h>

#include "moments.h"
#include "status.h"
#include "thread.h"

/* ---- neighbours -------------------------------------------------------------------------------------------------- */

/* Add a row's lists into out [2 THAW__NEAR_MOST], items ascending: old times keep, new times rho. */
static int32_t unite(thaw__neighbour *out, const thaw__ranking *old, const thaw__ranking *new, int64_t i, float rho)
{
    const float keep = 1 - rho;
    int64_t x = old->near_start[i], y = new->near_start[i];
    const int64_t x_end = old->near_start[i + 1], y_end = new->near_start[i + 1];
    int32_t n = 0;
    while (x < x_end || y < y_end) {
        const int32_t a = x < x_end ? old->near_item[x] : INT32_MAX, b = y < y_end ? new->near_item[y] : INT32_MAX;
        thaw__neighbour *to = &out[n++];
        *to = (thaw__neighbour){.item = a < b ? a : b};
        if (a <= b) {
            to->after += keep * old->near_after[x];
            to->before += keep * old->near_before[x];
            to->both += keep * old->near_both[x++];
        }
        if (b <= a) {
            to->after += rho * new->near_after[y];
            to->before += rho * new->near_before[y];
            to->both += rho * new->near_both[y++];
        }
    }
    return n;
}

/* Drop those met least until THAW__NEAR_MOST are left; of equal ones the higher row goes first. */
static int32_t shorten(thaw__neighbour *x, int32_t n)
{
    while (n > THAW__NEAR_MOST) {
        int32_t least = 0;
        for (int32_t k = 1; k < n; k++)
            if (thaw__neighbour_mass(&x[k]) <= thaw__neighbour_mass(&x[least])) least = k;
        memmove(x + least, x + least + 1, (size_t)(n - least - 1) * sizeof *x);
        n--;
    }
    return n;
}

typedef struct lists {
    int64_t *start;
    int32_t *item;
    float *after, *before, *both;
} lists;

static void free_lists(lists *l, const thaw_allocator *a)
{
    thaw__free(a, l->start);
    thaw__free(a, l->item);
    thaw__free(a, l->after);
    thaw__free(a, l->before);
    thaw__free(a, l->both);
}

static thaw_status open_lists(lists *l, int64_t items, size_t most, const thaw_allocator *a)
{
    *l = (lists){.start = thaw__alloc0(a, (size_t)items + 1, sizeof *l->start),
                 .item = thaw__alloc(a, most, sizeof *l->item),
                 .after = thaw__alloc(a, most, sizeof *l->after),
                 .before = thaw__alloc(a, most, sizeof *l->before),
                 .both = thaw__alloc(a, most, sizeof *l->both)};
    if (l->start && l->item && l->after && l->before && l->both) return THAW_OK;
    free_lists(l, a);
    return THAW_E_NOMEM;
}

/* The lists of `next`, which are the step's own, become those of both. */
static thaw_status blend_neighbours(thaw_model *next, const thaw_model *old, float rho)
{
    thaw__ranking *r = next->ranking;
    const thaw__ranking *before = old->ranking;
    const int64_t items = thaw__n_items(next);
    thaw__neighbour row[2 * THAW__NEAR_MOST];
    lists l;
    THAW__TRY(open_lists(&l, items, (size_t)(before->near_start[items] + r->near_start[items]), &next->config.allocator));
    int64_t at = 0;
    for (int64_t i = 0; i < items; i++) {
        const int32_t n = shorten(row, unite(row, before, r, i, rho));
        for (int32_t k = 0; k < n; k++, at++) {
            l.item[at] = row[k].item;
            l.after[at] = row[k].after;
            l.before[at] = row[k].before;
            l.both[at] = row[k].both;
        }
        l.start[i + 1] = at;
    }
    lists was = {r->near_start, r->near_item, r->near_after, r->near_before, r->near_both};
    r->near_start = l.start;
    r->near_item = l.item;
    r->near_after = l.after;
    r->near_before = l.before;
    r->near_both = l.both;
    free_lists(&was, &next->config.allocator);
    return THAW_OK;
}

/* ---- numbers of items -------------------------------------------------------------------------------------------- */

static float blend(float old, float new, float rho)
{
    return old + rho * (new - old);
}

/* next holds the step's popularity and order, and what was before in everything else; basis the step's rows. */
static void blend_items(thaw_model *next, const thaw_model *old, const thaw__basis *basis, float rho)
{
    thaw__ranking *r = next->ranking;
    const thaw__ranking *was = old->ranking;
    double sum = 0, again = 0;
    for (int64_t i = 0; i < basis->items; i++) {
        const float *row = basis->rows + i * basis->width, *o = row + thaw__basis_popularity(basis);
        float *u = r->reach + i * next->stride;
        for (int32_t c = 0; c < next->rank; c++) u[c] = blend(u[c], row[c] + r->backward * row[next->stride + c], rho);
        for (int k = 0; k < THAW__RULE_KNOTS; k++)
            r->offset[k][i] = blend(r->offset[k][i], thaw__basis_offset(o, k, r->rule[THAW__LATE][k]), rho);
        r->popular[i] = blend(was->popular[i], r->popular[i], rho);
        r->again[i] = blend(was->again[i], r->again[i], rho);
        sum += (double)r->popular[i];
        again += (double)r->again[i];
    }
    r->mean_popular = (float)(sum / (double)basis->items);
    r->again_rate = sum > 0 ? (float)(again / sum) : 0;
    r->order = blend(was->order, r->order, rho);
    thaw__moments_pull(next);
}

/* ---- the step ---------------------------------------------------------------------------------------------------- */

static thaw_status learn(thaw_model *next, const thaw_model *old, const thaw__journeys *j)
{
    const thaw_allocator *a = &next->config.allocator;
    const float rho = (float)((double)j->n / (double)(j->n + old->trained_users));
    thaw__basis basis = {0};
    int64_t *all = thaw__alloc(a, (size_t)j->n, sizeof *all);
    if (!all) return THAW_E_NOMEM;
    for (int64_t u = 0; u < j->n; u++) all[u] = u;
    thaw_status st = thaw__moments_more(next, &basis, j, all, j->n);
    thaw__free(a, all);
    if (st == THAW_OK) {
        blend_items(next, old, &basis, rho);
        st = blend_neighbours(next, old, rho);
    }
    thaw__basis_free(&basis, a);
    if (st != THAW_OK) return st;
    next->trained_users += j->n;
    next->trained_events += j->n_events;
    next->steps++;
    thaw__model_refresh(next);
    return thaw__model_check_finite(next);
}

thaw_status thaw__rank_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users, int64_t n_users)
{
    const double begin = thaw__seconds();
    thaw__journeys j = {0};
    thaw_model *next = NULL;
    thaw_status st = thaw__journeys_build(&j, m, data, users, n_users);
    if (st == THAW_OK && j.n == 0) st = thaw__fail(THAW_E_RANGE, "none of the users has an event that says an item is wanted");
    if (st == THAW_OK) st = thaw__model_copy(&next, m);
    if (st == THAW_OK) st = learn(next, m, &j);
    if (st == THAW_OK) {
        thaw__model_exchange(m, next);
        report->steps = m->steps;
        report->events = j.n_events;
    }
    report->seconds = thaw__seconds() - begin;
    thaw__model_free(next);
    thaw__journeys_free(&j);
    return st;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_step.h"

#include <math.h>
#include <string.h>

#include "content.h"
#include "moments.h"
#include "status.h"
#include "thread.h"

/* ---- neighbours -------------------------------------------------------------------------------------------------- */

/* Both rows of an item into out [2 THAW__NEAR_MOST]: old times 1 - rho, new times rho. */
static int32_t unite(thaw__neighbour *out, const thaw__lists *old, const thaw__lists *new, int64_t i, float rho)
{
    int64_t x = old->start[i], y = new->start[i];
    const int64_t x_end = old->start[i + 1], y_end = new->start[i + 1];
    int32_t n = 0;
    while (x < x_end || y < y_end) {
        const int32_t a = x < x_end ? old->item[x] : INT32_MAX, b = y < y_end ? new->item[y] : INT32_MAX;
        out[n] = (thaw__neighbour){.item = a < b ? a : b};
        if (a <= b) thaw__tie_add(&out[n].tie, 1 - rho, &old->tie[x++]);
        if (b <= a) thaw__tie_add(&out[n].tie, rho, &new->tie[y++]);
        n++;
    }
    return n;
}

/* The lists of `next`, which are the step's own, become those of both. */
static thaw_status blend_neighbours(thaw_model *next, const thaw_model *old, float rho)
{
    const thaw_allocator *a = &next->config.allocator;
    thaw__lists *near = &next->ranking->near, both = {0};
    thaw__neighbour row[2 * THAW__NEAR_MOST];
    thaw_status st = thaw__lists_create(&both, thaw__n_items(next), a);
    for (int64_t i = 0; st == THAW_OK && i < thaw__n_items(next); i++) {
        const int32_t n = thaw__neighbours_keep(row, unite(row, &old->ranking->near, near, i, rho));
        st = thaw__lists_append(&both, i, row, n, a);
    }
    thaw__lists_free(st == THAW_OK ? near : &both, a);
    if (st == THAW_OK) *near = both;
    return st;
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
        if (st == THAW_OK) st = thaw__content_relate(next);
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

/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_update.h"

#include <math.h>

#include "content_similarity.h"
#include "build_neighbours.h"
#include "statistics.h"
#include "status.h"
#include "thread.h"

/* ---- the moments of the step's users ------------------------------------------------------------------------------ */

/* A row in V for an item that had none: where C V (V'V)^-1, of which eigenvectors are fixed points, puts it. The basis has that
 * as F + B, per chance to follow. */
static void place_item(thaw_model *m, const thaw__basis *basis, int64_t i)
{
    const float *row = basis->rows + i * basis->width, o = row[thaw__basis_popularity(basis)];
    float *v = thaw__ranking_of(m)->item_embedding + i * m->stride;
    if (!(o > 0) || m->kernels->dot(m->stride, v, v) > 0) return;
    for (int32_t c = 0; c < m->rank; c++) {
        v[c] = (row[c] + row[m->stride + c]) * thaw__ranking_of(m)->popularity[i] / o;
        thaw__ranking_of(m)->gram_diag[c] += v[c] * v[c];
    }
}

static thaw_status learn(thaw_model *m, const thaw__histories *j, const int64_t *users, int64_t n)
{
    thaw__basis basis = {0};
    THAW__TRY(thaw__statistics_take(m, &basis, j, users, n, 0));
    thaw__basis_collapse(m, &basis);
    for (int64_t i = 0; i < basis.items; i++) place_item(m, &basis, i);
    thaw__basis_free(&basis, &m->config.allocator);
    return THAW_OK;
}

/* A copy of the model whose moments are those of journeys alone; *mass is what they weigh. */
static thaw_status take(thaw_model **out, double *mass, int64_t *n, const thaw_model *m, const thaw__histories *j)
{
    const thaw_allocator *a = &m->config.allocator;
    int64_t *users = thaw__alloc(a, (size_t)j->n, sizeof *users);
    if (!users) return THAW_E_NOMEM;
    *n = thaw__histories_of_two(users, j);
    *mass = thaw__histories_total_weight(j, users, *n);
    thaw_status st = *n ? thaw__model_copy(out, m) : THAW_OK;
    if (st == THAW_OK && *n) st = learn(*out, j, users, *n);
    thaw__free(a, users);
    return st;
}

/* ---- blending ------------------------------------------------------------------------------------------------------ */

enum { OLD, NOW, THEN, N_PARTS };

/* Models and how much of each; NULL: no part. What is made is in NOW. */
typedef struct blend {
    thaw_model *of[N_PARTS];
    float share[N_PARTS];
} blend;

/* Every array that has a row per item but V's; what counts users stays at least 0. */
static void blend_items(const blend *b)
{
    thaw__params tables[N_PARTS];
    for (int p = 0; p < N_PARTS; p++)
        if (b->of[p]) thaw__model_params(b->of[p], &tables[p]);
    for (int k = 0; k < tables[NOW].n; k++) {
        const thaw__param *row = &tables[NOW].row[k];
        float *now = thaw__param_data(row);
        if (!(row->role & THAW__PER_ITEM) || now == thaw__ranking_of(b->of[NOW])->item_embedding) continue;
        const float *old = thaw__param_data(&tables[OLD].row[k]);
        const float *then = b->of[THEN] ? thaw__param_data(&tables[THEN].row[k]) : NULL;
        for (size_t x = 0; x < thaw__param_count(row); x++) {
            float sum = b->share[NOW] * now[x] + b->share[OLD] * old[x];
            if (then) sum += b->share[THEN] * then[x];
            now[x] = sum < 0 && !row->columns ? 0 : sum;
        }
    }
}

static void blend_numbers(const blend *b)
{
    thaw__ranking *r = thaw__ranking_of(b->of[NOW]);
    double sum = 0, again = 0;
    float order = 0;
    for (int64_t i = 0; i < thaw__n_items(b->of[NOW]); i++) sum += (double)r->popularity[i], again += (double)r->repeat[i];
    for (int p = 0; p < N_PARTS; p++)
        if (b->of[p]) order += b->share[p] * thaw__ranking_of(b->of[p])->order;
    r->mean_popularity = (float)(sum / (double)thaw__n_items(b->of[NOW]));
    r->repeat_rate = sum > 0 ? (float)(again / sum) : 0;
    r->order = order < 0 ? 0 : order > 1 ? 1 : order;
    thaw__statistics_gram_popularity(b->of[NOW]);
}

static float at_least_0(float x)
{
    return x > 0 ? x : 0;
}

static void find_neighbours(void *ctx, int64_t item, thaw__neighbour_builder *g)
{
    const blend *b = ctx;
    for (int p = 0; p < N_PARTS; p++) {
        if (!b->of[p]) continue;
        const thaw__item_graph *l = &thaw__ranking_of(b->of[p])->graph;
        for (int64_t k = l->start[item]; k < l->start[item + 1]; k++)
            thaw__edge_add(thaw__neighbour_edge(g, l->item[k]), b->share[p], &l->edge[k]);
    }
    for (int32_t k = 0; k < g->n; k++) {
        thaw__edge *tie = &g->list[k].edge;
        *tie = (thaw__edge){.after = at_least_0(tie->after), .before = at_least_0(tie->before), .both = at_least_0(tie->both)};
    }
}

static thaw_status blend_all(blend *b)
{
    thaw_model *now = b->of[NOW];
    thaw__item_graph near = {0};
    THAW__TRY(thaw__build_neighbours(&near, thaw__n_items(now), find_neighbours, b, &now->config));
    thaw__item_graph_free(&thaw__ranking_of(now)->graph, &now->config.allocator);
    thaw__ranking_of(now)->graph = near;
    blend_items(b);
    blend_numbers(b);
    return thaw__content_similarity_update(now);
}

/* ---- the step ------------------------------------------------------------------------------------------------------ */

/* What the users' journeys said when the model took them gives way to what they say now. */
static thaw_status step(blend *b, const thaw__histories *now, const thaw__histories *then)
{
    const thaw_model *old = b->of[OLD];
    double mass, gone = 0;
    int64_t n, n_gone = 0;
    THAW__TRY(take(&b->of[NOW], &mass, &n, old, now));
    if (!n) return thaw__fail(THAW_E_RANGE, "none of the users has two items that an event says are wanted");
    THAW__TRY(take(&b->of[THEN], &gone, &n_gone, old, then));
    const double rest = thaw__ranking_of(old)->total_weight > gone ? thaw__ranking_of(old)->total_weight - gone : 0, all = rest + mass;
    b->share[OLD] = (float)((rest + gone) / all);
    b->share[NOW] = (float)(mass / all);
    b->share[THEN] = (float)(-gone / all);
    THAW__TRY(blend_all(b));
    thaw_model *next = b->of[NOW];
    thaw__ranking_of(next)->total_weight = all;
    next->trained_users = (old->trained_users > n_gone ? old->trained_users - n_gone : 0) + n;
    next->trained_events = (old->trained_events > then->n_events ? old->trained_events - then->n_events : 0) + now->n_events;
    next->steps++;
    thaw__model_refresh(next);
    return thaw__model_check_finite(next);
}

/* What each holds becomes the other's. */
static void exchange(thaw_model *a, thaw_model *b)
{
    const thaw_model was = *a;
    *a = *b;
    *b = was;
}

thaw_status thaw__ranking_update_end(thaw__run *run)
{
    thaw__histories now = {0}, then = {0};
    thaw_model *m = run->m;
    blend b = {.of = {m, NULL, NULL}};
    thaw_status st = thaw__histories_build(&now, m, run->data, run->users, run->n_users, INFINITY);
    if (st == THAW_OK) st = thaw__histories_build(&then, m, run->data, run->users, run->n_users, run->since);
    if (st == THAW_OK) st = step(&b, &now, &then);
    if (st == THAW_OK) {
        exchange(m, b.of[NOW]);
        run->report.steps = m->steps;
        run->report.events = now.n_events;
    }
    thaw__model_free(b.of[NOW]);
    thaw__model_free(b.of[THEN]);
    thaw__histories_free(&now);
    thaw__histories_free(&then);
    return st;
}

thaw_status thaw__ranking_update_open(thaw__run *run)
{
    run->state = thaw__alloc0(&run->m->config.allocator, 1, 1);
    return run->state ? THAW_OK : THAW_E_NOMEM;
}

void thaw__ranking_update_close(thaw__run *run)
{
    thaw__free(&run->m->config.allocator, run->state);
}

thaw_status thaw__ranking_update_begin(thaw__run *run, thaw__round *out)
{
    char *done = run->state;
    out->last = *done;
    out->n = 1;
    *done = 1;
    return THAW_OK;
}

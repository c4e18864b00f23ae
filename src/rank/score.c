/* SPDX-License-Identifier: Apache-2.0 */
#include "score.h"

#include <math.h>

#include "extras.h"
#include "search.h"
#include "status.h"

/* (t / 1.645)^2 - 1, with t = 1.943 the 95 % point of Student's t with the 6 degrees of freedom of training. */
#define TAIL 0.395f

enum { BATCH = 192 }; /* users whose questions stand on the stack at once */

/* The catalogue as the search sees it: base, and how much more those like an item who choose it; or what is likely to come
 * next after as many items as a knot and the one above it. */
static thaw__index index_of(const thaw_model *m, int knot)
{
    const thaw__ranking *r = m->ranking;
    return (thaw__index){.kernels = m->kernels,
                         .scans = thaw__scans_best(),
                         .codes = &m->codes,
                         .rows = thaw__model_scored(m),
                         .n = thaw__n_items(m),
                         .stride = m->stride,
                         .offset = {r ? r->offset[knot] : m->base, r ? r->offset[knot + 1] : m->surplus}};
}

static int knot_of(const thaw_user *u)
{
    return u->interest.place.knot;
}

/* The weights of the two offsets. */
static void weigh_offsets(const thaw_model *m, const thaw_user *u, float c[2])
{
    const thaw__interest *x = &u->interest;
    c[0] = m->ranking ? x->popularity * (1 - x->place.part) : 1;
    c[1] = m->ranking ? x->popularity * x->place.part : thaw__surplus_share(u->n_events);
}

/* How unsure the belief is of scores: gain^2 ridge u'A^-1 u. */
static void doubt(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *variances)
{
    float white[THAW__LANES * THAW__RANK_MAX] __attribute__((aligned(THAW__ALIGN)));
    const float *rows[THAW__LANES];
    for (int64_t k = 0; k < n; k++) {
        const float *row = m->ranking->reach + items[k] * m->stride;
        rows[k] = white + k * m->stride;
        for (int64_t c = 0; c < m->stride; c++) white[k * m->stride + c] = u->interest.whiten[c] * row[c];
    }
    thaw__posterior_variances(&u->posterior, variances, rows, n);
}

/* The belief about items [n <= THAW__LANES] of scores means [n]; ratings are turned into their units in place. The noise of a
 * rating has heavier tails than a normal; its variance is stretched so that 1.645 standard deviations still hold 90 %. */
static void predict(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means, float *variances)
{
    const float *rows[THAW__LANES];
    if (m->ranking) {
        doubt(m, u, items, n, variances);
        return;
    }
    for (int64_t k = 0; k < n; k++) rows[k] = m->factor + items[k] * m->stride;
    thaw__posterior_variances(&u->posterior, variances, rows, n);
    for (int64_t k = 0; k < n; k++) {
        variances[k] = m->noise[items[k]] + TAIL * m->spread[items[k]] + variances[k];
        thaw__link_back(&m->link, &means[k], &variances[k]);
    }
}

/* What a linear score is in the units that users see. */
static float visible(const thaw_model *m, float z)
{
    return m->ranking ? z : thaw__link_rating(&m->link, z);
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items, int64_t n)
{
    const thaw__index index = index_of(m, knot_of(u));
    float c[2];
    weigh_offsets(m, u, c);
    for (int64_t first = 0, here; first < n; first += here) {
        float means[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) {
            means[k] = thaw__score_of(&index, c, u->posterior.mean, items[first + k]);
            if (m->ranking) means[k] += thaw__extras_of(m, u, items[first + k]);
        }
        if (variance) predict(m, u, items + first, here, means, variance + first);
        for (int64_t k = 0; k < here && mean; k++)
            mean[first + k] = variance ? means[k] : visible(m, means[k]);
    }
}

/* Scores of hits become means in ratings, and variances join them. */
static void finish(const thaw_model *m, const thaw_user *u, thaw_hit *hits, int64_t n)
{
    for (int64_t first = 0, here; first < n; first += here, hits += here) {
        int64_t items[THAW__LANES];
        float means[THAW__LANES], variances[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) items[k] = hits[k].item, means[k] = hits[k].mean;
        predict(m, u, items, here, means, variances);
        for (int64_t k = 0; k < here; k++) hits[k].mean = means[k], hits[k].variance = variances[k];
    }
}

/* Who asks, for the last word on an item. */
typedef struct asker {
    const thaw_model *m;
    const thaw_user *u;
    float least, caution;
} asker;

static int admit(const void *ctx, int64_t item, float z)
{
    const asker *a = ctx;
    float mean = z, variance;
    if (!(visible(a->m, z) >= a->least)) return 0;
    predict(a->m, a->u, &item, 1, &mean, &variance);
    return mean - a->caution * sqrtf(variance) >= a->least;
}

/* A score below which no rating reaches `least`, so that searches need not ask. The link rises but for its rounding, of which
 * the margins leave plenty. */
static float floor_of(const thaw_model *m, float least)
{
    const thaw__link *link = &m->link;
    if (m->ranking) return least;
    const float z = thaw__link_score(link, least), below = z - 1e-3f * (1 + fabsf(z));
    const float margin = 1e-5f * (fabsf(least) + fabsf(link->level[0]) + fabsf(link->level[link->n - 1]));
    return thaw__link_rating(link, below) + margin < least ? below : -INFINITY;
}

static thaw__seek seek_of(const asker *a, thaw_hit *hits, const thaw_query *query)
{
    const int limited = query->min_score > -INFINITY;
    thaw__seek seek = {.w = a->u->posterior.mean,
                       .floor = limited ? floor_of(a->m, query->min_score) : -INFINITY,
                       .admit = limited ? admit : NULL,
                       .ctx = a,
                       .best = {.hits = hits, .top = query->top, .groups = query->groups, .cap = query->group_cap}};
    weigh_offsets(a->m, a->u, seek.c);
    return seek;
}

static thaw__filter filter_of(const thaw_model *m, const thaw_query *query)
{
    return (thaw__filter){.exclude = query->exclude,
                          .n_exclude = query->n_exclude,
                          .ascending = thaw__ascends(query->exclude, query->n_exclude),
                          .groups = query->groups,
                          .allow_groups = query->allow_groups,
                          .n_allow_groups = query->n_allow_groups,
                          .hidden = m->retired,
                          .n_hidden = m->n_retired};
}

/* At most BATCH users of a model of ratings, over one reading of the catalogue. */
static thaw_status recommend_rated(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users, int64_t n,
                                   const thaw_query *query, const thaw__filter *filter)
{
    asker askers[BATCH];
    thaw__seek seeks[BATCH];
    const thaw__index index = index_of(m, 0);
    for (int64_t i = 0; i < n; i++) {
        askers[i] = (asker){m, users[i], query->min_score, query->caution};
        seeks[i] = seek_of(&askers[i], hits + i * query->top, query);
    }
    THAW__TRY(thaw__search(&index, seeks, n, filter, query->allow, query->n_allow, &query->parallel));
    for (int64_t i = 0; i < n; i++) {
        n_hits[i] = seeks[i].best.n;
        finish(m, users[i], seeks[i].best.hits, n_hits[i]);
    }
    return THAW_OK;
}

/* One user of a model that ranks, whose neighbours need the room of many. */
static thaw_status recommend_next(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *u,
                                  const thaw_query *query, const thaw__filter *filter)
{
    thaw__extra extras[THAW__EXTRAS], scratch[THAW__EXTRAS];
    const thaw__index index = index_of(m, knot_of(u));
    const asker a = {m, u, query->min_score, query->caution};
    thaw__seek seek = seek_of(&a, hits, query);
    seek.n_extras = thaw__extras_collect(extras, scratch, m, u);
    seek.extras = extras;
    THAW__TRY(thaw__search(&index, &seek, 1, filter, query->allow, query->n_allow, &query->parallel));
    *n_hits = seek.best.n;
    finish(m, u, hits, *n_hits);
    return THAW_OK;
}

thaw_status thaw__recommend(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                            int64_t n_users, const thaw_query *query)
{
    const thaw__filter filter = filter_of(m, query);
    for (int64_t i = 0; m->ranking && i < n_users; i++)
        THAW__TRY(recommend_next(m, hits + i * query->top, n_hits + i, users[i], query, &filter));
    for (int64_t first = m->ranking ? n_users : 0; first < n_users; first += BATCH) {
        const int64_t n = at_most(n_users - first, BATCH);
        THAW__TRY(recommend_rated(m, hits + first * query->top, n_hits + first, users + first, n, query, &filter));
    }
    return THAW_OK;
}

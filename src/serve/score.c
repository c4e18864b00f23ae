/* SPDX-License-Identifier: Apache-2.0
 * From a user to a linear query (method.h), to scores or an exact top-N (search.h), to means and variances in public
 * units. */
#include "score.h"

#include <math.h>

#include "method.h"
#include "status.h"

enum { BATCH = 192 }; /* users per search; their queries are on the stack */

/* The index of the catalogue for the search, with the offsets of a query. */
static thaw__index index_of(const thaw_model *m, const thaw__linear_query *q)
{
    return (thaw__index){.kernels = m->kernels,
                         .scans = thaw__scans_best(),
                         .codes = &m->catalogue->codes,
                         .rows = m->type->scored ? m->type->scored(m) : NULL,
                         .n = thaw__n_items(m),
                         .stride = m->stride,
                         .offset = {q->offset[0], q->offset[1]}};
}

/* A score in public units. */
static float unit_of(const thaw_model *m, float score)
{
    const thaw__method *method = thaw__method_of(m);
    return method->unit ? method->unit(m, score) : score;
}

static int64_t at_most(int64_t n, int64_t most)
{
    return n < most ? n : most;
}

void thaw__score(const thaw_model *m, const thaw_user *u, float *mean, float *variance, const int64_t *items, int64_t n)
{
    const thaw__method *method = thaw__method_of(m);
    thaw__linear_query q;
    method->query(m, u, &q);
    const thaw__index index = index_of(m, &q);
    for (int64_t first = 0, here; first < n; first += here) {
        float means[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) {
            means[k] = thaw__score_of(&index, q.coefficient, q.w, items[first + k]);
            if (method->sparse_score) means[k] += method->sparse_score(m, u, items[first + k]);
        }
        if (variance) method->predict(m, u, items + first, here, means, variance + first);
        for (int64_t k = 0; k < here && mean; k++) mean[first + k] = variance ? means[k] : unit_of(m, means[k]);
    }
}

/* Convert the scores of hits to means and variances in public units. */
static void finish(const thaw_model *m, const thaw_user *u, thaw_hit *hits, int64_t n)
{
    for (int64_t first = 0, here; first < n; first += here, hits += here) {
        int64_t items[THAW__LANES];
        float means[THAW__LANES], variances[THAW__LANES];
        here = at_most(n - first, THAW__LANES);
        for (int64_t k = 0; k < here; k++) {
            items[k] = hits[k].item;
            means[k] = hits[k].mean;
        }
        thaw__method_of(m)->predict(m, u, items, here, means, variances);
        for (int64_t k = 0; k < here; k++) {
            hits[k].mean = means[k];
            hits[k].variance = variances[k];
        }
    }
}

/* What admit() needs besides item and score. */
typedef struct query_context {
    const thaw_model *m;
    const thaw_user *u;
    float min_score, risk_aversion;
} query_context;

/* Whether mean - risk_aversion sd >= min_score, in public units. */
static int admit(const void *ctx, int64_t item, float z)
{
    const query_context *c = ctx;
    float mean = z, variance;
    if (!(unit_of(c->m, z) >= c->min_score)) return 0;
    thaw__method_of(c->m)->predict(c->m, c->u, &item, 1, &mean, &variance);
    return mean - c->risk_aversion * sqrtf(variance) >= c->min_score;
}

/* A lower bound of the scores that reach min_score in public units, so that the search can skip the others. */
static float floor_of(const thaw_model *m, float min_score)
{
    const thaw__method *method = thaw__method_of(m);
    return method->floor ? method->floor(m, min_score) : min_score;
}

static thaw__search_query search_query_of(const query_context *c, const thaw__linear_query *q, thaw_hit *hits,
                                          const thaw_query *query)
{
    const int limited = query->min_score > -INFINITY;
    return (thaw__search_query){
        .w = q->w,
        .c = {q->coefficient[0], q->coefficient[1]},
        .floor = limited ? floor_of(c->m, query->min_score) : -INFINITY,
        .admit = limited ? admit : NULL,
        .ctx = c,
        .best = {.hits = hits, .top = query->top, .groups = query->groups, .cap = query->group_cap},
    };
}

thaw__filter thaw__filter_of(const thaw_model *m, const thaw_query *query)
{
    return (thaw__filter){.exclude = query->exclude,
                          .n_exclude = query->n_exclude,
                          .ascending = thaw__ascends(query->exclude, query->n_exclude),
                          .groups = query->groups,
                          .allow_groups = query->allow_groups,
                          .n_allow_groups = query->n_allow_groups,
                          .hidden = m->catalogue->retired,
                          .n_hidden = m->catalogue->n_retired};
}

/* At most BATCH users without sparse scores, in one pass over the catalogue. */
static thaw_status recommend_batch(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                                   int64_t n, const thaw_query *query, const thaw__filter *filter)
{
    query_context contexts[BATCH];
    thaw__search_query searches[BATCH];
    thaw__linear_query q;
    for (int64_t i = 0; i < n; i++) {
        contexts[i] = (query_context){m, users[i], query->min_score, query->risk_aversion};
        thaw__method_of(m)->query(m, users[i], &q);
        searches[i] = search_query_of(&contexts[i], &q, hits + i * query->top, query);
    }
    const thaw__index index = index_of(m, &q); /* the offsets are the same for all */
    THAW__TRY(thaw__search(&index, searches, n, filter, query->allow, query->n_allow, &query->parallel));
    for (int64_t i = 0; i < n; i++) {
        n_hits[i] = searches[i].best.n;
        finish(m, users[i], searches[i].best.hits, n_hits[i]);
    }
    return THAW_OK;
}

/* One user with sparse scores. */
static thaw_status recommend_sparse(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *u,
                                    const thaw_query *query, const thaw__filter *filter)
{
    thaw__sparse_score sparse[THAW__SPARSE_SCORES], scratch[THAW__SPARSE_SCORES];
    thaw__linear_query q;
    thaw__method_of(m)->query(m, u, &q);
    const thaw__index index = index_of(m, &q);
    const query_context c = {m, u, query->min_score, query->risk_aversion};
    thaw__search_query search = search_query_of(&c, &q, hits, query);
    search.n_sparse_scores = thaw__method_of(m)->sparse_scores(m, u, sparse, scratch);
    search.sparse_scores = sparse;
    THAW__TRY(thaw__search(&index, &search, 1, filter, query->allow, query->n_allow, &query->parallel));
    *n_hits = search.best.n;
    finish(m, u, hits, *n_hits);
    return THAW_OK;
}

thaw_status thaw__recommend(const thaw_model *m, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                            int64_t n_users, const thaw_query *query)
{
    const thaw__filter filter = thaw__filter_of(m, query);
    const int sparse = thaw__method_of(m)->sparse_scores != NULL;
    for (int64_t first = 0, n; first < n_users; first += n) {
        n = sparse ? 1 : at_most(n_users - first, BATCH);
        thaw_hit *list = hits + first * query->top;
        THAW__TRY(sparse ? recommend_sparse(m, list, n_hits + first, users[first], query, &filter)
                         : recommend_batch(m, list, n_hits + first, users + first, n, query, &filter));
    }
    return THAW_OK;
}

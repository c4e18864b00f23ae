/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_validation.h"

#include <math.h>
#include <string.h>

#include "linalg.h"
#include "metrics.h"
#include "status.h"
#include "thread.h"

enum { TOP = 20, TOP_NDCG = 10 };

enum { CHUNK = 8, MOST_QUERIES = CHUNK * THAW__N_VALID_SUPPORTS }; /* users whose queries are scored by one product */

/* A user with the first items of the history as the support, and something left to predict. */
typedef struct query {
    int64_t index, user; /* among the validation users; among the histories */
    int support;         /* index of the support */
    int64_t n_items, n_events;
    thaw__sparse_table sparse;
} query;

/* Scratch of one worker. */
typedef struct scratch {
    thaw__episode *episode;
    int n;
    query query[MOST_QUERIES];
    float *c;      /* [n, basis width] */
    float *scores; /* [n, ld] */
} scratch;

typedef struct validation {
    const thaw_model *m;
    const thaw__basis *basis;
    const thaw__histories *histories;
    const int64_t *users; /* [n] */
    int64_t n;
    int64_t ld;           /* scores of one query: of the rows of the basis, then of other items */
    scratch *scratch;     /* [workers] */
    float *recall, *ndcg; /* [n, supports]; recall -1: nothing to predict */
} validation;

/* Append the queries of a user, one for each support. */
static void add_queries(const validation *v, scratch *w, int64_t index)
{
    const int64_t user = v->users[index], n = thaw__history_length(v->histories, user);
    for (int s = 0; s < THAW__N_VALID_SUPPORTS; s++) {
        const int64_t k = thaw__valid_support(s, n);
        query *q = &w->query[w->n];
        if (k >= n || thaw__episode_adapt(w->episode, v->histories, user, k)) continue;
        memcpy(w->c + w->n++ * v->basis->width, w->episode->c, (size_t)v->basis->width * sizeof *w->c);
        *q = (query){index, user, s, k, w->episode->n_events, w->episode->sparse};
    }
}

/* Add the sparse scores of a query. Those of items without a row in the basis are put behind the rows, then the 0 of
 * TOP other items without a row, as far as there are so many. Returns how many scores there are. */
static int64_t add_sparse(const validation *v, const thaw__sparse_table *sparse, float *scores)
{
    const thaw__basis *b = v->basis;
    int64_t n = b->items;
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++) {
        const int32_t item = sparse->key[at] - 1;
        if (item < 0) continue;
        if (b->row[item] >= 0) scores[b->row[item]] += sparse->value[at];
        else scores[n++] = sparse->value[at];
    }
    const int64_t rest = b->all - n, zeros = rest < TOP ? rest : TOP;
    memset(scores + n, 0, (size_t)zeros * sizeof *scores);
    return n + zeros;
}

static int is_positive(const query *q, const thaw__interaction *x)
{
    return x->target_position >= q->n_events;
}

/* Whether the item with this score is positive. An item without a row is in no history. */
static int is_hit(const validation *v, const query *q, int64_t at)
{
    const thaw__interaction *x = thaw__history_interactions(v->histories, q->user);
    const int64_t n = at < v->basis->items ? thaw__history_length(v->histories, q->user) : 0;
    for (int64_t t = 0; t < n; t++)
        if (x[t].item == v->basis->item[at]) return is_positive(q, &x[t]);
    return 0;
}

/* recall and ndcg of a query; unchanged if no item is positive. */
static void measure(const validation *v, const query *q, float *scores, int excludes)
{
    thaw_hit top[TOP];
    uint8_t hit[TOP];
    const int64_t out = q->index * THAW__N_VALID_SUPPORTS + q->support;
    const thaw__interaction *x = thaw__history_interactions(v->histories, q->user);
    const int64_t n_all = thaw__history_length(v->histories, q->user);
    int64_t n_positive = 0;
    for (int64_t t = 0; t < n_all; t++) n_positive += is_positive(q, &x[t]);
    if (!n_positive) return;
    const int64_t n_scores = add_sparse(v, &q->sparse, scores);
    for (int64_t t = 0; excludes && t < q->n_items; t++) scores[v->basis->row[x[t].item]] = -INFINITY;
    const int64_t n = thaw__top_k(top, TOP, scores, n_scores);
    for (int64_t k = 0; k < n; k++) hit[k] = (uint8_t)is_hit(v, q, top[k].item);
    v->recall[out] = (float)thaw__recall(hit, n, TOP, n_positive);
    v->ndcg[out] = (float)thaw__ndcg(hit, n, TOP_NDCG, n_positive);
}

/* The queries of a chunk of users are scored by one product, which reads the basis once. */
static void validate_chunk(void *arg, int64_t chunk, int32_t worker)
{
    const validation *v = arg;
    const thaw__basis *b = v->basis;
    scratch *w = &v->scratch[worker];
    const int64_t first = chunk * CHUNK, end = first + CHUNK < v->n ? first + CHUNK : v->n;
    w->n = 0;
    for (int64_t u = first; u < end; u++) add_queries(v, w, u);
    for (int64_t k = first * THAW__N_VALID_SUPPORTS; k < end * THAW__N_VALID_SUPPORTS; k++) v->recall[k] = -1;
    if (w->n) thaw__gemm_nt(w->n, b->items, b->width, 1, w->c, b->width, b->rows, b->width, 0, w->scores, v->ld);
    for (int k = 0; k < w->n; k++) measure(v, &w->query[k], w->scores + k * v->ld, thaw__episode_excludes(w->episode));
}

static void average(thaw__ranking_quality *out, const validation *v, int64_t n)
{
    *out = (thaw__ranking_quality){0};
    for (int s = 0; s < THAW__N_VALID_SUPPORTS; s++) {
        double tasks = 0;
        for (int64_t u = 0; u < n; u++) {
            if (v->recall[u * THAW__N_VALID_SUPPORTS + s] < 0) continue;
            tasks++;
            out->recalls[s] += (double)v->recall[u * THAW__N_VALID_SUPPORTS + s];
            out->ndcgs[s] += (double)v->ndcg[u * THAW__N_VALID_SUPPORTS + s];
        }
        out->recalls[s] /= tasks > 0 ? tasks : 1;
        out->ndcgs[s] /= tasks > 0 ? tasks : 1;
        out->recall += out->recalls[s] / THAW__N_VALID_SUPPORTS;
        out->ndcg += out->ndcgs[s] / THAW__N_VALID_SUPPORTS;
    }
}

static thaw_status open_scratch(scratch *w, const validation *v)
{
    const thaw_allocator *a = &v->m->config.allocator;
    w->c = thaw__alloc(a, (size_t)(MOST_QUERIES * v->basis->width), sizeof *w->c);
    w->scores = thaw__alloc(a, (size_t)(MOST_QUERIES * v->ld), sizeof *w->scores);
    return w->c && w->scores ? thaw__episode_create(&w->episode, v->m, v->basis) : THAW_E_NOMEM;
}

static void close_scratch(scratch *w, const thaw_allocator *a)
{
    thaw__free(a, w->c);
    thaw__free(a, w->scores);
    thaw__episode_free(w->episode);
}

thaw_status thaw__ranking_validate(thaw__ranking_quality *out, const thaw_model *m, const thaw__basis *basis,
                                   const thaw__histories *h, const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const int32_t workers = thaw__n_workers(&m->config.parallel);
    validation v = {.m = m,
                    .basis = basis,
                    .histories = h,
                    .users = users,
                    .n = n,
                    .ld = basis->items + THAW__SPARSE_TABLE + TOP,
                    .scratch = thaw__alloc0(a, (size_t)workers, sizeof(scratch)),
                    .recall = thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float)),
                    .ndcg = thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float))};
    thaw_status st = v.scratch && v.recall && v.ndcg ? THAW_OK : THAW_E_NOMEM;
    for (int32_t w = 0; st == THAW_OK && w < workers; w++) st = open_scratch(&v.scratch[w], &v);
    if (st == THAW_OK) st = thaw__parallel_for(&m->config.parallel, validate_chunk, &v, (n + CHUNK - 1) / CHUNK);
    if (st == THAW_OK) average(out, &v, n);
    for (int32_t w = 0; v.scratch && w < workers; w++) close_scratch(&v.scratch[w], a);
    thaw__free(a, v.scratch);
    thaw__free(a, v.recall);
    thaw__free(a, v.ndcg);
    return st;
}

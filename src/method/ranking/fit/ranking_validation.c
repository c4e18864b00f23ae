/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_validation.h"

#include <math.h>
#include <string.h>

#include "linalg.h"
#include "metrics.h"
#include "status.h"
#include "thread.h"

enum { TOP = 20, TOP_NDCG = 10 };

/* Scratch of one worker: the queries of one user, one for each support that leaves something to predict. */
typedef struct scratch {
    thaw__episode *episode;
    int n;
    int support[THAW__N_VALID_SUPPORTS];      /* of a query: its index among the supports */
    int64_t n_items[THAW__N_VALID_SUPPORTS];  /* items of the support */
    int64_t n_events[THAW__N_VALID_SUPPORTS]; /* events of the support */
    thaw__sparse_table sparse[THAW__N_VALID_SUPPORTS];
    float *c;      /* [supports, basis width] */
    float *scores; /* [supports, ld] */
} scratch;

typedef struct validation {
    const thaw_model *m;
    const thaw__basis *basis;
    const thaw__histories *histories;
    const int64_t *users;
    int64_t ld;           /* scores of one query: of the rows of the basis, then of other items */
    scratch *scratch;     /* [workers] */
    float *recall, *ndcg; /* [n, supports]; recall -1: nothing to predict */
} validation;

/* Adapt to a user with every support. */
static void make_queries(const validation *v, scratch *w, int64_t user)
{
    const int64_t n = thaw__history_length(v->histories, user);
    w->n = 0;
    for (int s = 0; s < THAW__N_VALID_SUPPORTS; s++) {
        const int64_t k = thaw__valid_support(s, n);
        if (k >= n || thaw__episode_adapt(w->episode, v->histories, user, k)) continue;
        memcpy(w->c + w->n * v->basis->width, w->episode->c, (size_t)v->basis->width * sizeof *w->c);
        w->sparse[w->n] = w->episode->sparse;
        w->support[w->n] = s;
        w->n_items[w->n] = k;
        w->n_events[w->n++] = w->episode->n_events;
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

static int is_positive(const scratch *w, int query, const thaw__interaction *x)
{
    return x->target_position >= w->n_events[query];
}

/* Whether the item with this score is positive. An item without a row is in no history. */
static int is_hit(const validation *v, const scratch *w, int query, int64_t at)
{
    const thaw__interaction *x = thaw__history_interactions(v->histories, w->episode->user);
    const int64_t n = at < v->basis->items ? thaw__history_length(v->histories, w->episode->user) : 0;
    for (int64_t t = 0; t < n; t++)
        if (x[t].item == v->basis->item[at]) return is_positive(w, query, &x[t]);
    return 0;
}

/* recall and ndcg of a query; unchanged if no item is positive. */
static void measure(const validation *v, const scratch *w, int query, float *recall, float *ndcg)
{
    thaw_hit top[TOP];
    uint8_t hit[TOP];
    float *scores = w->scores + query * v->ld;
    const thaw__interaction *x = thaw__history_interactions(v->histories, w->episode->user);
    const int64_t n_all = thaw__history_length(v->histories, w->episode->user);
    int64_t n_positive = 0;
    for (int64_t t = 0; t < n_all; t++) n_positive += is_positive(w, query, &x[t]);
    if (!n_positive) return;
    const int64_t n_scores = add_sparse(v, &w->sparse[query], scores);
    for (int64_t t = 0; thaw__episode_excludes(w->episode) && t < w->n_items[query]; t++)
        scores[v->basis->row[x[t].item]] = -INFINITY;
    const int64_t n = thaw__top_k(top, TOP, scores, n_scores);
    for (int64_t k = 0; k < n; k++) hit[k] = (uint8_t)is_hit(v, w, query, top[k].item);
    *recall = (float)thaw__recall(hit, n, TOP, n_positive);
    *ndcg = (float)thaw__ndcg(hit, n, TOP_NDCG, n_positive);
}

/* All supports of a user are scored by one product, which reads the basis once. */
static void validate_user(void *arg, int64_t u, int32_t worker)
{
    const validation *v = arg;
    const thaw__basis *b = v->basis;
    scratch *w = &v->scratch[worker];
    float *recall = v->recall + u * THAW__N_VALID_SUPPORTS, *ndcg = v->ndcg + u * THAW__N_VALID_SUPPORTS;
    for (int s = 0; s < THAW__N_VALID_SUPPORTS; s++) recall[s] = -1;
    make_queries(v, w, v->users[u]);
    if (w->n) thaw__gemm_nt(w->n, b->items, b->width, 1, w->c, b->width, b->rows, b->width, 0, w->scores, v->ld);
    for (int q = 0; q < w->n; q++) measure(v, w, q, &recall[w->support[q]], &ndcg[w->support[q]]);
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
    w->c = thaw__alloc(a, (size_t)(THAW__N_VALID_SUPPORTS * v->basis->width), sizeof *w->c);
    w->scores = thaw__alloc(a, (size_t)(THAW__N_VALID_SUPPORTS * v->ld), sizeof *w->scores);
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
                    .ld = basis->items + THAW__SPARSE_TABLE + TOP,
                    .scratch = thaw__alloc0(a, (size_t)workers, sizeof(scratch)),
                    .recall = thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float)),
                    .ndcg = thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float))};
    thaw_status st = v.scratch && v.recall && v.ndcg ? THAW_OK : THAW_E_NOMEM;
    for (int32_t w = 0; st == THAW_OK && w < workers; w++) st = open_scratch(&v.scratch[w], &v);
    if (st == THAW_OK) st = thaw__parallel_for(&m->config.parallel, validate_user, &v, n);
    if (st == THAW_OK) average(out, &v, n);
    for (int32_t w = 0; v.scratch && w < workers; w++) close_scratch(&v.scratch[w], a);
    thaw__free(a, v.scratch);
    thaw__free(a, v.recall);
    thaw__free(a, v.ndcg);
    return st;
}

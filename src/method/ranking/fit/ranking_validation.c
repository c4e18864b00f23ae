/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_validation.h"

#include <math.h>
#include <string.h>

#include "linalg.h"
#include "metrics.h"
#include "status.h"
#include "thread.h"

enum { TOP = 20, TOP_NDCG = 10 };

typedef struct validation {
    const thaw_model *m;
    const thaw__histories *histories;
    const int64_t *users;
    thaw__episode **episodes; /* [workers] */
    float *scores;            /* [workers, items] scratch */
    float *recall, *ndcg;     /* [n, supports]; recall -1: nothing to predict */
} validation;

/* Scores of all items, -INFINITY for excluded ones. */
static void score_all(const validation *v, const thaw__episode *e, float *scores)
{
    const thaw__basis *b = e->basis;
    thaw__gemv(b->items, b->width, 1, b->rows, b->width, e->c, 0, scores);
    for (int32_t at = 0; at < THAW__SPARSE_TABLE; at++)
        if (e->sparse.key[at]) scores[e->sparse.key[at] - 1] += e->sparse.value[at];
    const int64_t first = v->histories->interaction_start[e->user];
    for (int64_t s = first; thaw__episode_excludes(e) && s < first + e->k; s++)
        scores[v->histories->interactions[s].item] = -INFINITY;
}

static int is_positive_item(const validation *v, const thaw__episode *e, int64_t item)
{
    for (int64_t s = v->histories->interaction_start[e->user]; s < v->histories->interaction_start[e->user + 1]; s++)
        if (v->histories->interactions[s].item == item) return thaw__episode_positive(e, v->histories, s);
    return 0;
}

/* recall and ndcg of one episode; unchanged if no item is positive. */
static void measure(const validation *v, const thaw__episode *e, float *scores, float *recall, float *ndcg)
{
    thaw_hit top[TOP];
    uint8_t hit[TOP];
    int64_t n_positive = 0;
    for (int64_t s = v->histories->interaction_start[e->user]; s < v->histories->interaction_start[e->user + 1]; s++)
        n_positive += thaw__episode_positive(e, v->histories, s);
    if (!n_positive) return;
    score_all(v, e, scores);
    const int64_t n = thaw__top_k(top, TOP, scores, e->basis->items);
    for (int64_t k = 0; k < n; k++) hit[k] = (uint8_t)is_positive_item(v, e, top[k].item);
    *recall = (float)thaw__recall(hit, n, TOP, n_positive);
    *ndcg = (float)thaw__ndcg(hit, n, TOP_NDCG, n_positive);
}

static void validate_user(void *arg, int64_t u, int32_t worker)
{
    const validation *v = arg;
    const int64_t n = thaw__history_length(v->histories, v->users[u]);
    for (int s = 0; s < THAW__N_VALID_SUPPORTS; s++) {
        float *recall = &v->recall[u * THAW__N_VALID_SUPPORTS + s], *ndcg = &v->ndcg[u * THAW__N_VALID_SUPPORTS + s];
        const int64_t k = thaw__valid_support(s, n);
        *recall = -1;
        if (k < n && !thaw__episode_adapt(v->episodes[worker], v->histories, v->users[u], k))
            measure(v, v->episodes[worker], v->scores + worker * thaw__n_items(v->m), recall, ndcg);
    }
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

thaw_status thaw__ranking_validate(thaw__ranking_quality *out, const thaw_model *m, const thaw__basis *basis,
                                   const thaw__histories *h, const int64_t *users, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const int32_t workers = thaw__n_workers(&m->config.parallel);
    validation v = {m,
                    h,
                    users,
                    thaw__alloc0(a, (size_t)workers, sizeof(void *)),
                    thaw__alloc(a, (size_t)workers * (size_t)basis->items, sizeof(float)),
                    thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float)),
                    thaw__alloc0(a, (size_t)n * THAW__N_VALID_SUPPORTS, sizeof(float))};
    thaw_status st = v.episodes && v.scores && v.recall && v.ndcg ? THAW_OK : THAW_E_NOMEM;
    for (int32_t w = 0; st == THAW_OK && w < workers; w++) st = thaw__episode_create(&v.episodes[w], m, basis);
    if (st == THAW_OK) st = thaw__parallel_for(&m->config.parallel, validate_user, &v, n);
    if (st == THAW_OK) average(out, &v, n);
    for (int32_t w = 0; v.episodes && w < workers; w++) thaw__episode_free(v.episodes[w]);
    thaw__free(a, v.episodes);
    thaw__free(a, v.scores);
    thaw__free(a, v.recall);
    thaw__free(a, v.ndcg);
    return st;
}

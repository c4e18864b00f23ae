/* SPDX-License-Identifier: Apache-2.0
 * Neighbour term: a Gaussian process over items whose covariance is the sparse co-occurrence (docs/ranking-model.md,
 * equation 3).
 *
 *     a = (C_SS + noise D^-1)^-1 (t - p_S)      C_ij = both_ij - p_i p_j,  C_ii = p_i - p_i^2,  D = diag(s)
 *     value_j = sum_{i in S} a_i e_ij           e_ij as in ranking.h
 *     kappa = (after order + before (1 - order)) a'p_S
 *
 * S is the newest THAW__NEIGHBOUR_SUPPORT items, noise = ridge mean_popularity. kappa times the offset is what
 * independent items would give; the score subtracts it.
 */
#include <string.h>

#include "finite.h"
#include "linalg.h"
#include "terms.h"

enum { LD = THAW__NEIGHBOUR_SUPPORT };

#define LEAST_PRECISION 1e-6f /* of an item in S: less counts as this, or its noise would overflow */

enum { RIDGE, AFTER, BEFORE, SIMILAR, CONTENT, N_SCHEDULES };

static const thaw__schedule_start schedules[N_SCHEDULES] = {
    [RIDGE] = {3, 1},       /* noise variance, in units of mean_popularity */
    [AFTER] = {0.5f, 0},    /* weight of edge.after */
    [BEFORE] = {0.2f, 0},   /* weight of edge.before */
    [SIMILAR] = {2, 0},     /* weight of edge.similar_cooccurrence */
    [CONTENT] = {0.25f, 0}, /* weight of edge.content_similarity */
};

typedef struct neighbour_state {
    int32_t n;         /* items of S */
    thaw__edge weight; /* of the numbers of an edge at K */
    int32_t item[LD];
    float a[LD];
} neighbour_state;

typedef struct neighbour_work {
    float factor[LD * LD]; /* lower Cholesky factor of C_SS + noise D^-1 */
} neighbour_work;

static float noise_of(float noise, float precision)
{
    return noise / (precision > LEAST_PRECISION ? precision : LEAST_PRECISION);
}

/* C_SS + noise D^-1, lower triangle, and t - p_S */
static void make_system(neighbour_state *out, float *A, const thaw__ranking *r, const thaw__support_weights *s,
                        float noise)
{
    for (int32_t i = 0; i < out->n; i++) {
        const float p = r->popularity[s->item[i]];
        out->item[i] = s->item[i];
        out->a[i] = s->target[i] - p;
        for (int32_t j = 0; j < i; j++)
            A[i * LD + j] = thaw__cooccurrence_of(r, s->item[i], s->item[j]) - p * r->popularity[s->item[j]];
        A[i * LD + i] = p - p * p + noise_of(noise, s->precision[i]);
    }
}

/* What item i of S adds to kappa. */
static float kappa_of(const neighbour_state *x, const thaw__ranking *r, int32_t i)
{
    return (x->weight.after * r->order + x->weight.before * (1 - r->order)) * x->a[i] * r->popularity[x->item[i]];
}

static int solve(void *state, void *work, const thaw__ranking *r, const thaw__support_weights *s, const float *x,
                 float *kappa)
{
    neighbour_state *out = state;
    float *factor = ((neighbour_work *)work)->factor;
    out->n = s->n < LD ? s->n : LD;
    out->weight = (thaw__edge){
        .after = x[AFTER], .before = x[BEFORE], .similar_cooccurrence = x[SIMILAR], .content_similarity = x[CONTENT]};
    if (out->n == 0) return 0;
    make_system(out, factor, r, s, x[RIDGE] * r->mean_popularity);
    if (thaw__potrf(out->n, factor, LD)) {
        memset(out->a, 0, sizeof out->a);
        out->n = 0;
        return 0; /* the term is left out */
    }
    thaw__potrs(out->n, factor, LD, out->a);
    for (int32_t i = 0; i < out->n; i++) *kappa += kappa_of(out, r, i);
    return !thaw__is_bounded(kappa, 1) || !thaw__is_bounded(out->a, out->n);
}

static int64_t list(const void *state, const thaw__ranking *r, thaw__sparse_score *out)
{
    const neighbour_state *x = state;
    int64_t n = 0;
    for (int32_t i = 0; i < x->n; i++)
        for (int64_t k = r->graph.start[x->item[i]]; k < r->graph.start[x->item[i] + 1]; k++)
            out[n++] = (thaw__sparse_score){r->graph.item[k], x->a[i] * thaw__edge_dot(&x->weight, &r->graph.edge[k])};
    return n;
}

/* a_i e_ij; 0 if j is no neighbour of i. */
static float value_of(const neighbour_state *x, const thaw__ranking *r, int32_t i, int64_t item)
{
    const int64_t edge = thaw__item_graph_find(&r->graph, x->item[i], (int32_t)item);
    return edge >= 0 ? x->a[i] * thaw__edge_dot(&x->weight, &r->graph.edge[edge]) : 0;
}

static float score(const void *state, const thaw__ranking *r, int64_t item)
{
    const neighbour_state *x = state;
    float sum = 0;
    for (int32_t i = 0; i < x->n; i++) sum += value_of(x, r, i, item);
    return sum;
}

static void explain(const void *state, const thaw__ranking *r, int64_t item, float offset, float *by_support)
{
    const neighbour_state *x = state;
    for (int32_t i = 0; i < x->n; i++) by_support[i] += value_of(x, r, i, item) - kappa_of(x, r, i) * offset;
}

/* By the weights of an edge, and by a */
static void slope_of_edges(const neighbour_state *x, const thaw__ranking *r, const thaw__term_by *by,
                           thaw__edge *by_weight, float *by_a)
{
    for (int32_t i = 0; i < x->n; i++) {
        const float p = r->popularity[x->item[i]];
        thaw__edge sum = {.after = by->kappa * p * r->order, .before = by->kappa * p * (1 - r->order)};
        for (int64_t k = r->graph.start[x->item[i]]; k < r->graph.start[x->item[i] + 1]; k++)
            thaw__edge_add(&sum, by->value[thaw__sparse_table_at(by->table, r->graph.item[k])], &r->graph.edge[k]);
        thaw__edge_add(by_weight, x->a[i], &sum);
        by_a[i] = thaw__edge_dot(&x->weight, &sum);
    }
}

static void slope(const void *state, const void *work, const thaw__ranking *r, const thaw__support_weights *s,
                  const float *x, const thaw__term_by *by, float *by_x, thaw__support_weights_by *by_support)
{
    const neighbour_state *gp = state;
    thaw__edge by_weight = {0};
    float by_a[LD];
    slope_of_edges(gp, r, by, &by_weight, by_a);
    by_x[AFTER] = by_weight.after;
    by_x[BEFORE] = by_weight.before;
    by_x[SIMILAR] = by_weight.similar_cooccurrence;
    by_x[CONTENT] = by_weight.content_similarity;
    /* a = A^-1 h: the derivative by h is A^-1 by_a, that by A_ii is minus that times a_i. */
    thaw__potrs(gp->n, ((const neighbour_work *)work)->factor, LD, by_a);
    for (int32_t i = 0; i < gp->n; i++) {
        const float own = noise_of(x[RIDGE] * r->mean_popularity, s->precision[i]),
                    by_noise = -by_a[i] * gp->a[i] * own;
        by_support->target[i] += by_a[i];
        by_x[RIDGE] += by_noise;
        if (s->precision[i] > LEAST_PRECISION) by_support->precision[i] -= by_noise / s->precision[i];
    }
}

const thaw__term thaw__term_neighbour_gp = {
    .first = THAW__FIRST_neighbour_gp,
    .n = N_SCHEDULES,
    .schedules = schedules,
    .state_bytes = sizeof(neighbour_state),
    .work_bytes = sizeof(neighbour_work),
    .most = THAW__NEIGHBOUR_SUPPORT * THAW__NEIGHBOURS,
    .solve = solve,
    .list = list,
    .score = score,
    .explain = explain,
    .slope = slope,
};

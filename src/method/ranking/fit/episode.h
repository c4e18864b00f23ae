/* SPDX-License-Identifier: Apache-2.0
 * One training episode of a ranking: the first K items of a history are the support, what follows is to be predicted.
 * The loss is differentiated exactly, through the solutions of the neighbour term and of the low-rank term
 * (docs/ranking-training.md, equation 5).
 *
 *     z_j = basis_j . c + sparse_j                        c = [gain w | gain backward w | factors of the offsets]
 *     P_j = soft(z_j) / sum of soft(z) over the items that may be recommended,  soft(z) = f log(1 + exp(z / f))
 *     loss = - mean over the positive items of log P_j
 *
 * z_j estimates the probability that j comes next, so P is linear in it and not exponential. The floor f gives every
 * item some share: soft(0) = f log 2. In a large catalogue the sum runs over every q-th item, starting at a random one,
 * times q, and over all items with a sparse score or in the history. Items without a row in the basis have z = 0, or
 * their sparse score.
 */
#ifndef THAW_EPISODE_H
#define THAW_EPISODE_H

#include "latent.h"
#include "statistics.h"
#include "terms.h"

/** Offsets in the vector of derivatives by all learned numbers: the schedules, backward, half_life, then weight, target
 *  and exponent, each of every event name. Of positive numbers, the derivative is by the logarithm. */
enum { THAW__SLOPE_BACKWARD = THAW__N_SCHEDULES * THAW__SCHEDULE_KNOTS, THAW__SLOPE_HALF_LIFE, THAW__SLOPE_WEIGHTINGS };

/** The length of that vector. */
static inline int32_t thaw__n_slopes(const thaw__ranking *r)
{
    return THAW__SLOPE_WEIGHTINGS + 3 * r->n_weightings;
}

enum { THAW__EPISODE_SAMPLE = 4096 }; /* rows of the basis in a loss, at most */

/** An episode, and scratch of one worker. */
typedef struct thaw__episode {
    const thaw_model *m;
    const thaw__basis *basis;
    int64_t sample; /* items of the catalogue in a loss, at most */
    thaw__support_weights support;
    thaw__term_states terms; /* of the sparse terms */
    thaw__term_work term_work;
    float kappa;                         /* the part of the offset that they replace */
    thaw__sparse_table sparse;           /* their scores */
    float by_sparse[THAW__SPARSE_TABLE]; /* derivatives by them */
    uint8_t mark[THAW__SPARSE_TABLE];    /* OTHER, EXCLUDED, POSITIVE */
    thaw__support_weights_by by;
    float *w, *by_w;          /* [stride] posterior mean, derivative by it */
    float *prior;             /* [stride] M f: prior mean from the user's features */
    float *factor;            /* [rank, stride] Cholesky factor of the precision of w */
    float *c, *by_c;          /* [basis width] */
    float *label, *weight;    /* [items + THAW__SPARSE_TABLE + 1] scratch of the losses of thaw__loss_of() */
    float *z, *slope;         /* the same size; of sampled items: soft(z); derivatives, in units of share */
    float share;              /* q / sum of soft(z) */
    const thaw_event *events; /* [n_kept] of the support, in the order of time: those that a user keeps */
    int64_t n_kept;
    int64_t n_events; /* of the support, with those that a user does not keep */
    int64_t user;     /* index into the histories */
    int64_t k;        /* items of the support */
} thaw__episode;

thaw_status thaw__episode_create(thaw__episode **out, const thaw_model *m, const thaw__basis *basis);
void thaw__episode_free(thaw__episode *e);

/** Compute the posterior from the events before item k + 1 of a history. @return 0, or 1 if it is not positive
 *  definite. */
int thaw__episode_adapt(thaw__episode *e, const thaw__histories *h, int64_t user, int64_t k);

/** z_j of one item. */
float thaw__episode_score(const thaw__episode *e, int32_t item);

/** Whether an interaction of the user, an index into h->interactions, is to be predicted. */
static inline int thaw__episode_positive(const thaw__episode *e, const thaw__histories *h, int64_t interaction)
{
    return h->interactions[interaction].target_position >= e->n_events;
}

/** Whether items of the support are excluded from recommendations: without a target only new items are predicted. */
static inline int thaw__episode_excludes(const thaw__episode *e)
{
    return thaw__ranking_of(e->m)->target < 0;
}

/** The loss; its derivatives are added to slope [thaw__n_slopes()]. floor is f in units of mean_popularity; draw,
 *  uniform in [0, 1), selects the first item of the sample of a large catalogue. 0 if no item is positive. */
double thaw__episode_loss(thaw__episode *e, const thaw__histories *h, float floor, double draw, float *slope);

/** A loss by name: THAW_LOSS_SHARE is the one above, the others are those of thaw__loss_of() with the sharpness 1 / f.
 *  Its derivatives by the scores of the rows of the basis are written to by_score [items], those by c to e->by_c. */
double thaw__episode_by_score(thaw__episode *e, const thaw__histories *h, int32_t loss, float floor, double draw,
                              float *by_score);

#endif

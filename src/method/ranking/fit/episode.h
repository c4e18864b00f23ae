/* SPDX-License-Identifier: Apache-2.0
 * One episode of learning to rank: the first K items of a journey are the support, what follows is to be predicted, and the
 * loss is differentiated through both solves.
 *
 *     z_j = basis_j . c + addition_j                      c = [gain w | gain backward w | popularity]
 *     P_j = soft(z_j) / sum of soft(z) over the items that may be recommended,  soft(z) = f log(1 + exp(z / f))
 *     loss = - mean over the wanted items of log P_j
 *
 * z estimates the chance that j comes next, so the share P is linear in it and not exponential; the floor f is what an item
 * nobody expects still gets. In a large catalogue the sum runs over every q-th item, from a drawn one on, times q, and
 * over all items with an addition or in the journey.
 */
#ifndef THAW_EPISODE_H
#define THAW_EPISODE_H

#include "repeat.h"
#include "latent.h"
#include "statistics.h"
#include "neighbour_gp.h"

/** Everything learned by gradient, as one vector: rules, then backward and half_life, then weight, target and exponent of
 *  every kind of event. Positive numbers are logarithms. */
enum { THAW__SLOPE_BACKWARD = THAW__N_SCHEDULES * THAW__SCHEDULE_KNOTS, THAW__SLOPE_HALF_LIFE, THAW__SLOPE_WEIGHTINGS };

static inline int32_t thaw__n_slopes(const thaw__ranking *r)
{
    return THAW__SLOPE_WEIGHTINGS + 3 * r->n_weightings;
}

enum { THAW__EPISODE_SAMPLE = 16384 };

/** Scratch of one worker. */
typedef struct thaw__episode {
    const thaw_model *m;
    const thaw__basis *basis;
    int64_t sample;           /* at most so many items of the catalogue are in a loss */
    thaw__support_weights support;
    thaw__neighbour_gp neighbours;
    thaw__sparse_table sparse;
    float by_sparse[THAW__SPARSE_TABLE];
    uint8_t mark[THAW__SPARSE_TABLE]; /* PLAIN, HIDDEN, WANTED */
    thaw__support_weights_by by;
    float *w, *by_w;        /* [stride] */
    float *prior;           /* [stride] what the features of the user say */
    float *factor;          /* [rank, stride] */
    float *c, *by_c;        /* [basis width] */
    float *label, *weight;  /* [items + THAW__SPARSE_TABLE] scratch of the other losses */
    float *z, *slope;       /* [items + THAW__SPARSE_TABLE] of the sampled ones: soft(z), and derivatives by z in units of share */
    float share;            /* q / sum of soft(z) */
    const thaw_event *events; /* [n_kept] of the support, in time order: those a user keeps */
    int64_t n_kept;
    int64_t n_events;         /* of the support, all */
    int64_t user;           /* of the journeys */
    int64_t k;              /* items of the support */
} thaw__episode;

thaw_status thaw__episode_create(thaw__episode **out, const thaw_model *m, const thaw__basis *basis);
void thaw__episode_free(thaw__episode *e);

/** Condition on the events before the (k + 1)-th item of a journey. @return 0, or 1 if there is no finite belief. */
int thaw__episode_adapt(thaw__episode *e, const thaw__histories *j, int64_t user, int64_t k);

/** z_j of one item. */
float thaw__episode_score(const thaw__episode *e, int32_t item);

/** Whether a step of the journey is to be predicted, and whether an item of the support may not be recommended. */
static inline int thaw__episode_positive(const thaw__episode *e, const thaw__histories *j, int64_t step)
{
    return j->interactions[step].target_position >= e->n_events;
}

static inline int thaw__episode_excludes(const thaw__episode *e)
{
    return thaw__ranking_of(e->m)->target < 0; /* what is predicted then is new */
}

/** The loss with the floor f in mean item probabilities, and its derivatives added to slope [thaw__n_slopes()]. `draw`, uniform in
 *  [0, 1), says where the sample of a large catalogue begins. 0 if nothing is wanted. */
double thaw__episode_loss(thaw__episode *e, const thaw__histories *j, float floor, double draw, float *slope);

/** A loss (THAW_LOSS_SHARE is the one above; those of thaw__loss_of() have the sharpness 1 / floor), and its derivatives by
 *  the scores of all items in by_score [items]; by c they are in e->by_c. */
double thaw__episode_by_score(thaw__episode *e, const thaw__histories *j, int32_t loss, float floor, double draw,
                              float *by_score);

#endif

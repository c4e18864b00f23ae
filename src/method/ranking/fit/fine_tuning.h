/* SPDX-License-Identifier: Apache-2.0
 * Tuning the embeddings through the closed form: V of the supports and the scoring rows F, by gradient steps on the loss of
 * episode.h over the users of the moments.
 *
 *     x_j = dL/dz_j over the catalogue,   by_w = gain sum_j x_j (F_j + backward B_j),   l = A^-1 by_w
 *     dL/dF_j = gain x_j w                 dL/dv_i = (pull_i - precision_i v_i'w) l - precision_i (v_i'l) w
 *     V  <- V - rate_V |V| G / rms |G|     F <- F - rate_F |F| (p o G) / rms |p o G|
 *
 * G is the mean over a batch, |.| over all rows, rms a running one: a step is a part of what is there, whatever the shop's scale.
 * F_j estimates chances, so its steps go with the item's p. V'V and V'p are constants of an episode; every few batches they are
 * taken anew and the space is turned so that V'V is diagonal again.
 */
#ifndef THAW_FINE_TUNING_H
#define THAW_FINE_TUNING_H

#include "episode.h"
#include "optimiser.h"

enum {
    THAW__FINE_TUNING_BATCH = 64,         /* episodes of a step */
    THAW__FINE_TUNING_EPOCHS = 12,        /* over which the rates fall to a tenth */
    THAW__FINE_TUNING_ITEMS = 1 << 16,    /* larger catalogues are not tuned */
};

/** What an episode says of V. */
typedef struct thaw__fine_tuning_support {
    int32_t n;
    int32_t item[THAW__HISTORY];
    float by_l[THAW__HISTORY], by_w[THAW__HISTORY]; /* dL/dv_i = by_l l + by_w w */
} thaw__fine_tuning_support;

typedef struct thaw__fine_tuning {
    thaw_model *m;
    thaw__basis *basis;
    const thaw__histories *j;
    const int64_t *users;          /* [n] numbers of journeys with at least two items */
    int64_t n, step;               /* users; batches so far */
    int64_t first;                 /* of the episodes being added */
    int over;                      /* the judges want no more */
    double loss;                   /* mean of the epoch, as far as it is */
    int32_t workers;
    thaw__episode **episodes;      /* [workers] */
    thaw__fine_tuning_support *supports;  /* [batch] */
    float *by_score;               /* [batch, items] gain dL/dz */
    float *w, *l;                  /* [batch, stride] */
    double *losses;                /* [batch] */
    float *slope;                  /* [items, stride] of the batch */
    thaw__rms_descent descent[2];  /* of F, of V */
} thaw__fine_tuning;

thaw_status thaw__fine_tuning_create(thaw__fine_tuning *out, thaw_model *m, thaw__basis *basis, const thaw__histories *j, const int64_t *users,
                              int64_t n);
void thaw__fine_tuning_free(thaw__fine_tuning *t);

/** One episode, the first k items of a journey, into place b of the batch; draw as thaw__episode_loss().
 *  @return its loss; 0, with no slopes, if there is none */
double thaw__fine_tuning_episode(thaw__fine_tuning *t, int64_t b, int32_t worker, int64_t user, int64_t k, double draw);

/** Batches of an epoch, which has as many episodes as users, or 8192. */
int64_t thaw__fine_tuning_batches(const thaw__fine_tuning *t);

/** One batch: all its episodes, then a step, which moves m's factor, silent and pull, and the basis. The mean loss adds up over
 *  an epoch in t->loss. */
thaw_status thaw__fine_tuning_add(thaw__fine_tuning *t, int64_t first, int64_t n);
thaw_status thaw__fine_tuning_step(thaw__fine_tuning *t);

#endif

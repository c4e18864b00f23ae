/* SPDX-License-Identifier: Apache-2.0
 * Fine-tuning of item and output embeddings by gradient descent through the closed form of adapting (Bertinetto et al.
 * 2019; docs/ranking-training.md, equation 8). The loss is that of episode.h.
 *
 *     x_j = dL/dz_j over the catalogue,   by_w = gain sum_j x_j (F_j + backward B_j),   l = A^-1 by_w
 *     dL/dF_j = gain x_j w               dL/dv_i = (linear_i - precision_i v_i'w) l - precision_i (v_i'l) w
 *     V <- V - rate_V |V_0| G / rms |G|  F <- F - rate_F |F_0| (p o G) / rms |p o G|
 *
 * precision_i and linear_i are those of thaw__latent_term. G is the mean gradient of a batch, |.| is over all rows, rms
 * a running root mean square (optimiser.h). F_j estimates probabilities, so its steps are in proportion to the
 * popularity p_j. V'V and V'p are constants within an episode; every few batches they are computed again, and the space
 * is rotated so that V'V is diagonal again.
 */
#ifndef THAW_FINE_TUNING_H
#define THAW_FINE_TUNING_H

#include "episode.h"
#include "optimiser.h"

enum {
    THAW__FINE_TUNING_BATCH = 64,      /* episodes of a step */
    THAW__FINE_TUNING_EPOCHS = 12,     /* over which the rates fall to a tenth */
    THAW__FINE_TUNING_ITEMS = 1 << 16, /* with more items in the histories there is no fine-tuning */
};

/** The gradient of one episode by the item embeddings of its support: dL/dv_i = by_l l + by_w w. */
typedef struct thaw__fine_tuning_support {
    int32_t n;
    int32_t item[THAW__HISTORY];
    float by_l[THAW__HISTORY], by_w[THAW__HISTORY];
} thaw__fine_tuning_support;

typedef struct thaw__fine_tuning {
    thaw_model *m;
    thaw__basis *basis;
    const thaw__histories *histories;
    const int64_t *users; /* [n] indices into the histories, of users with two items or more */
    int64_t n, step;      /* users; batches so far */
    int64_t first;        /* of the episodes being added */
    int finished;         /* no more epochs: set by the caller after an evaluation */
    double loss;          /* mean over the epoch so far */
    int32_t workers;
    thaw__episode **episodes;            /* [workers] */
    thaw__fine_tuning_support *supports; /* [batch] */
    float *by_score;                     /* [batch, items] gain dL/dz */
    float *w, *l;                        /* [batch, stride] */
    double *losses;                      /* [batch] */
    float *slope;                        /* [items, stride] gradient of the batch by F or V */
    float *popularity;                   /* [items] of the rows of the basis */
    thaw__rms_descent descent[2];        /* of F, of V */
} thaw__fine_tuning;

thaw_status thaw__fine_tuning_create(thaw__fine_tuning *out, thaw_model *m, thaw__basis *basis,
                                     const thaw__histories *h, const int64_t *users, int64_t n);
void thaw__fine_tuning_free(thaw__fine_tuning *t);

/** Run the episode of a user with a support of k items and write its gradient to index b of the batch; draw as in
 *  thaw__episode_loss(). @return its loss; 0, with a zero gradient, if there is none or it is not finite. */
double thaw__fine_tuning_episode(thaw__fine_tuning *t, int64_t b, int32_t worker, int64_t user, int64_t k, double draw);

/** Batches of an epoch, which has as many episodes as users, at most 8192. */
int64_t thaw__fine_tuning_batches(const thaw__fine_tuning *t);

/** Run the episodes first … first + n - 1 of the next batch. */
thaw_status thaw__fine_tuning_add(thaw__fine_tuning *t, int64_t first, int64_t n);

/** One step by the mean gradient of the batch: changes item_embedding, gram_diag and gram_popularity of m, and the
 *  basis. */
thaw_status thaw__fine_tuning_step(thaw__fine_tuning *t);

#endif

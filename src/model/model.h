/* SPDX-License-Identifier: Apache-2.0
 * What a model is: what it knows by name (items, events, features) and the numbers of
 *
 *     score(y) = base_i + p_i . w_u + noise,    w_u ~ N(M f_u, I),    v_i = [p_i, base_i] ~ N(W g_i, Gamma)
 *
 * with score() the link of link.h. The space is kept so that users' residuals have unit covariance (docs/model.md, eq. 9): a user's prior needs no matrix, and an
 * item's row is what serving multiplies. Items keep their posterior covariances; `noise` folds them, seen by an
 * average user, into one variance per item. Rows of a new item are its content prior.
 */
#ifndef THAW_MODEL_H
#define THAW_MODEL_H

#include "codes.h"
#include "file.h"
#include "kernels.h"
#include "link.h"
#include "params.h"
#include "prior.h"
#include "ranking.h"

enum { THAW__RANK_MAX = 256 };

struct thaw_model {
    thaw_config config;
    int32_t objective;     /* THAW_RATING or THAW_RANKING */
    thaw__ranking *ranking; /* what ranking knows beside the items' rows in factor; NULL for ratings */
    const thaw__kernels *kernels;
    int32_t rank;          /* d */
    int32_t dim;           /* d + 1: loadings and base */
    int64_t stride;        /* floats of a row of factor: d rounded up to 16 */
    int64_t packed;        /* dim (dim + 1) / 2: a lower triangle by rows */

    thaw__keymap items;
    thaw__keymap events;
    thaw__prior item_prior; /* dim */
    thaw__prior user_prior; /* rank */
    thaw__sparse features;  /* [items] g_i */

    float *factor;         /* [items, stride] p_i, zero padded */
    float *base;           /* [items] */
    float *cov;            /* [items, packed] posterior covariance of [p_i, base_i] */
    float *spread;         /* [items] s_i^2: squared scale of the noise of a rating of this item (Student's t, 6 degrees) */
    float *surplus;        /* [items] q_i: how much more than an average user those like it who choose it */
    float *seen;           /* [items] ratings the posterior rests on */
    float *noise;          /* [items] s_i^2 + E[w~' cov_i w~]: variance of a rating for an average user, given w */
    float *certainty;      /* [items] 1 / sqrt(noise): what adapting multiplies by; made when loading, not in the file */
    uint8_t *retired;      /* [n_retired] 1: never recommended. Later items are not. NULL: none */
    int64_t n_retired;
    thaw__codes codes;     /* of the scored rows, for searches; made when loading, not in the file */
    float *gamma;          /* [dim, dim] covariance of items about their content prior */
    float *moment;         /* [rank, rank] E[w w'] over users */

    double mean, scale;    /* mean and standard deviation of all ratings, for people */
    float mean_surplus;    /* of the items, by ratings: what a new one gets */
    double noise2;         /* s^2: noise variance over all items, of a score */
    thaw__link link;
    float rating_min, rating_max, half_life;
    int64_t steps, trained_users, trained_events;
    double mass;           /* what the users weigh that a ranking rests on: the sum of n_u^-1/2 */
    uint64_t id;

    thaw__file map;        /* the mapped file that factor and cov lie in; else empty */
};

/** How much of the surplus is still unknown of a user with n events. Whoever comes to rate an item tends to like it; the
 *  less is known of a user, the more of that is news (docs/model.md, eq. 13). */
static inline float thaw__surplus_share(int64_t n)
{
    return 1 / (1 + (float)n / 20);
}

/** The rows that a belief is multiplied with to score items [items, stride]. */
static inline const float *thaw__model_scored(const thaw_model *m)
{
    return m->ranking ? m->ranking->reach : m->factor;
}

static inline int64_t thaw__n_items(const thaw_model *m)
{
    return m->items.n;
}

/** The table of all its numbers; learned later or never, they have no array yet. Readers may make one of a const model if they
 *  write through none of its pointers. */
void thaw__model_params(thaw_model *m, thaw__params *out);

/** The same of a model that is only read. */
static inline void thaw__model_params_read(const thaw_model *m, thaw__params *out)
{
    thaw__model_params((thaw_model *)(uintptr_t)m, out);
}

/** A model of the shop's items, features and events, before any training. */
thaw_status thaw__model_create(thaw_model **out, const thaw_config *config, const thaw_data *data);
void thaw__model_free(thaw_model *m);

/** A deep copy that owns all it has; from may be in use by readers. */
thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from);

/** What each holds becomes the other's: training publishes a finished copy this way. */
static inline void thaw__model_exchange(thaw_model *a, thaw_model *b)
{
    const thaw_model was = *a;
    *a = *b;
    *b = was;
}

/** Mark rows, which are checked, as retired (1) or not (0); unchanged on error. */
thaw_status thaw__model_retire_items(thaw_model *m, const int64_t *rows, int64_t n, int retired);

/** Append the items of data that are not known; n_added may be NULL. */
thaw_status thaw__model_add_items(thaw_model *m, int64_t *n_added, const thaw_data *data);

/** Keep the first n items alone, as if the others had never been added; nothing that was learned is about them. */
void thaw__model_drop_items(thaw_model *m, int64_t n);

/** Set the posterior of item i to its content prior. */
void thaw__model_reset_item(thaw_model *m, int64_t i);

/** Recompute `noise` and codes of every item and the id; after every change of the numbers. */
void thaw__model_refresh(thaw_model *m);

/** The public numbers. */
void thaw__model_info(const thaw_model *m, thaw_model_info *out);

/** THAW_E_NUMERIC if a number that serving uses is not finite. */
thaw_status thaw__model_check_finite(const thaw_model *m);

thaw_status thaw__model_save(const thaw_model *m, const char *path);
thaw_status thaw__model_save_buffer(const thaw_model *m, void *buffer, int64_t capacity, int64_t *size);

/** Load from bytes; if they are a mapped file, the model takes it over and its large tables stay in it. */
thaw_status thaw__model_load(thaw_model **out, thaw__file *file, const thaw_config *config);

/** An empty model with its sizes set; for load and create. */
thaw_status thaw__model_begin(thaw_model **out, const thaw_config *config, int32_t rank);

#endif

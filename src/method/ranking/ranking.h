/* SPDX-License-Identifier: Apache-2.0
 * The parameters of a ranking model (docs/ranking-model.md). The score is a conditional expectation: over users, the
 * 0/1 variables of what a user did (x) and of what follows (y) are modelled as jointly Gaussian. Given the support S of
 * K items,
 *
 *     score_j = (1 - kappa) o_j(K) + gain u_j . w + sum_{i in S} a_i e_ij + repeat_j                                (1)
 *
 *     w          the posterior of the low-rank term, every item outside S observed as 0           latent.h          (2)
 *     a          the neighbour term: a Gaussian process over the newest items of S                neighbour_gp.c    (3)
 *     repeat_j   the repeat term, for j in S, with a target event only                            repeat.c          (4)
 *     e_ij       after T_ij + before T_ji + similar similar_cooccurrence_ij + content content_similarity_ij
 *     kappa      (after order + before (1 - order)) a'p_S
 *
 * T_ij is the weighted part of users who came to j after i. ridge, gain, after and so on are schedules: functions of K,
 * linear in log K between knots and constant outside. V'V is diagonal, so the prior of w, which includes the unobserved
 * items, is diagonal too; with K < d items in the support, adapting solves a K x K system.
 */
#ifndef THAW_RANKING_H
#define THAW_RANKING_H

#include "item_graph.h"
#include "model.h"

enum {
    THAW__SCHEDULE_KNOTS = 6,
    THAW__NEIGHBOUR_SUPPORT = 32, /* items of a support that the neighbour term uses: the newest */
    THAW__HISTORY = 512,          /* events that a user keeps: the newest */
};

/** The schedules. "log": the logarithm is stored and interpolated; the others are stored as they are. */
typedef enum thaw__schedule {
    THAW__UNOBSERVED_PRECISION, /* log: precision of an item outside the support, observed as 0 */
    THAW__RIDGE,                /* log: precision of the prior of w */
    THAW__PRIOR_SHARE,          /* factor of the prior mean that user features give */
    THAW__RECENCY,              /* log: the precision of the k-th newest item is divided by 1 + recency k */
    THAW__GAIN,                 /* factor of the low-rank term */
    THAW__LATE,                 /* share of the popularity after K items in the offset */
    THAW__N_BASE_SCHEDULES,     /* those of the sparse terms follow (terms.h) */
} thaw__schedule;

/** The starting value of a schedule, the same at all knots; of one that is stored as a logarithm, the value itself. */
typedef struct thaw__schedule_start {
    float value;
    int is_log;
} thaw__schedule_start;

/** The position of log K: between knot and knot + 1, at the fraction `part` of the way. */
typedef struct thaw__interpolation {
    int knot;
    float part;
} thaw__interpolation;

/** How events of one name are weighted. */
typedef struct thaw__event_weighting {
    float weight;   /* logarithm of the weight of one event */
    float target;   /* 1: positive, 0 or less: negative */
    float exponent; /* of 1 + value in the weight */
    float positive; /* 1: an interaction with the item; 0: not, such as a return. Not learned */
    float given;    /* which numbers are set by the shop and not learned: bits of GIVEN_… */
} thaw__event_weighting;

enum { THAW__GIVEN_WEIGHT = 1, THAW__GIVEN_TARGET = 2, THAW__GIVEN_EXPONENT = 4 };

enum { THAW__WEIGHTING_NUMBERS = sizeof(thaw__event_weighting) / sizeof(float) };

typedef struct thaw__ranking {
    float *item_embedding;               /* [items, stride] v_i, zero padded */
    float *output_embedding;             /* [items, stride] u_j */
    float *popularity;                   /* [items] p: weighted part of users who interacted with the item */
    float *repeat;                       /* [items] T_ii: part with a target event of it after an earlier event of it */
    float *offset[THAW__SCHEDULE_KNOTS]; /* each [items] o(K) at a knot */
    thaw__item_graph graph;              /* the neighbours of each item */
    uint8_t *edge_codes;                 /* [n_edge_codes] the graph in a file (edge_codes.h); else empty */
    int64_t n_edge_codes;
    float *gram_diag;                  /* [stride] diagonal of V'V */
    float *gram_popularity;            /* [stride] V'p */
    thaw__event_weighting *weightings; /* [n_weightings] by event name */
    int32_t n_weightings;
    float (*schedule)[THAW__SCHEDULE_KNOTS]; /* [THAW__N_SCHEDULES of terms.h] values at the knots */
    float backward;                          /* weight of B_j in u_j = F_j + backward B_j */
    float half_life;                         /* of an event, in units of time; 0: events do not age */
    float mean_popularity;                   /* mean of p over items */
    float repeat_rate;                       /* sum of repeat / sum of popularity */
    float order;         /* part of ordered pairs whose later item is the predicted one; 1/2 without a target */
    double n_pairs;      /* weighted pairs of items that `order` is a part of; 0: unknown */
    float *knot_scale;   /* [THAW__SCHEDULE_KNOTS] scale of the next popularity at a knot (statistics.h) */
    double total_weight; /* of the users in the statistics: the sum of n_u^-1/2 */
    int32_t target;      /* the event name that is predicted; -1: any positive event, on new items */
} thaw__ranking;

/** The knots: 1, 3, 10 … items. */
extern const int64_t thaw__schedule_knots[THAW__SCHEDULE_KNOTS];

/** The position of K among the knots. K = 0 is at the first. */
thaw__interpolation thaw__interpolation_of(int64_t n_items);

/** A schedule [THAW__SCHEDULE_KNOTS] at K; with is_log, exp() of it. */
float thaw__interpolate(const float *schedule, thaw__interpolation at, int is_log);

/** Spread a derivative by a schedule at K over its derivatives by the two knots. */
static inline void thaw__add_at_knots(float *slope, thaw__interpolation at, float by)
{
    slope[at.knot] += (1 - at.part) * by;
    slope[at.knot + 1] += at.part * by;
}

/** The value of a base schedule at K; of one that is stored as a logarithm, exp() of it. */
float thaw__schedule_at(const thaw__ranking *r, thaw__schedule schedule, thaw__interpolation at);

/** The parameters of a ranking model. */
static inline thaw__ranking *thaw__ranking_of(const thaw_model *m)
{
    return m->state;
}

/** The popularity assumed for an item that nobody has interacted with yet. */
static inline float thaw__cold_item_popularity(const thaw__ranking *r)
{
    return r->mean_popularity / 2;
}

/** both_ij of two different items; 0 if neither is a neighbour of the other. */
float thaw__cooccurrence_of(const thaw__ranking *r, int32_t i, int32_t j);

extern const thaw__model_type thaw__ranking_type;

#endif

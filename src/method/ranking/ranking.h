/* SPDX-License-Identifier: Apache-2.0
 * What a model of behaviour knows: how likely a user who did S comes to each item next (docs/ranking-model.md).
 *
 * Over users, what has been done (x) and what follows (y) are jointly Gaussian. Given the support S of K items
 *
 *     score_j = (1 - kappa a'p_S) o_j(K) + gain(K) u_j . w(S) + sum_{i in S} a_i (after(K) T_ij + before(K) T_ji + content_ij) + again_j(S)
 *
 *     w(S) = (lambda I + silence (V'V - V_S'V_S) + V_S' D V_S)^-1 b     the belief: low rank, with every other item a weak zero
 *     a(S) = (C_SS + near_ridge mean(p) D^-1)^-1 (t - p_S)              the neighbours: sparse, few items, no zeros
 *
 * content_ij = kin(K) kin_ij + like(K) like_ij is what items' features say (content_similarity.h).
 * again_j is for j in S alone, where a target is to be predicted: the chance that what was met is wished for (repeat.h).
 * D holds the precision of each item's events, t their targets, T_ij how often j followed i, C the covariance of x. Everything
 * that depends on K is a rule, piecewise linear in log K between knots. V is kept so that V'V is diagonal: then the prior of w
 * given silence is diagonal too, and adapting costs what it costs for ratings.
 */
#ifndef THAW_RANKING_H
#define THAW_RANKING_H

#include "item_graph.h"
#include "model.h"

enum {
    THAW__SCHEDULE_KNOTS = 6,
    THAW__NEIGHBOUR_SUPPORT = 32, /* items of a support whose neighbours are looked at: the newest */
    THAW__HISTORY = 512,     /* events a user keeps: the newest */
};

/** The rules, and how each is stored: as its logarithm or plainly. */
typedef enum thaw__schedule {
    THAW__UNOBSERVED_PRECISION,     /* log: precision of a zero, where a single event has 1 */
    THAW__RIDGE,       /* log: precision of the prior of w */
    THAW__PRIOR_SHARE, /* of what features say, how much is taken */
    THAW__RECENCY,     /* log: the k-th newest item counts 1 / (1 + recency k) */
    THAW__GAIN,        /* of the belief */
    THAW__LATE,        /* how much of the popularity is that among later events */
    THAW__NEIGHBOUR_RIDGE,  /* log: noise of an event, in mean item probabilities */
    THAW__NEIGHBOUR_AFTER,  /* weight of "j followed i" */
    THAW__NEIGHBOUR_BEFORE, /* weight of "j preceded i" */
    THAW__NEIGHBOUR_SIMILAR,    /* weight of "j followed items like i" */
    THAW__NEIGHBOUR_CONTENT,   /* weight of "j is like i" */
    THAW__REPEAT,       /* weight of an item's own events */
    THAW__REPEAT_MORE,  /* exponent of their strength */
    THAW__REPEAT_NEWER, /* and of the items met since */
    THAW__REPEAT_PRIOR, /* log: what the chance that an item comes again is pulled by, in mean item probabilities */
    THAW__N_SCHEDULES,
} thaw__schedule;

/** Where log K lies: between knot and knot + 1, `part` of the way. */
typedef struct thaw__interpolation {
    int knot;
    float part;
} thaw__interpolation;

/** How a kind of event is read. */
typedef struct thaw__event_weighting {
    float weight;   /* of one event: logarithm */
    float target;   /* 1: wanted, 0 or less: not */
    float exponent; /* of 1 + value in the weight */
    float positive; /* 1: what has it was met; 0: a return and the like. Not learned */
    float given;    /* which of them the shop fixed: bits of GIVEN_… */
} thaw__event_weighting;

enum { THAW__GIVEN_WEIGHT = 1, THAW__GIVEN_TARGET = 2, THAW__GIVEN_EXPONENT = 4 };

enum { THAW__WEIGHTING_NUMBERS = sizeof(thaw__event_weighting) / sizeof(float) };

typedef struct thaw__ranking {
    float *item_embedding;             /* [items, stride] v_i, zero padded */
    float *output_embedding;              /* [items, stride] u_j */
    float *popularity;            /* [items] p: weighted part of users who did something with the item */
    float *repeat;              /* [items] T_ii: weighted part of users who wished for the item after they had met it */
    float *offset[THAW__SCHEDULE_KNOTS]; /* each [items] o(K) at the knots */
    thaw__item_graph graph;          /* neighbours */
    float *gram_diag;             /* [stride] diagonal of V'V */
    float *gram_popularity;               /* [stride] V'p */
    thaw__event_weighting *weightings;   /* [events] */
    int32_t n_weightings;           /* of events */
    float (*schedule)[THAW__SCHEDULE_KNOTS]; /* [THAW__N_SCHEDULES] at the knots */
    float backward;            /* weight of what came before in u */
    float half_life;           /* of an event, in units of time; 0: time says nothing */
    float mean_popularity;        /* of p over items */
    float repeat_rate;          /* sum of again over that of popular */
    float order;               /* how often, of two items that go together, the later one is after: 1/2 unless there is a target */
    double n_pairs;            /* weighted pairs of items that `order` rests on; 0: unknown */
    float *knot_scale;         /* [THAW__SCHEDULE_KNOTS] of next popularity at the knots (statistics.h) */
    double total_weight;               /* what the users weigh that the model rests on: the sum of n_u^-1/2 */
    int32_t target;            /* the event that is to be predicted; -1: any wanted one, with new items */
} thaw__ranking;

/** Where the knots are: 1, 3, 10 … items. */
extern const int64_t thaw__schedule_knots[THAW__SCHEDULE_KNOTS];

/** Between which knots K lies. K = 0 is at the first. */
thaw__interpolation thaw__interpolation_of(int64_t n_items);

/** A rule at a place: exp() of rules kept as logarithms. */
float thaw__schedule_at(const thaw__ranking *r, thaw__schedule rule, thaw__interpolation at);

/** The numbers of a model that ranks. */
static inline thaw__ranking *thaw__ranking_of(const thaw_model *m)
{
    return m->state;
}

/** The popularity of an item that nobody has met yet. */
static inline float thaw__cold_item_popularity(const thaw__ranking *r)
{
    return r->mean_popularity / 2;
}

/** both(i, j) of two different items, or 0 where neither keeps the other. */
float thaw__cooccurrence_of(const thaw__ranking *r, int32_t i, int32_t j);

extern const thaw__model_type thaw__ranking_type;

#endif

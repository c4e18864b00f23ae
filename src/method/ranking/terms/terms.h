/* SPDX-License-Identifier: Apache-2.0
 * Sparse terms of a ranking's score: what a support adds to the scores of few items. A term is one file: it names its
 * schedules, computes a small state from a support, lists the scores that the state gives, and differentiates a loss by
 * its schedules and by the support weights. Adaptation, serving and training use nothing else of it. Adding a term is
 * its file, one row of THAW__TERMS, and its test; models of files that lack its schedules have zeros there.
 */
#ifndef THAW_TERMS_H
#define THAW_TERMS_H

#include "search.h"
#include "sparse_table.h"
#include "support_weights.h"

/** Every term and how many schedules it has. New ones come last: the order is that of the schedules in files. */
#define THAW__TERMS(ROW) \
    ROW(neighbour_gp, 5) \
    ROW(repeat, 4)

/** Where the schedules of each term begin, and how many schedules there are in all. */
enum {
    THAW__BEFORE_TERMS = THAW__N_BASE_SCHEDULES - 1,
#define THAW__SCHEDULES_OF(name, n) THAW__FIRST_##name, THAW__LAST_##name = THAW__FIRST_##name + (n)-1,
    THAW__TERMS(THAW__SCHEDULES_OF)
#undef THAW__SCHEDULES_OF
        THAW__N_SCHEDULES,
};

/** Derivatives of a loss by what a term gives: by the value of each entry of a table, and by kappa. */
typedef struct thaw__term_by {
    const thaw__sparse_table *table;
    const float *value; /* [THAW__SPARSE_TABLE] beside the table's */
    float kappa;
} thaw__term_by;

typedef struct thaw__term {
    int first, n;                          /* its schedules */
    const thaw__schedule_start *schedules; /* [n] */
    size_t state_bytes, work_bytes;
    int64_t most; /* scores that list() gives at most */

    /** Compute the state from a support; x [n] are the schedules at K. A state begins with an int32_t that is 0 where
     *  it gives no scores. *kappa, 0 before: which part of the offset the term replaces. work keeps what slope() needs.
     *  @return 0, or 1 if a number is not finite */
    int (*solve)(void *state, void *work, const thaw__ranking *r, const thaw__support_weights *s, const float *x,
                 float *kappa);

    /** The scores that the state gives, of an item more than once if need be; returns how many. */
    int64_t (*list)(const void *state, const thaw__ranking *r, thaw__sparse_score *out);

    /** Their sum for one item. */
    float (*score)(const void *state, const thaw__ranking *r, int64_t item);

    /** Add to by_support [support->n] what each item of the support contributes to the score of `item`: to the sparse
     *  score, and by kappa to -kappa offset. */
    void (*explain)(const void *state, const thaw__ranking *r, int64_t item, float offset, float *by_support);

    /** Derivatives by the schedules at K into by_x [n], of those stored as logarithms by the logarithm; those by the
     *  support weights are added to by_support. */
    void (*slope)(const void *state, const void *work, const thaw__ranking *r, const thaw__support_weights *s,
                  const float *x, const thaw__term_by *by, float *by_x, thaw__support_weights_by *by_support);
} thaw__term;

#define THAW__DECLARE_TERM(name, n) extern const thaw__term thaw__term_##name;
THAW__TERMS(THAW__DECLARE_TERM)
#undef THAW__DECLARE_TERM

/** All terms, ended by NULL. */
extern const thaw__term *const thaw__terms[];

enum { THAW__TERM_STATES = 8192, THAW__TERM_WORK = 8192, THAW__TERM_SCHEDULES = 16 };

/** The states of all terms, one after the other at multiples of 16 bytes. */
typedef struct thaw__term_states {
    _Alignas(16) unsigned char at[THAW__TERM_STATES];
} thaw__term_states;

typedef struct thaw__term_work {
    _Alignas(16) unsigned char at[THAW__TERM_WORK];
} thaw__term_work;

/** States that give no scores. */
void thaw__terms_clear(thaw__term_states *states);

/** Solve all terms.  @param kappa  receives their sum.  @return as solve() */
int thaw__terms_solve(thaw__term_states *states, thaw__term_work *work, const thaw__ranking *r,
                      const thaw__support_weights *s, float *kappa);

/** The scores of all terms; out has THAW__SPARSE_SCORES. */
int64_t thaw__terms_list(const thaw__term_states *states, const thaw__ranking *r, thaw__sparse_score *out);

float thaw__terms_score(const thaw__term_states *states, const thaw__ranking *r, int64_t item);

/** The contributions of all terms, as explain() adds them. */
void thaw__terms_explain(const thaw__term_states *states, const thaw__ranking *r, int64_t item, float offset,
                         float *by_support);

/** Derivatives by all terms' schedules at the knots, added to slope [THAW__N_SCHEDULES, THAW__SCHEDULE_KNOTS]. */
void thaw__terms_slope(const thaw__term_states *states, const thaw__term_work *work, const thaw__ranking *r,
                       const thaw__support_weights *s, const thaw__term_by *by, float *slope,
                       thaw__support_weights_by *by_support);

#endif

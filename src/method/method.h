/* SPDX-License-Identifier: Apache-2.0
 * The seam: everything in which methods differ. The rooms above (api, serve, train) call these hooks and compare no
 * kinds. A new method is a table of hooks and one line in the registry.
 *
 * Training is rounds. In each, contributors (users, or episodes of users) add to sums, and then the model is updated:
 *
 *     open → (begin_round → contribute … → end_round)* → close
 *
 * EM needs one round per pass or batch, an eigenvalue iteration a dozen, Adam one per batch. Contributions are sums, so
 * threads or machines can compute them in parts. Adapting needs the model and the events, never the training data.
 *
 * Hooks that may be NULL are marked, with what NULL means.
 */
#ifndef THAW_METHOD_H
#define THAW_METHOD_H

#include "search.h"
#include "user.h"

/* ---- serving ----------------------------------------------------------------------------------------------------- */

/** A user's query of the catalogue, where rows_j are the rows of type->scored():
 *
 *      score_j = coefficient[0] offset[0][j] + coefficient[1] offset[1][j] + rows_j . w + sparse_j
 *
 *  The offsets must be the same for all users of a method without sparse scores. */
typedef struct thaw__linear_query {
    const float *w;         /* [stride] zero padded, 64-byte aligned; not read where there are no rows */
    const float *offset[2]; /* each [items] or NULL */
    float coefficient[2];
} thaw__linear_query;

/* ---- training ---------------------------------------------------------------------------------------------------- */

/** One run of training: thaw_pretrain() or one step. The driver fills it; `state` belongs to the method. */
typedef struct thaw__run {
    thaw_model *m;
    const thaw_data *data;
    const int64_t *users; /* [n_users] rows of data's users, checked, none twice; NULL: all of data, and n_users is 0 */
    int64_t n_users;
    int online;   /* one step over these users instead of passes over all */
    double since; /* online: the model already has these users' events before this time; -INFINITY: none */
    thaw_report report;
    void *state;

    /* Reports progress if it is time; THAW_E_CANCELLED: the run is to end. The driver calls it after each part of a
     * round, and parallel loops of the model's hook do; call it in other loops that may take long. NULL: not needed. */
    thaw_status (*check)(struct thaw__run *run);
    struct thaw__watch *watch; /* of the driver */
} thaw__run;

/** A round, as begin_round() describes it to the driver. */
typedef struct thaw__round {
    int last;       /* there is no further round; the other fields are not used */
    int64_t n;      /* contributors 0 … n - 1 */
    int64_t chunk;  /* most contributors in one call of contribute(); 0: all in one call, the round cannot be split */
    int restorable; /* the model is valid: the driver restores it from here if the round fails */
    int32_t pass;   /* > 0: the number of the pass that ends with this round */
    int evaluate;   /* evaluate the model after the round, and keep the best */

    const char *phase;  /* what the round does, for progress; NULL: training */
    double done, share; /* the part of the run before this round, and that of this round, as far as known */
} thaw__round;

/* ---- the table --------------------------------------------------------------------------------------------------- */

typedef struct thaw__method {
    const thaw__model_type *type; /* the type of its models, which points back here */

    /* Users. Arguments are checked by the caller. */
    size_t user_bytes; /* size of user->state, zeroed when created, copied as bytes; 0: a user is only a posterior */

    /** The error of the first of events [n] whose value or time is not valid for the method. NULL: all are. */
    thaw_status (*check_events)(const thaw_model *m, const thaw_event *events, int64_t n);

    /** Condition the user's prior on events [n]; earlier events are dropped: calls thaw__user_reset() and resets the
     *  method's state. Sets n_events, and highest_row if the state refers to items. Also called with n = 0, when a user
     *  is created. On THAW_E_NUMERIC the user is reset to the prior. */
    thaw_status (*adapt)(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

    /** The posterior means of many users without features; NULL: adapt() one after the other. */
    thaw_status (*adapt_many)(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                              const int64_t *offsets, int64_t n_users);

    /** Adapt by one more event; sets the same fields. */
    thaw_status (*observe)(const thaw_model *m, thaw_user *u, const thaw_event *event);

    /** The bytes of a user after the head; the last 16 bytes of the head also belong to the method and are zeroed.
     *  Required with user_bytes. user_read() checks the size and the numbers (THAW_E_FORMAT) and sets highest_row;
     *  n_events is set after it. NULL, all three: the bytes of the posterior. */
    int64_t (*user_size)(const thaw_user *u);
    void (*user_write)(const thaw_user *u, unsigned char *head, unsigned char *body);
    thaw_status (*user_read)(const thaw_model *m, thaw_user *u, const unsigned char *head, const unsigned char *body,
                             int64_t size);

    /* Serving. */
    void (*query)(const thaw_model *m, const thaw_user *u, thaw__linear_query *out);

    /** The sparse scores of single items, sorted by row without repeats, into out; returns their number. out and
     *  scratch have THAW__SPARSE_SCORES entries. sparse_score() is that of one item. NULL, both: there are none. */
    int64_t (*sparse_scores)(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out,
                             thaw__sparse_score *scratch);
    float (*sparse_score)(const thaw_model *m, const thaw_user *u, int64_t item);

    /** Adapt the user as adapt() does, and attribute the score of `item` to the events: the sum of *base and of
     *  contributions [n] is the score. NULL: not supported. */
    thaw_status (*explain)(const thaw_model *m, thaw_user *u, float *contributions, float *base,
                           const thaw_event *events, int64_t n, int64_t item);

    /** means [n <= THAW__LANES], the scores of items, to means and variances in public units, in place. */
    void (*predict)(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means,
                    float *variances);

    /** A score in public units, and a lower bound of the scores that are at least `least` in those units. NULL, both:
     *  the units are the same. */
    float (*unit)(const thaw_model *m, float score);
    float (*floor)(const thaw_model *m, float least);

    /* Training. close() is called also after open() failed, with run->state as far as open() came. contribute() adds
     * contributors first … first + n - 1 of a round, in order, each once, in calls of any size that round.chunk allows.
     * end_round() changes the model: its numbers, trained_users, trained_events and steps, and calls
     * thaw__model_refresh(), which may wait until begin_round() finds no round left. */
    thaw_status (*open)(thaw__run *run);
    void (*close)(thaw__run *run);
    thaw_status (*begin_round)(thaw__run *run, thaw__round *out);
    thaw_status (*contribute)(thaw__run *run, int64_t first, int64_t n);
    thaw_status (*end_round)(thaw__run *run);

    /** Evaluate the model on the validation users; fills the report, and *quality, where higher is better. May be NULL
     *  if no round sets evaluate. */
    thaw_status (*evaluate)(thaw__run *run, double *quality);

    /* The weighting of an event name; NULL, both: the method has none. Numbers are checked by the caller. */
    void (*set_event)(thaw_model *m, int32_t event, const thaw_event_weighting *weighting);
    void (*get_event)(const thaw_model *m, int32_t event, thaw_event_weighting *weighting);
} thaw__method;

/** Bounds of the target and the exponent of an event's weighting, set or learned. */
enum { THAW__TARGET_MOST = 8, THAW__EXPONENT_MOST = 8 };

/** Most sparse scores of one query. */
enum { THAW__SPARSE_SCORES = 4608 };

static inline const thaw__method *thaw__method_of(const thaw_model *m)
{
    return m->type->method;
}

#endif

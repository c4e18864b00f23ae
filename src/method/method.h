/* SPDX-License-Identifier: Apache-2.0
 * The seam between the objects and a way of learning: everything in which methods differ. What is above (api, serve, train) calls
 * these and compares no kinds; a new method is a table of them and one line in the registry.
 *
 * Training is rounds. In each, contributors (users, or episodes of users) add to one sum, and then the model moves:
 *
 *     open → (begin_round → contribute … → end_round)* → close
 *
 * because EM takes one additive pass per step, an eigen-iteration a dozen and Adam one per batch. Whoever runs the rounds, one
 * thread, many threads or many machines, only adds up contributions. Adapting needs the model and the events, never the data.
 *
 * Hooks that may be NULL are marked; what that means is said there.
 */
#ifndef THAW_METHOD_H
#define THAW_METHOD_H

#include "search.h"
#include "user.h"

/* ---- serving ----------------------------------------------------------------------------------------------------- */

/** What a user asks of the catalogue; the offsets are the same for all users of a method without sparse scores: score_j = coefficient[0] offset[0][j] + coefficient[1] offset[1][j] + rows_j . w + sparse_j */
typedef struct thaw__linear_query {
    const float *w;          /* [stride] zero padded, 64-byte aligned */
    const float *rows;       /* [items, stride] the model's scored rows */
    const float *offset[2];  /* each [items] or NULL */
    float coefficient[2];
} thaw__linear_query;

/* ---- training ---------------------------------------------------------------------------------------------------- */

/** One run of training: thaw_pretrain() or one step. The driver fills it, `state` is the method's. */
typedef struct thaw__run {
    thaw_model *m;
    const thaw_data *data;
    const int64_t *users; /* [n_users] rows of data, none twice; NULL: all */
    int64_t n_users;
    int online;           /* one step over these users, not passes over all */
    double since;         /* online: the model has these users' events before this time; -INFINITY: none of them */
    int cancelled;        /* set by the driver: begin nothing more that is optional, make the model whole */
    thaw_report report;
    void *state;
} thaw__run;

/** What begin_round() tells the driver of a round. */
typedef struct thaw__round {
    int last;       /* no round is left: the rest of this struct is void */
    int64_t n;      /* contributors 0 … n - 1 */
    int64_t chunk;  /* at most so many in one call of contribute(); 0: all */
    int restorable; /* the model is whole: come back to here if the round fails */
    int32_t pass;   /* above 0: with this round, pass number `pass` ends */
    int evaluate;   /* then the model is evaluated, and the best one kept */
} thaw__round;

/* ---- the table --------------------------------------------------------------------------------------------------- */

typedef struct thaw__method {
    const thaw__model_type *type; /* its models, which point back here */

    /* Users. Arguments are checked. */
    size_t user_bytes;     /* of what user->state points to, zeroed when made, copied as bytes; 0: the posterior is all */
    uint32_t user_kind;    /* told in users' bytes; even, the lowest bit says that it fades */
    int (*fades)(const thaw_model *m); /* whether old observations fade from the posterior; NULL: no */
    int (*takes)(const thaw_model *m, const thaw_event *event); /* whether a value and a time are what the method can use */
    thaw_status (*refuse)(const thaw_model *m, const thaw_event *event, int64_t k); /* why event number k is not taken */

    /** Condition the user's prior on events; forgets earlier ones. Also with n = 0. THAW_E_NUMERIC: back at the prior. */
    thaw_status (*adapt)(const thaw_model *m, thaw_user *u, const thaw_event *events, int64_t n);

    /** The same for the means of many users from the prior without features; NULL: one after the other. */
    thaw_status (*adapt_many)(const thaw_model *m, thaw_user *work, float *means, const thaw_event *events,
                              const int64_t *offsets, int64_t n_users);

    /** One more event. */
    thaw_status (*observe)(const thaw_model *m, thaw_user *u, const thaw_event *event);

    /** Bytes of a user beyond the head; the last 16 bytes of the head are the method's too. NULL, all three: the posterior. */
    int64_t (*user_size)(const thaw_user *u);
    void (*user_write)(const thaw_user *u, unsigned char *head, unsigned char *body);
    thaw_status (*user_read)(const thaw_model *m, thaw_user *u, const unsigned char *head, const unsigned char *body, int64_t size);

    /* Serving. */
    void (*query)(const thaw_model *m, const thaw_user *u, thaw__linear_query *out);

    /** What is added to the scores of few items: all of it into out, rows ascending, none twice; returns how many. out and scratch
     *  have THAW__SPARSE_SCORES. NULL, both: nothing. */
    int64_t (*sparse_scores)(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out, thaw__sparse_score *scratch);
    float (*sparse_score)(const thaw_model *m, const thaw_user *u, int64_t item);

    /** From linear scores means [n <= THAW__LANES] of items to means and variances in the units that users see. */
    void (*predict)(const thaw_model *m, const thaw_user *u, const int64_t *items, int64_t n, float *means, float *variances);

    /** A linear score in those units, and a linear score below which none reaches `least` there. NULL, both: the same. */
    float (*unit)(const thaw_model *m, float score);
    float (*floor)(const thaw_model *m, float least);

    /* Training. */
    thaw_status (*open)(thaw__run *run);
    void (*close)(thaw__run *run);
    thaw_status (*begin_round)(thaw__run *run, thaw__round *out);
    thaw_status (*contribute)(thaw__run *run, int64_t first, int64_t n);
    thaw_status (*end_round)(thaw__run *run);

    /** Measure the model on the validation users into the report; higher *quality is better. NULL where no round asks for it. */
    thaw_status (*evaluate)(thaw__run *run, double *quality);

    /* How events of a name are weighted; NULL, both: they are not. Numbers are checked. */
    void (*set_event)(thaw_model *m, int32_t event, const thaw_event_weighting *weighting);
    void (*get_event)(const thaw_model *m, int32_t event, thaw_event_weighting *weighting);
} thaw__method;

/** Room for sparse scores. */
enum { THAW__SPARSE_SCORES = 4608 };

static inline const thaw__method *thaw__method_of(const thaw_model *m)
{
    return m->type->method;
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A model: what is common to all methods (catalogue, names of events, prior of users) and the state of its method,
 * which is known here only by its rows of the parameter table. The type points to the rest of the method (method.h).
 */
#ifndef THAW_MODEL_H
#define THAW_MODEL_H

#include "catalogue.h"
#include "file.h"
#include "kernels.h"

enum { THAW__RANK_MAX = 256 };

/** The name of a row of the parameter table in files of format 1. */
typedef struct thaw__old_name {
    const char *name, *old;
} thaw__old_name;

/** The part of a method that creates and stores the parameters of a model. Only `params` is required. A hook that is
 *  NULL is skipped, unless its comment gives another default. */
typedef struct thaw__model_type {
    const struct thaw__method *method; /* the rest of the method */
    const char *name;                  /* in files */
    const char *old_name;              /* in files of format 1; NULL: the method is newer than that format */
    const thaw__old_name *old_names;   /* of its parameters; ends with a NULL name. NULL: none */
    int32_t objective; /* THAW_OBJECTIVE_RATING …, > 0 and no other method's; also stored in the bytes of users */
    const char *const
        *settings;        /* fields of thaw_config that not every method uses and this one does; ends with NULL */
    int32_t default_rank; /* at least 1, also of a method without vectors */
    int32_t prior_extra;  /* the prior of items has dimension rank + prior_extra; -1: items have no prior */
    size_t state_bytes;   /* size of model->state, which is zeroed when it is created */

    /** Set the shapes in the zeroed state. */
    void (*begin)(thaw_model *m);

    /** Append the method's rows to the parameter table. */
    void (*params)(thaw_model *m, thaw__params *out);

    /** The scored rows [items, stride], zero padded, 64-byte aligned: a linear score is row . w plus offsets. NULL: the
     *  method has no vectors; a score is offsets plus sparse scores. */
    const float *(*scored)(const thaw_model *m);

    /** Starting values, before the items are added. Errors as thaw_model_create(). */
    thaw_status (*start)(thaw_model *m, const thaw_data *data);

    /** Starting values of items that depend on events; called after all items were added. */
    void (*start_items)(thaw_model *m, const thaw_data *data);

    /** Set the parameters of item i, with the derived ones, to those of an item without events. NULL: zeros, then
     *  derive(). */
    void (*reset_item)(thaw_model *m, int64_t i);

    /** Extend the sparse tables by empty rows for items n_old … n - 1. */
    thaw_status (*extend)(thaw_model *m, int64_t n_old, int64_t n);

    /** Compute relations of the new items, rows `first` …, to the others. The model is unchanged on error. */
    thaw_status (*relate_items)(thaw_model *m, int64_t first);

    /** Compute the rows of role THAW__DERIVED; called after loading and by thaw__model_refresh(). */
    void (*derive)(thaw_model *m);

    /** Make the rows THAW__PACKED of a copy of the model that shares all other arrays; and the arrays THAW__UNPACKED
     *  from them after loading, which also removes them. THAW_E_FORMAT if they are damaged. Both or none. */
    thaw_status (*pack)(thaw_model *m);
    thaw_status (*unpack)(thaw_model *m);

    /** Whether loaded arrays are consistent, beyond the bounds of the table. NULL: they are. */
    int (*is_sound)(const thaw_model *m);

    /** The method's part of the file's schema: to JSON (0: success) and from it. */
    int (*write_schema)(const thaw_model *m, json_t *schema);
    thaw_status (*read_schema)(thaw_model *m, thaw__json schema);

    /** Set the method's fields of the public info. */
    void (*info)(const thaw_model *m, thaw_model_info *out);
} thaw__model_type;

struct thaw_model {
    thaw_config config;
    const thaw__model_type *type;
    void *state; /* [type->state_bytes] of the method */
    const thaw__kernels *kernels;
    int32_t rank;               /* d */
    int64_t stride;             /* floats per row of a table of vectors: d rounded up to a multiple of 16 */
    double time_low, time_high; /* range of most times of the data it was created from (event_time.h); 0, 0: none */
    float half_life; /* age at which an observation of a posterior counts half; 0: no fading. Set by the method */

    thaw__catalogue *catalogue; /* [n_catalogues] */
    int32_t n_catalogues;       /* 1 */
    thaw__keymap events;
    thaw__prior user_prior; /* of dimension rank */

    int64_t steps, trained_users, trained_events;
    uint64_t id; /* a hash of all that the posteriors of users depend on */

    thaw__file map; /* the mapped file in which large arrays lie; else empty */
};

static inline int64_t thaw__n_items(const thaw_model *m)
{
    return m->catalogue->items.n;
}

/** Build the parameter table. */
void thaw__model_params(thaw_model *m, thaw__params *out);

/** The same for reading only. */
static inline void thaw__model_params_read(const thaw_model *m, thaw__params *out)
{
    thaw__model_params((thaw_model *)(uintptr_t)m, out);
}

/** Create an untrained model of the items, features and events of data. */
thaw_status thaw__model_create(thaw_model **out, const thaw_config *config, const thaw__model_type *type,
                               const thaw_data *data);
void thaw__model_free(thaw_model *m);

/** A deep copy. Other threads may read `from` meanwhile. */
thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from);

/** Append the items of data that are new; n_added may be NULL. Unchanged on error. */
thaw_status thaw__model_add_items(thaw_model *m, int64_t *n_added, const thaw_data *data);

/** Recompute derived rows, codes and the id; after every change of parameters. */
void thaw__model_refresh(thaw_model *m);

/** Reserve the codes of n scored rows, if there are any. */
thaw_status thaw__model_reserve_codes(thaw_model *m, int64_t n);

/** Recompute the codes, if there are any; after a change of the scored rows or of the number of items. */
void thaw__model_code_rows(thaw_model *m);

/** Fill the public info. */
void thaw__model_info(const thaw_model *m, thaw_model_info *out);

/** THAW_E_NUMERIC if a parameter that serving uses is not finite. */
thaw_status thaw__model_check_finite(const thaw_model *m);

/** The type with this name in files; NULL: none. */
typedef const thaw__model_type *(*thaw__find_type)(const char *name);

thaw_status thaw__model_save(const thaw_model *m, const char *path);
thaw_status thaw__model_save_buffer(const thaw_model *m, void *buffer, int64_t capacity, int64_t *size);

/** Load from bytes. Of a mapped file the model takes ownership, and its large arrays stay there. */
thaw_status thaw__model_load(thaw_model **out, thaw__file *file, const thaw_config *config, thaw__find_type find);

/** An empty model: no names, no arrays. For create, copy and load. */
thaw_status thaw__model_begin(thaw_model **out, const thaw_config *config, const thaw__model_type *type, int32_t rank);

/** Allocate zeros for every array of the table that is NULL. */
thaw_status thaw__model_allocate(thaw_model *m);

#endif

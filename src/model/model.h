/* SPDX-License-Identifier: Apache-2.0
 * What every model has: names, features, a prior over users, and the numbers of its method, of which it knows no more than the
 * parameter table says. What to do with them is the method's (method.h), which a model points to by its type. */
#ifndef THAW_MODEL_H
#define THAW_MODEL_H

#include "catalogue.h"
#include "file.h"
#include "kernels.h"

enum { THAW__RANK_MAX = 256 };

/** What a row of the parameter table was called in files of format 1. */
typedef struct thaw__old_name {
    const char *name, *old;
} thaw__old_name;

/** The part of a method that makes and keeps a model's numbers. Of the hooks only `params` is required. A hook that is
 *  NULL is skipped, unless its comment gives another default. */
typedef struct thaw__model_type {
    const struct thaw__method *method; /* the rest of it */
    const char *name;     /* in files */
    const char *old_name; /* in files of format 1; NULL: the method is newer than that format */
    const thaw__old_name *old_names; /* of its parameters; the last has no name. NULL: none */
    int32_t objective;    /* THAW_OBJECTIVE_RATING …, above 0 and no other method's; also marks the bytes of users */
    const char *const *settings; /* fields of thaw_config that not every method uses and this one does; the last is NULL */
    int32_t default_rank; /* at least 1, also of a method without vectors */
    int32_t prior_extra;  /* coordinates of an item's content prior beyond the rank; -1: it has no content prior */
    size_t state_bytes;   /* of what model->state points to, zeroed when made */

    /** Shapes of the state, which is zeroed. */
    void (*begin)(thaw_model *m);

    /** Append the method's rows to the parameter table. */
    void (*params)(thaw_model *m, thaw__params *out);

    /** The rows that a user's vector is multiplied with to score items: [items, stride], zero padded, 64-byte aligned.
     *  NULL: the method has no vectors; a score is offsets and sparse scores. */
    const float *(*scored)(const thaw_model *m);

    /** Starting values, before any items are there. Errors as thaw_model_create(). */
    thaw_status (*start)(thaw_model *m, const thaw_data *data);

    /** After all items of the data are there: starting values that depend on their events. */
    void (*start_items)(thaw_model *m, const thaw_data *data);

    /** Parameters of item i, derived ones too, of which nothing is known but its features.
     *  NULL: zeros, then derive(). */
    void (*reset_item)(thaw_model *m, int64_t i);

    /** Room in sparse tables for items n_old … n - 1. */
    thaw_status (*extend)(thaw_model *m, int64_t n_old, int64_t n);

    /** Relate the items from row `first` on, which are new, to the others. The model is unchanged on error. */
    thaw_status (*relate_items)(thaw_model *m, int64_t first);

    /** Make the rows of role THAW__DERIVED from the others; called after loading and by thaw__model_refresh(). */
    void (*derive)(thaw_model *m);

    /** Whether loaded numbers fit together, as far as bounds cannot tell. NULL: they do. */
    int (*is_sound)(const thaw_model *m);

    /** What else the file's schema has: to JSON (0: done) and from it. */
    int (*write_schema)(const thaw_model *m, json_t *schema);
    thaw_status (*read_schema)(thaw_model *m, const json_t *schema);

    /** The method's fields of the public numbers. */
    void (*info)(const thaw_model *m, thaw_model_info *out);
} thaw__model_type;

struct thaw_model {
    thaw_config config;
    const thaw__model_type *type;
    void *state;                /* the method's */
    const thaw__kernels *kernels;
    int32_t rank;               /* d */
    int64_t stride;             /* floats of a row of a table of vectors: d rounded up to 16 */

    thaw__catalogue *catalogue; /* [n_catalogues] */
    int32_t n_catalogues;       /* 1 */
    thaw__keymap events;
    thaw__prior user_prior;     /* rank */

    int64_t steps, trained_users, trained_events;
    uint64_t id;                /* of all that the posteriors of users depend on */

    thaw__file map;             /* the mapped file that large arrays lie in; else empty */
};

static inline int64_t thaw__n_items(const thaw_model *m)
{
    return m->catalogue->items.n;
}

/** The table of all the model's numbers. */
void thaw__model_params(thaw_model *m, thaw__params *out);

/** The same of a model that is only read. */
static inline void thaw__model_params_read(const thaw_model *m, thaw__params *out)
{
    thaw__model_params((thaw_model *)(uintptr_t)m, out);
}

/** A model of the shop's items, features and events, before any training. */
thaw_status thaw__model_create(thaw_model **out, const thaw_config *config, const thaw__model_type *type, const thaw_data *data);
void thaw__model_free(thaw_model *m);

/** A deep copy that owns all it has; from may be in use by readers. */
thaw_status thaw__model_copy(thaw_model **out, const thaw_model *from);

/** Append the items of data that are not known; n_added may be NULL. Unchanged on error. */
thaw_status thaw__model_add_items(thaw_model *m, int64_t *n_added, const thaw_data *data);

/** Recompute what is derived from the numbers, and the id; after every change of them. */
void thaw__model_refresh(thaw_model *m);

/** Room for the codes of n scored rows, if there are any. */
thaw_status thaw__model_reserve_codes(thaw_model *m, int64_t n);

/** Code the scored rows anew, if there are any; after a change of them or of the number of items. */
void thaw__model_code_rows(thaw_model *m);

/** The public numbers. */
void thaw__model_info(const thaw_model *m, thaw_model_info *out);

/** THAW_E_NUMERIC if a number that serving uses is not finite. */
thaw_status thaw__model_check_finite(const thaw_model *m);

/** Finds a type by the name that a file has. */
typedef const thaw__model_type *(*thaw__find_type)(const char *name);

thaw_status thaw__model_save(const thaw_model *m, const char *path);
thaw_status thaw__model_save_buffer(const thaw_model *m, void *buffer, int64_t capacity, int64_t *size);

/** Load from bytes; if they are a mapped file, the model takes it over and its large tables stay in it. */
thaw_status thaw__model_load(thaw_model **out, thaw__file *file, const thaw_config *config, thaw__find_type find);

/** An empty model of a type; for create, copy and load. */
thaw_status thaw__model_begin(thaw_model **out, const thaw_config *config, const thaw__model_type *type, int32_t rank);

/** Zeros for every array of the table that there is none of yet. */
thaw_status thaw__model_allocate(thaw_model *m);

#endif

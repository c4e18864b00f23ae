/* SPDX-License-Identifier: Apache-2.0
 * The parameter table: a model's arrays and numbers as rows {name, type, shape, role, pointer}. Allocating, saving,
 * loading, mapping, copying, growing with the catalogue, undo, the id, the check for finite numbers and `thaw info`
 * walk it, so adding an array to a model is one row.
 *
 * A table is built from a model when it is needed, and is valid until an array changes its size.
 */
#ifndef THAW_PARAMS_H
#define THAW_PARAMS_H

#include "mem.h"
#include "safetensors.h"

/** What a row is for; bits. */
typedef enum thaw__param_role {
    THAW__PER_ITEM = 1,    /* one row per item: grows with the catalogue */
    THAW__LEARNED = 2,     /* changed by training: undo restores it, also where it is derived */
    THAW__IN_ID = 4,       /* posteriors of users depend on it: part of the model's id */
    THAW__DERIVED = 8,     /* computed from other rows: not in files */
    THAW__MAPPED = 16,     /* may stay in a mapped file */
    THAW__ALIGNED = 32,    /* read by kernels: every row begins at a multiple of 64 bytes */
    THAW__COLD = 64,       /* used by training only: its values are not checked on loading */
    THAW__OPTIONAL = 128,  /* files may lack it: it then has no rows, or is zero */
    THAW__SCHEDULE = 256,  /* one of the few numbers for which a method tries several values */
    THAW__GROWS = 512,     /* files of older versions may have fewer rows: the last are then zero */
    THAW__UNPACKED = 1024, /* in memory, and in files before format 3; later files have THAW__PACKED rows instead */
    THAW__PACKED = 2048,   /* in files only: made by pack() of the model type and taken apart by its unpack() */
} thaw__param_role;

enum { THAW__NUMBER = -1, THAW__PARAMS = 80 };

#define THAW__PARAM_MOST 1e9f /* bound of every |float32| that has no other: far above what training finds */

typedef struct thaw__param {
    const char *name; /* of the tensor, or of the number in the metadata */
    thaw__dtype type;
    int64_t rows, columns; /* columns 0: a vector; rows THAW__NUMBER: one number, inside the model's struct */
    void *at;              /* address of the array's pointer, or of the number */
    unsigned role;
    double low, high; /* bounds of every element; both 0: |x| <= THAW__PARAM_MOST, or any finite float64 */
} thaw__param;

typedef struct thaw__params {
    int n;
    thaw__param row[THAW__PARAMS];
} thaw__params;

/** Append n rows. */
void thaw__params_add(thaw__params *t, const thaw__param *rows, int n);

/** Entries of a sparse table with n rows and these starts; 0 for invalid starts, which a file may have. */
static inline int64_t thaw__params_entries(const int64_t *start, int64_t n)
{
    return start && start[n] > 0 ? start[n] : 0;
}

/** Number of elements of a row (1 for a number), and of bytes. */
size_t thaw__param_count(const thaw__param *p);
size_t thaw__param_bytes(const thaw__param *p);

/** The array, or the number itself. */
void *thaw__param_data(const thaw__param *p);

/** Get and set a number; x must be within its bounds. */
double thaw__param_number(const thaw__param *p);
void thaw__param_set_number(const thaw__param *p, double x);

/** Set the row's array; the old one is not freed. */
void thaw__param_set(const thaw__param *p, void *array);

/** Allocate zeros for every array that is NULL. On THAW_E_NOMEM the arrays allocated so far stay. */
thaw_status thaw__params_allocate(const thaw__params *t, const thaw_allocator *a);

/** Free a row's array unless it lies in `map`; the pointer stays. */
void thaw__param_release(const thaw__param *p, const thaw__file *map, const thaw_allocator *a);

/** Free every array that does not lie in `map`, and set all to NULL. */
void thaw__params_free(const thaw__params *t, const thaw__file *map, const thaw_allocator *a);

/** Copy numbers and arrays; the arrays of `to` must be NULL and of the same shapes. */
thaw_status thaw__params_copy(const thaw__params *to, const thaw__params *from, const thaw_allocator *a);

/** Resize every THAW__PER_ITEM array to n rows: its first n_old, then zeros. Unchanged on error. */
thaw_status thaw__params_resize(const thaw__params *t, int64_t n_old, int64_t n, const thaw__file *map,
                                const thaw_allocator *a);

/** XXH3 of all THAW__IN_ID rows, with a seed. */
uint64_t thaw__params_hash(const thaw__params *t, uint64_t seed);

/** Whether every element at `data`, of any alignment, is finite and within the row's bounds. */
int thaw__param_is_sound(const thaw__param *p, const void *data);

/** THAW_E_NUMERIC if a row without THAW__COLD is not sound; names the first. */
thaw_status thaw__params_check(const thaw__params *t);

#endif

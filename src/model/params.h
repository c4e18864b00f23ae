/* SPDX-License-Identifier: Apache-2.0
 * A model's numbers as one table of {name, type, shape, role, pointer}. What treats all of them alike walks it: allocating, saving,
 * loading, mapping, copying, growing with the catalogue, undo, the id, the check that they are finite, `thaw info`.
 * Adding an array or a number to a model is one row.
 *
 * A table is made of a model when it is needed and holds for as long as no array changes its size.
 */
#ifndef THAW_PARAMS_H
#define THAW_PARAMS_H

#include "mem.h"
#include "safetensors.h"

/** What a row is for; bits. */
typedef enum thaw__param_role {
    THAW__PER_ITEM = 1, /* rows are items: grows with the catalogue */
    THAW__LEARNED = 2,  /* training changes it: undo brings it back, also where it is derived */
    THAW__IN_ID = 4,    /* posteriors of users depend on it: part of the model's id */
    THAW__DERIVED = 8,  /* made from other rows: not in files */
    THAW__MAPPED = 16,  /* may stay in a mapped file */
    THAW__ALIGNED = 32, /* kernels read it: every row begins at a multiple of 64 bytes */
    THAW__COLD = 64,    /* read by training alone: loading does not look through it */
    THAW__OPTIONAL = 128, /* files may lack it: it then has no rows, or is zero */
    THAW__GROWS = 512, /* files of older versions may have fewer rows: the last are then zero */
    THAW__SCHEDULE = 256, /* one of the few numbers that a method tries several values of */
} thaw__param_role;

enum { THAW__NUMBER = -1, THAW__PARAMS = 80 };

typedef struct thaw__param {
    const char *name;      /* of the tensor, or of the number in the metadata */
    thaw__dtype type;
    int64_t rows, columns; /* columns 0: a vector; rows THAW__NUMBER: one number, which stands in the model itself */
    void *at;              /* address of the array's pointer, or of the number */
    unsigned role;
    double low, high;      /* least and most of every element; both 0: any that is finite */
} thaw__param;

typedef struct thaw__params {
    int n;
    thaw__param row[THAW__PARAMS];
} thaw__params;

/** Append n rows. */
void thaw__params_add(thaw__params *t, const thaw__param *rows, int n);

/** Entries of a sparse table of n rows by where each begins; a file may claim anything. */
static inline int64_t thaw__params_entries(const int64_t *start, int64_t n)
{
    return start && start[n] > 0 ? start[n] : 0;
}

/** Elements of a row, and their bytes; of a number 1. */
size_t thaw__param_count(const thaw__param *p);
size_t thaw__param_bytes(const thaw__param *p);

/** The array, or the number itself. */
void *thaw__param_data(const thaw__param *p);

/** The value of a number, and setting it from one within its bounds. */
double thaw__param_number(const thaw__param *p);
void thaw__param_set_number(const thaw__param *p, double x);

/** Make `array` the row's array; the old one is the caller's. */
void thaw__param_set(const thaw__param *p, void *array);

/** Zeros for every array that is NULL. What was allocated stays on THAW_E_NOMEM. */
thaw_status thaw__params_allocate(const thaw__params *t, const thaw_allocator *a);

/** Free a row's array unless it lies in `map`; the pointer stays. */
void thaw__param_release(const thaw__param *p, const thaw__file *map, const thaw_allocator *a);

/** Free every array but those that lie in `map`, and set them to NULL. */
void thaw__params_free(const thaw__params *t, const thaw__file *map, const thaw_allocator *a);

/** Numbers and copies of the arrays of `from` for those of `to`, which are NULL and of the same shapes. */
thaw_status thaw__params_copy(const thaw__params *to, const thaw__params *from, const thaw_allocator *a);

/** Give every THAW__PER_ITEM array n rows: the n_old that it has, then zeros. Nothing changes on error. */
thaw_status thaw__params_resize(const thaw__params *t, int64_t n_old, int64_t n, const thaw__file *map, const thaw_allocator *a);

/** XXH3 of all THAW__IN_ID rows, seeded. */
uint64_t thaw__params_hash(const thaw__params *t, uint64_t seed);

/** Whether every element at `data` is finite and within the row's bounds, if it has any. Bytes may lie anywhere. */
int thaw__param_is_sound(const thaw__param *p, const void *data);

/** THAW_E_NUMERIC naming the first row, THAW__COLD ones aside, that is not. */
thaw_status thaw__params_check(const thaw__params *t);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * Neighbours: to every item the THAW__NEAR_MOST others that matter most to it, and how. */
#ifndef THAW_LISTS_H
#define THAW_LISTS_H

#include "mem.h"

enum { THAW__NEAR_MOST = 128 };

/** What a neighbour j is to the item i whose list it is in; parts of users are weighted. */
typedef struct thaw__tie {
    float after;  /* part of users who came to j after i */
    float before; /* who came to j before i */
    float both;   /* who did something with both */
    float kin;    /* who came to j after items like i */
    float like;   /* how like i j is, times its popularity */
} thaw__tie;

enum { THAW__TIE_NUMBERS = sizeof(thaw__tie) / sizeof(float) };

static inline float thaw__tie_dot(const thaw__tie *a, const thaw__tie *b)
{
    return a->after * b->after + a->before * b->before + a->both * b->both + a->kin * b->kin + a->like * b->like;
}

/** a += by b */
static inline void thaw__tie_add(thaw__tie *a, float by, const thaw__tie *b)
{
    a->after += by * b->after;
    a->before += by * b->before;
    a->both += by * b->both;
    a->kin += by * b->kin;
    a->like += by * b->like;
}

typedef struct thaw__neighbour {
    int32_t item;
    thaw__tie tie;
} thaw__neighbour;

/** Rows of neighbours, each in ascending order of items. */
typedef struct thaw__lists {
    int64_t *start;  /* [items + 1] */
    int32_t *item;   /* [start[items]] */
    thaw__tie *tie;  /* [start[items]] */
    size_t room[2];  /* of item and tie, while rows are appended */
} thaw__lists;

/** No rows yet, for this many items. */
thaw_status thaw__lists_create(thaw__lists *out, int64_t items, const thaw_allocator *a);
void thaw__lists_free(thaw__lists *l, const thaw_allocator *a);

/** Make x [n] row number `row`, the one after the last appended. */
thaw_status thaw__lists_append(thaw__lists *l, int64_t row, const thaw__neighbour *x, int32_t n, const thaw_allocator *a);

/** Empty rows for the items from n_old on. */
thaw_status thaw__lists_extend(thaw__lists *l, int64_t n_old, int64_t n, const thaw_allocator *a);

/** Where row i keeps item j, or -1. */
int64_t thaw__lists_find(const thaw__lists *l, int32_t i, int32_t j);

/** Of x [n], distinct, keep the THAW__NEAR_MOST that go with the item most, of equal ones the lower, in ascending order; returns
 *  how many. */
int32_t thaw__neighbours_keep(thaw__neighbour *x, int32_t n);

#endif

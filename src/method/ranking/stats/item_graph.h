/* SPDX-License-Identifier: Apache-2.0
 * Neighbours: to every item the THAW__NEIGHBOURS others that matter most to it, and how. */
#ifndef THAW_ITEM_GRAPH_H
#define THAW_ITEM_GRAPH_H

#include "mem.h"

enum { THAW__NEIGHBOURS = 128 };

/** What a neighbour j is to the item i whose list it is in; parts of users are weighted. */
typedef struct thaw__edge {
    float after;  /* part of users who came to j after i */
    float before; /* who came to j before i */
    float both;   /* who did something with both */
    float similar_cooccurrence; /* who came to j after items like i */
    float content_similarity;   /* how like i j is, times its popularity */
} thaw__edge;

enum { THAW__EDGE_NUMBERS = sizeof(thaw__edge) / sizeof(float) };

static inline float thaw__edge_dot(const thaw__edge *a, const thaw__edge *b)
{
    return a->after * b->after + a->before * b->before + a->both * b->both + a->similar_cooccurrence * b->similar_cooccurrence + a->content_similarity * b->content_similarity;
}

/** a += by b */
static inline void thaw__edge_add(thaw__edge *a, float by, const thaw__edge *b)
{
    a->after += by * b->after;
    a->before += by * b->before;
    a->both += by * b->both;
    a->similar_cooccurrence += by * b->similar_cooccurrence;
    a->content_similarity += by * b->content_similarity;
}

typedef struct thaw__neighbour {
    int32_t item;
    thaw__edge edge;
} thaw__neighbour;

/** Rows of neighbours, each in ascending order of items. */
typedef struct thaw__item_graph {
    int64_t *start;  /* [items + 1] */
    int32_t *item;   /* [start[items]] */
    thaw__edge *edge;  /* [start[items]] */
    size_t room[2];  /* of item and tie, while rows are appended */
} thaw__item_graph;

/** No rows yet, for this many items. */
thaw_status thaw__item_graph_create(thaw__item_graph *out, int64_t items, const thaw_allocator *a);
void thaw__item_graph_free(thaw__item_graph *l, const thaw_allocator *a);

/** Make x [n] row number `row`, the one after the last appended. */
thaw_status thaw__item_graph_append(thaw__item_graph *l, int64_t row, const thaw__neighbour *x, int32_t n, const thaw_allocator *a);

/** Empty rows for the items from n_old on. */
thaw_status thaw__item_graph_extend(thaw__item_graph *l, int64_t n_old, int64_t n, const thaw_allocator *a);

/** Where row i keeps item j, or -1. */
int64_t thaw__item_graph_find(const thaw__item_graph *l, int32_t i, int32_t j);

/** Of x [n], distinct, keep the THAW__NEIGHBOURS that go with the item most, of equal ones the lower, in ascending order; returns
 *  how many. */
int32_t thaw__neighbours_select(thaw__neighbour *x, int32_t n);

#endif

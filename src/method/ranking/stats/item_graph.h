/* SPDX-License-Identifier: Apache-2.0
 * Item graph: for each item its THAW__NEIGHBOURS strongest neighbours, and an edge to each. */
#ifndef THAW_ITEM_GRAPH_H
#define THAW_ITEM_GRAPH_H

#include "mem.h"

enum { THAW__NEIGHBOURS = 128 };

/** The edge from an item i to a neighbour j. Parts of users are weighted. */
typedef struct thaw__edge {
    float after;                /* T_ij: part of users who came to j after i */
    float before;               /* T_ji: part of users who came to j before i */
    float both;                 /* part of users who interacted with both */
    float similar_cooccurrence; /* co-occurrence of items similar to i with j (content_similarity.h) */
    float content_similarity;   /* similarity of the features of i and j, times the popularity of j */
} thaw__edge;

enum { THAW__EDGE_NUMBERS = sizeof(thaw__edge) / sizeof(float) };

static inline float thaw__edge_dot(const thaw__edge *a, const thaw__edge *b)
{
    return a->after * b->after + a->before * b->before + a->both * b->both +
           a->similar_cooccurrence * b->similar_cooccurrence + a->content_similarity * b->content_similarity;
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

/** The neighbours of item i are the entries start[i] … start[i + 1] - 1, items ascending. */
typedef struct thaw__item_graph {
    int64_t *start;   /* [items + 1] */
    int32_t *item;    /* [start[items]] */
    thaw__edge *edge; /* [start[items]] */
    size_t room[2];   /* allocated entries of item and edge, while rows are appended */
} thaw__item_graph;

/** A graph of this many items, without rows. */
thaw_status thaw__item_graph_create(thaw__item_graph *out, int64_t items, const thaw_allocator *a);
void thaw__item_graph_free(thaw__item_graph *graph, const thaw_allocator *a);

/** Append x [n] as the neighbours of item `row`. Rows are appended in order. */
thaw_status thaw__item_graph_append(thaw__item_graph *graph, int64_t row, const thaw__neighbour *x, int32_t n,
                                    const thaw_allocator *a);

/** Add the items n_old … n - 1, without neighbours. */
thaw_status thaw__item_graph_extend(thaw__item_graph *graph, int64_t n_old, int64_t n, const thaw_allocator *a);

/** The entry of neighbour j of item i, or -1. */
int64_t thaw__item_graph_find(const thaw__item_graph *graph, int32_t i, int32_t j);

/** Keep the strongest of x [n], which are distinct, at most `most`; of equally strong ones the lower items. Sorts them
 *  by item and returns how many. */
int32_t thaw__neighbours_select(thaw__neighbour *x, int32_t n, int32_t most);

#endif

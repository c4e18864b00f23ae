/* SPDX-License-Identifier: Apache-2.0
 * Builds an item graph: for each item, in parallel, a callback sums edges to other items, and the strongest are
 * kept. */
#ifndef THAW_BUILD_NEIGHBOURS_H
#define THAW_BUILD_NEIGHBOURS_H

#include "item_graph.h"
#include "thaw/thaw.h"

/** The edges of one item while they are summed. */
typedef struct thaw__neighbour_builder {
    thaw__neighbour *list; /* [items], n of them used, in the order of insertion */
    int32_t *slot;         /* [items] index in list + 1; 0: not inserted */
    int32_t n;
} thaw__neighbour_builder;

/** Computes the edges of one item. The builder is empty at first. */
typedef void (*thaw__find_neighbours)(void *ctx, int64_t item, thaw__neighbour_builder *builder);

/** The edge to an item, inserted with zeros if it is not there. Valid until the next insertion. */
static inline thaw__edge *thaw__neighbour_edge(thaw__neighbour_builder *builder, int32_t item)
{
    if (!builder->slot[item]) {
        builder->slot[item] = ++builder->n;
        builder->list[builder->n - 1] = (thaw__neighbour){.item = item};
    }
    return &builder->list[builder->slot[item] - 1].edge;
}

/** Build the graph of this many items. find is called once for each item, from many threads. out is zeroed on error. */
thaw_status thaw__build_neighbours(thaw__item_graph *out, int64_t items, thaw__find_neighbours find, void *ctx,
                                   const thaw_config *config);

#endif

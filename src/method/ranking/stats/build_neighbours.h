/* SPDX-License-Identifier: Apache-2.0
 * Lists of neighbours made item by item, in parallel: what is found of one item's neighbours adds up in a gathering, of which
 * the nearest stay. */
#ifndef THAW_BUILD_NEIGHBOURS_H
#define THAW_BUILD_NEIGHBOURS_H

#include "item_graph.h"
#include "thaw/thaw.h"

typedef struct thaw__neighbour_builder {
    thaw__neighbour *list; /* [items] those met, in the order they were */
    int32_t *place;        /* [items] where each stands in list + 1, 0: not met */
    int32_t n;
} thaw__neighbour_builder;

/** The tie of an item, zeros if it was not met. */
static inline thaw__edge *thaw__neighbour_edge(thaw__neighbour_builder *g, int32_t item)
{
    if (!g->place[item]) {
        g->place[item] = ++g->n;
        g->list[g->n - 1] = (thaw__neighbour){.item = item};
    }
    return &g->list[g->place[item] - 1].edge;
}

/** Make the lists of this many items: find(ctx, item, gathering) gathers the neighbours of one. */
thaw_status thaw__build_neighbours(thaw__item_graph *out, int64_t items, void (*find)(void *ctx, int64_t item, thaw__neighbour_builder *g),
                               void *ctx, const thaw_config *config);

#endif

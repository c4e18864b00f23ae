/* SPDX-License-Identifier: Apache-2.0 */
#include "build_neighbours.h"

#include <string.h>

#include "status.h"
#include "thread.h"

enum { BLOCK = 1024 }; /* items that are computed in parallel before they are appended in order */

typedef struct block {
    void (*find)(void *ctx, int64_t item, thaw__neighbour_builder *builder);
    void *ctx;
    int64_t first;
    thaw__neighbour_builder *builders; /* [workers] */
    thaw__neighbour *kept;             /* [BLOCK, THAW__NEIGHBOURS] */
    int32_t n_kept[BLOCK];
} block;

static void find_one(void *arg, int64_t k, int32_t worker)
{
    block *b = arg;
    thaw__neighbour_builder *builder = &b->builders[worker];
    builder->n = 0;
    b->find(b->ctx, b->first + k, builder);
    for (int32_t i = 0; i < builder->n; i++) builder->slot[builder->list[i].item] = 0;
    b->n_kept[k] = thaw__neighbours_select(builder->list, builder->n, THAW__NEIGHBOURS);
    memcpy(b->kept + k * THAW__NEIGHBOURS, builder->list, (size_t)b->n_kept[k] * sizeof *builder->list);
}

static thaw_status run(thaw__item_graph *out, block *b, int64_t items, const thaw_config *config)
{
    for (; b->first < items; b->first += BLOCK) {
        const int64_t n = items - b->first < BLOCK ? items - b->first : BLOCK;
        THAW__TRY(thaw__parallel_for(&config->parallel, find_one, b, n));
        for (int64_t k = 0; k < n; k++)
            THAW__TRY(thaw__item_graph_append(out, b->first + k, b->kept + k * THAW__NEIGHBOURS, b->n_kept[k],
                                              &config->allocator));
    }
    return THAW_OK;
}

static thaw_status open_block(block *b, int64_t items, int32_t workers, const thaw_allocator *a)
{
    b->kept = thaw__alloc(a, (size_t)BLOCK * THAW__NEIGHBOURS, sizeof *b->kept);
    b->builders = thaw__alloc0(a, (size_t)workers, sizeof *b->builders);
    if (!b->kept || !b->builders) return THAW_E_NOMEM;
    for (int32_t w = 0; w < workers; w++) {
        thaw__neighbour_builder *builder = &b->builders[w];
        builder->list = thaw__alloc(a, (size_t)items, sizeof *builder->list);
        builder->slot = thaw__alloc0(a, (size_t)items, sizeof *builder->slot);
        if (!builder->list || !builder->slot) return THAW_E_NOMEM;
    }
    return THAW_OK;
}

static void close_block(block *b, int32_t workers, const thaw_allocator *a)
{
    for (int32_t w = 0; b->builders && w < workers; w++) {
        thaw__free(a, b->builders[w].list);
        thaw__free(a, b->builders[w].slot);
    }
    thaw__free(a, b->builders);
    thaw__free(a, b->kept);
}

thaw_status thaw__build_neighbours(thaw__item_graph *out, int64_t items,
                                   void (*find)(void *ctx, int64_t item, thaw__neighbour_builder *builder), void *ctx,
                                   const thaw_config *config)
{
    const thaw_allocator *a = &config->allocator;
    const int32_t workers = thaw__n_workers(&config->parallel);
    block b = {.find = find, .ctx = ctx};
    THAW__TRY(thaw__item_graph_create(out, items, a));
    thaw_status st = open_block(&b, items, workers, a);
    if (st == THAW_OK) st = run(out, &b, items, config);
    close_block(&b, workers, a);
    if (st != THAW_OK) thaw__item_graph_free(out, a);
    return st;
}

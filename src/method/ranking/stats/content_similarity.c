/* SPDX-License-Identifier: Apache-2.0 */
#include "content_similarity.h"

#include <math.h>
#include <string.h>

#include "build_neighbours.h"
#include "status.h"

enum { MOST_HOLDERS = 1200 }; /* a value that more items have says little of any two */

#define LEAST_SHARE 0.01f /* of s: less is not worth a walk through a list */

typedef struct content {
    const thaw_model *m;
    int64_t *start;      /* [width + 1] items that have each value of a feature */
    int32_t *holder;     /* [nonzeros] */
    float *held;         /* [nonzeros] f of it */
    float *rarity;       /* [width] squared; 0: too common */
    float *length;       /* [items] of f weighted */
    thaw__item_graph alike;   /* tie.content_similarity is k */
} content;

/* ---- by value ---------------------------------------------------------------------------------------------------- */

static void transpose(content *c, int32_t width, int64_t items)
{
    const thaw__sparse *f = &c->m->catalogue->features;
    for (int64_t k = 0; k < f->start[items]; k++) c->start[f->column[k] + 1]++;
    for (int32_t g = 0; g < width; g++) c->start[g + 1] += c->start[g];
    for (int64_t i = 0; i < items; i++)
        for (int64_t k = f->start[i]; k < f->start[i + 1]; k++) {
            const int64_t at = c->start[f->column[k]]++;
            c->holder[at] = (int32_t)i;
            c->held[at] = f->value[k];
        }
    memmove(c->start + 1, c->start, (size_t)width * sizeof *c->start); /* each was moved to its end */
    c->start[0] = 0;
}

static void weigh(content *c, int32_t width, int64_t items)
{
    const thaw__sparse *f = &c->m->catalogue->features;
    for (int32_t g = 0; g < width; g++) {
        const int64_t n = c->start[g + 1] - c->start[g];
        const float rare = n ? logf((float)items / (float)n) : 0;
        c->rarity[g] = n <= MOST_HOLDERS ? rare * rare : 0;
    }
    for (int64_t i = 0; i < items; i++) {
        double sum = 0;
        for (int64_t k = f->start[i]; k < f->start[i + 1]; k++)
            sum += (double)(f->value[k] * f->value[k] * c->rarity[f->column[k]]);
        c->length[i] = (float)sqrt(sum);
    }
}

static thaw_status open_content(content *c, const thaw_model *m)
{
    const thaw_allocator *a = &m->config.allocator;
    const int64_t items = thaw__n_items(m);
    const size_t width = (size_t)m->catalogue->prior.features.width, nonzeros = (size_t)m->catalogue->features.start[items];
    *c = (content){.m = m,
                   .start = thaw__alloc0(a, width + 1, sizeof *c->start),
                   .holder = thaw__alloc(a, nonzeros, sizeof *c->holder),
                   .held = thaw__alloc(a, nonzeros, sizeof *c->held),
                   .rarity = thaw__alloc(a, width, sizeof *c->rarity),
                   .length = thaw__alloc(a, (size_t)items, sizeof *c->length)};
    if (!c->start || !c->holder || !c->held || !c->rarity || !c->length) return THAW_E_NOMEM;
    transpose(c, (int32_t)width, items);
    weigh(c, (int32_t)width, items);
    return THAW_OK;
}

static void close_content(content *c)
{
    const thaw_allocator *a = &c->m->config.allocator;
    thaw__free(a, c->start);
    thaw__free(a, c->holder);
    thaw__free(a, c->held);
    thaw__free(a, c->rarity);
    thaw__free(a, c->length);
    thaw__item_graph_free(&c->alike, a);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static void find_alike(void *ctx, int64_t item, thaw__neighbour_builder *g)
{
    const content *c = ctx;
    const thaw__sparse *f = &c->m->catalogue->features;
    for (int64_t k = f->start[item]; k < f->start[item + 1]; k++) {
        const int32_t value = f->column[k];
        if (c->rarity[value] <= 0) continue;
        for (int64_t h = c->start[value]; h < c->start[value + 1]; h++)
            if (c->holder[h] != item) thaw__neighbour_edge(g, c->holder[h])->content_similarity += f->value[k] * c->held[h] * c->rarity[value];
    }
    for (int32_t k = 0; k < g->n; k++) g->list[k].edge.content_similarity /= c->length[item] * c->length[g->list[k].item];
}

static float sharpened(float k)
{
    return k * k * k * k;
}

/* Those who met the other item come to its neighbours. */
static void gather_kin(const content *c, thaw__neighbour_builder *g, int32_t item, int32_t other, float share)
{
    const thaw__ranking *r = thaw__ranking_of(c->m);
    const float per = share * r->mean_popularity / (r->popularity[other] + r->mean_popularity);
    for (int64_t k = r->graph.start[other]; k < r->graph.start[other + 1]; k++)
        if (r->graph.item[k] != item && r->graph.edge[k].after > 0)
            thaw__neighbour_edge(g, r->graph.item[k])->similar_cooccurrence += per * r->graph.edge[k].after;
}

/* What a list says already, and what content adds. */
static void find_neighbours(void *ctx, int64_t item, thaw__neighbour_builder *g)
{
    const content *c = ctx;
    const thaw__ranking *r = thaw__ranking_of(c->m);
    float sum = 0;
    for (int64_t k = r->graph.start[item]; k < r->graph.start[item + 1]; k++) {
        const thaw__edge known = r->graph.edge[k];
        if (known.both > 0) *thaw__neighbour_edge(g, r->graph.item[k]) = (thaw__edge){.after = known.after, .before = known.before, .both = known.both};
    }
    for (int64_t k = c->alike.start[item]; k < c->alike.start[item + 1]; k++) sum += sharpened(c->alike.edge[k].content_similarity);
    for (int64_t k = c->alike.start[item]; k < c->alike.start[item + 1]; k++) {
        const int32_t other = c->alike.item[k];
        const float share = sharpened(c->alike.edge[k].content_similarity) / sum;
        if (!(share >= LEAST_SHARE)) continue;
        thaw__neighbour_edge(g, other)->content_similarity += share * (r->popularity[other] + thaw__cold_item_popularity(r));
        gather_kin(c, g, (int32_t)item, other, share);
    }
}

thaw_status thaw__content_similarity_update(thaw_model *m)
{
    content c;
    thaw__item_graph near = {0};
    if (!m->catalogue->prior.features.width || !(thaw__ranking_of(m)->mean_popularity > 0)) return THAW_OK;
    thaw_status st = open_content(&c, m);
    if (st == THAW_OK) st = thaw__build_neighbours(&c.alike, thaw__n_items(m), find_alike, &c, &m->config);
    if (st == THAW_OK) st = thaw__build_neighbours(&near, thaw__n_items(m), find_neighbours, &c, &m->config);
    if (st == THAW_OK) {
        thaw__item_graph_free(&thaw__ranking_of(m)->graph, &m->config.allocator);
        thaw__ranking_of(m)->graph = near;
    }
    close_content(&c);
    return st;
}

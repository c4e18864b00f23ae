/* SPDX-License-Identifier: Apache-2.0 */
#include "content_similarity.h"

#include <math.h>
#include <string.h>

#include "build_neighbours.h"
#include "status.h"

enum { MOST_HOLDERS = 1200 }; /* values that more items have are left out */

#define LEAST_SHARE 0.01f /* of s_ii'; items with less are left out */

typedef struct content {
    const thaw_model *m;
    int64_t *start;           /* [width + 1] items that have feature value g: holder[start[g]] … */
    int32_t *holder;          /* [nonzeros] */
    float *held_value;        /* [nonzeros] the value of the feature there */
    float *rarity;            /* [width] log(items / items that have the value), squared; 0: left out */
    float *length;            /* [items] norm of the weighted feature vector */
    thaw__item_graph similar; /* edge.content_similarity is k_ij */
} content;

/* ---- features ---------------------------------------------------------------------------------------------------- */

/* Items by feature value, from feature values by item. */
static void transpose(content *c, int32_t width, int64_t items)
{
    const thaw__sparse *f = &c->m->catalogue->features;
    for (int64_t k = 0; k < f->start[items]; k++) c->start[f->column[k] + 1]++;
    for (int32_t g = 0; g < width; g++) c->start[g + 1] += c->start[g];
    for (int64_t i = 0; i < items; i++)
        for (int64_t k = f->start[i]; k < f->start[i + 1]; k++) {
            const int64_t at = c->start[f->column[k]]++;
            c->holder[at] = (int32_t)i;
            c->held_value[at] = f->value[k];
        }
    memmove(c->start + 1, c->start, (size_t)width * sizeof *c->start); /* each start was moved to its end */
    c->start[0] = 0;
}

/* rarity and length */
static void weight_features(content *c, int32_t width, int64_t items)
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
    const size_t width = (size_t)m->catalogue->prior.features.width,
                 nonzeros = (size_t)m->catalogue->features.start[items];
    *c = (content){.m = m,
                   .start = thaw__alloc0(a, width + 1, sizeof *c->start),
                   .holder = thaw__alloc(a, nonzeros, sizeof *c->holder),
                   .held_value = thaw__alloc(a, nonzeros, sizeof *c->held_value),
                   .rarity = thaw__alloc(a, width, sizeof *c->rarity),
                   .length = thaw__alloc(a, (size_t)items, sizeof *c->length)};
    if (!c->start || !c->holder || !c->held_value || !c->rarity || !c->length) return THAW_E_NOMEM;
    transpose(c, (int32_t)width, items);
    weight_features(c, (int32_t)width, items);
    return THAW_OK;
}

static void close_content(content *c)
{
    const thaw_allocator *a = &c->m->config.allocator;
    thaw__free(a, c->start);
    thaw__free(a, c->holder);
    thaw__free(a, c->held_value);
    thaw__free(a, c->rarity);
    thaw__free(a, c->length);
    thaw__item_graph_free(&c->similar, a);
}

/* ---- edges ------------------------------------------------------------------------------------------------------- */

/* k_ij of all items j that share a feature value with an item. */
static void find_similar(void *ctx, int64_t item, thaw__neighbour_builder *builder)
{
    const content *c = ctx;
    const thaw__sparse *f = &c->m->catalogue->features;
    for (int64_t k = f->start[item]; k < f->start[item + 1]; k++) {
        const int32_t value = f->column[k];
        if (c->rarity[value] <= 0) continue;
        for (int64_t h = c->start[value]; h < c->start[value + 1]; h++)
            if (c->holder[h] != item)
                thaw__neighbour_edge(builder, c->holder[h])->content_similarity +=
                    f->value[k] * c->held_value[h] * c->rarity[value];
    }
    for (int32_t k = 0; k < builder->n; k++)
        builder->list[k].edge.content_similarity /= c->length[item] * c->length[builder->list[k].item];
}

static float fourth_power(float k)
{
    return k * k * k * k;
}

/* Add what one similar item i' (`other`) adds to similar_cooccurrence_ij: s_ii' m T_i'j / (p_i' + m). */
static void add_similar_cooccurrence(const content *c, thaw__neighbour_builder *builder, int32_t item, int32_t other,
                                     float share)
{
    const thaw__ranking *r = thaw__ranking_of(c->m);
    const float factor = share * r->mean_popularity / (r->popularity[other] + r->mean_popularity);
    for (int64_t k = r->graph.start[other]; k < r->graph.start[other + 1]; k++)
        if (r->graph.item[k] != item && r->graph.edge[k].after > 0)
            thaw__neighbour_edge(builder, r->graph.item[k])->similar_cooccurrence += factor * r->graph.edge[k].after;
}

/* Keep the counted numbers of the edges of an item, and add those from features. */
static void find_neighbours(void *ctx, int64_t item, thaw__neighbour_builder *builder)
{
    const content *c = ctx;
    const thaw__ranking *r = thaw__ranking_of(c->m);
    float sum = 0;
    for (int64_t k = r->graph.start[item]; k < r->graph.start[item + 1]; k++) {
        const thaw__edge known = r->graph.edge[k];
        if (known.both > 0)
            *thaw__neighbour_edge(builder, r->graph.item[k]) =
                (thaw__edge){.after = known.after, .before = known.before, .both = known.both};
    }
    for (int64_t k = c->similar.start[item]; k < c->similar.start[item + 1]; k++)
        sum += fourth_power(c->similar.edge[k].content_similarity);
    for (int64_t k = c->similar.start[item]; k < c->similar.start[item + 1]; k++) {
        const int32_t other = c->similar.item[k];
        const float share = fourth_power(c->similar.edge[k].content_similarity) / sum;
        if (!(share >= LEAST_SHARE)) continue;
        thaw__neighbour_edge(builder, other)->content_similarity +=
            share * (r->popularity[other] + thaw__cold_item_popularity(r));
        add_similar_cooccurrence(c, builder, (int32_t)item, other, share);
    }
}

thaw_status thaw__content_similarity_update(thaw_model *m)
{
    content c;
    thaw__item_graph graph = {0};
    if (!m->catalogue->prior.features.width || !(thaw__ranking_of(m)->mean_popularity > 0)) return THAW_OK;
    thaw_status st = open_content(&c, m);
    if (st == THAW_OK) st = thaw__build_neighbours(&c.similar, thaw__n_items(m), find_similar, &c, &m->config);
    if (st == THAW_OK) st = thaw__build_neighbours(&graph, thaw__n_items(m), find_neighbours, &c, &m->config);
    if (st == THAW_OK) {
        thaw__item_graph_free(&thaw__ranking_of(m)->graph, &m->config.allocator);
        thaw__ranking_of(m)->graph = graph;
    }
    close_content(&c);
    return st;
}

/* SPDX-License-Identifier: Apache-2.0
 * The sparse co-occurrence: for every item the other items of its users, with how often before and after, of which the
 * strongest edges are kept. Edges are sums over users: (W edge + sums) / W', at least 0. */
#include "build_neighbours.h"
#include "statistics.h"
#include "status.h"

enum { WINDOW = 512 }; /* interactions to either side that are looked at: a longer history is hardly one intention */

/* Where each item is in the users' histories. */
typedef struct visits {
    const thaw__weighted_user *users;
    const thaw__item_graph *known; /* edges that the model has */
    float kept, scale;             /* W / W', 1 / W' */
    int64_t *start;                /* [items + 1] where an item's visits begin */
    int64_t *interaction;          /* numbers of interactions in the user's histories */
    int32_t *user;                 /* index into users */
} visits;

/* Everything one user did around one interaction. */
static void add_around(const visits *v, thaw__neighbour_builder *g, int64_t interaction, const thaw__weighted_user *u)
{
    const thaw__histories *h = u->histories;
    const int64_t begin = h->interaction_start[u->user], end = h->interaction_start[u->user + 1];
    const int64_t low = interaction - WINDOW > begin ? interaction - WINDOW : begin;
    const int64_t high = interaction + WINDOW < end ? interaction + WINDOW : end;
    const float w = v->scale * u->weight;
    const int32_t here = h->interactions[interaction].first;
    for (int64_t k = low; k < high; k++) {
        const thaw__interaction *other = &h->interactions[k];
        if (k == interaction) continue; /* that is a repeat */
        thaw__edge *edge = thaw__neighbour_edge(g, other->item);
        edge->both += w;
        if (other->target_position > here) edge->after += w;
        else if (other->target_position >= 0) edge->before += w;
    }
}

static float at_least_0(float x)
{
    return x > 0 ? x : 0;
}

static void find_neighbours(void *ctx, int64_t item, thaw__neighbour_builder *g)
{
    const visits *v = ctx;
    for (int64_t k = v->known->start[item]; v->kept > 0 && k < v->known->start[item + 1]; k++)
        thaw__edge_add(thaw__neighbour_edge(g, v->known->item[k]), v->kept, &v->known->edge[k]);
    for (int64_t k = v->start[item]; k < v->start[item + 1]; k++)
        add_around(v, g, v->interaction[k], &v->users[v->user[k]]);
    for (int32_t k = 0; v->kept > 0 && k < g->n; k++) {
        thaw__edge *edge = &g->list[k].edge;
        *edge = (thaw__edge){
            .after = at_least_0(edge->after), .before = at_least_0(edge->before), .both = at_least_0(edge->both)};
    }
}

/* Room for the visits of n users to this many items. */
static thaw_status open_visits(visits *v, int64_t items, int64_t n, const thaw_allocator *a)
{
    int64_t interactions = 0;
    for (int64_t k = 0; k < n; k++) interactions += thaw__history_length(v->users[k].histories, v->users[k].user);
    v->start = thaw__alloc0(a, (size_t)items + 2, sizeof *v->start);
    v->interaction = thaw__alloc(a, (size_t)interactions, sizeof *v->interaction);
    v->user = thaw__alloc(a, (size_t)interactions, sizeof *v->user);
    return v->start && v->interaction && v->user ? THAW_OK : THAW_E_NOMEM;
}

/* Counting sort of the interactions by item. */
static void fill_visits(visits *v, int64_t items, int64_t n)
{
    int64_t *next = v->start + 1; /* counts, then where the next visit goes, then the ends */
    for (int64_t k = 0; k < n; k++) {
        const thaw__interaction *x = thaw__history_interactions(v->users[k].histories, v->users[k].user);
        for (int64_t t = 0; t < thaw__history_length(v->users[k].histories, v->users[k].user); t++)
            next[x[t].item + 1]++;
    }
    for (int64_t i = 0; i < items; i++) next[i + 1] += next[i];
    for (int64_t k = 0; k < n; k++) {
        const thaw__histories *h = v->users[k].histories;
        for (int64_t t = h->interaction_start[v->users[k].user]; t < h->interaction_start[v->users[k].user + 1]; t++) {
            const int64_t at = next[h->interactions[t].item]++;
            v->interaction[at] = t;
            v->user[at] = (int32_t)k;
        }
    }
}

thaw_status thaw__cooccurrence_update(thaw__statistics *s)
{
    thaw__ranking *r = thaw__ranking_of(s->m);
    const thaw_allocator *a = &s->m->config.allocator;
    const int64_t items = s->basis->all;
    thaw__item_graph made = {0};
    visits v = {
        .users = s->users, .known = &r->graph, .kept = (float)thaw__kept_part(s), .scale = (float)thaw__sum_scale(s)};
    thaw_status st = open_visits(&v, items, s->n, a);
    if (st == THAW_OK) {
        fill_visits(&v, items, s->n);
        st = thaw__build_neighbours(&made, items, find_neighbours, &v, &s->m->config);
    }
    if (st == THAW_OK) {
        thaw__item_graph_free(&r->graph, a);
        r->graph = made;
    }
    thaw__free(a, v.start);
    thaw__free(a, v.interaction);
    thaw__free(a, v.user);
    return st;
}

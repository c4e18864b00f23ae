/* SPDX-License-Identifier: Apache-2.0
 * The sparse co-occurrence: of every item the neighbours it meets most, with how often before and after. */
#include "build_neighbours.h"
#include "statistics.h"
#include "status.h"

enum { WINDOW = 512 }; /* steps to either side that are looked at: a longer journey is hardly one wish */

/* Where each item was met: visits start[i] … are numbers of steps, with the user of each. */
typedef struct visits {
    const thaw__histories *j;
    const int64_t *users;
    const float *weight;
    int64_t *start; /* [items + 1] */
    int64_t *step;
    int32_t *user;  /* index into users */
} visits;

/* Everything one user did around one step. */
static void gather_around(const visits *v, thaw__neighbour_builder *g, int64_t step, int32_t user)
{
    const int64_t u = v->users[user], begin = v->j->interaction_start[u], end = v->j->interaction_start[u + 1];
    const int64_t low = step - WINDOW > begin ? step - WINDOW : begin, high = step + WINDOW < end ? step + WINDOW : end;
    const float w = v->weight[user];
    const int32_t here = v->j->interactions[step].first;
    for (int64_t k = low; k < high; k++) {
        const thaw__interaction *other = &v->j->interactions[k];
        if (k == step) continue; /* that is in again */
        thaw__edge *tie = thaw__neighbour_edge(g, other->item);
        tie->both += w;
        if (other->target_position > here) tie->after += w;
        else if (other->target_position >= 0) tie->before += w;
    }
}

static void find_neighbours(void *ctx, int64_t item, thaw__neighbour_builder *g)
{
    const visits *v = ctx;
    for (int64_t k = v->start[item]; k < v->start[item + 1]; k++) gather_around(v, g, v->step[k], v->user[k]);
}

/* Room for n users' visits to this many items. */
static thaw_status open_visits(visits *v, int64_t items, int64_t n, const thaw_allocator *a)
{
    int64_t steps = 0;
    for (int64_t k = 0; k < n; k++) steps += thaw__history_length(v->j, v->users[k]);
    v->start = thaw__alloc0(a, (size_t)items + 2, sizeof *v->start);
    v->step = thaw__alloc(a, (size_t)steps, sizeof *v->step);
    v->user = thaw__alloc(a, (size_t)steps, sizeof *v->user);
    return v->start && v->step && v->user ? THAW_OK : THAW_E_NOMEM;
}

static void fill_visits(visits *v, int64_t items, int64_t n)
{
    const thaw__histories *j = v->j;
    int64_t *next = v->start + 1; /* counts, then where the next visit goes, then the ends */
    for (int64_t k = 0; k < n; k++)
        for (int64_t t = j->interaction_start[v->users[k]]; t < j->interaction_start[v->users[k] + 1]; t++) next[j->interactions[t].item + 1]++;
    for (int64_t i = 0; i < items; i++) next[i + 1] += next[i];
    for (int64_t k = 0; k < n; k++)
        for (int64_t t = j->interaction_start[v->users[k]]; t < j->interaction_start[v->users[k] + 1]; t++) {
            const int64_t at = next[j->interactions[t].item]++;
            v->step[at] = t;
            v->user[at] = (int32_t)k;
        }
}

thaw_status thaw__statistics_neighbours(thaw__statistics *stats)
{
    thaw_model *m = stats->m;
    const thaw_allocator *a = &m->config.allocator;
    const int64_t items = thaw__n_items(m);
    thaw__item_graph near = {0};
    visits v = {.j = stats->j, .users = stats->users, .weight = stats->weight};
    thaw_status st = open_visits(&v, items, stats->n, a);
    if (st == THAW_OK) {
        fill_visits(&v, items, stats->n);
        st = thaw__build_neighbours(&near, items, find_neighbours, &v, &m->config);
    }
    if (st == THAW_OK) {
        thaw__item_graph_free(&thaw__ranking_of(m)->graph, a);
        thaw__ranking_of(m)->graph = near;
    }
    thaw__free(a, v.start);
    thaw__free(a, v.step);
    thaw__free(a, v.user);
    return st;
}

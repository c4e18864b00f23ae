/* SPDX-License-Identifier: Apache-2.0
 * The sparse co-occurrence: of every item the THAW__NEAR_MOST neighbours it meets most, with how often before and after. */
#include <string.h>

#include "moments.h"
#include "sort.h"
#include "status.h"
#include "thread.h"

enum {
    BLOCK = 1024, /* items whose neighbours are found before they are appended */
    WINDOW = 512, /* steps to either side that are looked at: a longer journey is hardly one wish */
};

/* Where each item was met: visits[start[i]] … are numbers of steps, with the user of each. */
typedef struct visits {
    int64_t *start; /* [items + 1] */
    int64_t *step;
    int32_t *user;  /* index into users */
} visits;

typedef struct search {
    const thaw_model *m;
    const thaw__journeys *j;
    const int64_t *users;
    const float *weight;
    visits v;
    int64_t first, items;  /* the block begins here; all items */
    thaw__neighbour *found;      /* [BLOCK, THAW__NEAR_MOST] */
    int32_t n_found[BLOCK];
    thaw__neighbour *sums;       /* [workers, items] scratch: by item, zero between uses */
    int32_t *touched;      /* [workers, items] */
} search;

/* Whether a goes with the item more than b. */
static int nearer(const thaw__neighbour *a, const thaw__neighbour *b)
{
    return thaw__neighbour_mass(a) > thaw__neighbour_mass(b) || (thaw__neighbour_mass(a) == thaw__neighbour_mass(b) && a->item < b->item);
}

static void sink(thaw__neighbour *heap, int32_t n)
{
    for (int32_t i = 0;;) {
        int32_t worst = i, left = 2 * i + 1;
        if (left < n && nearer(&heap[worst], &heap[left])) worst = left;
        if (left + 1 < n && nearer(&heap[worst], &heap[left + 1])) worst = left + 1;
        if (worst == i) return;
        thaw__neighbour t = heap[i];
        heap[i] = heap[worst];
        heap[worst] = t;
        i = worst;
    }
}

static int32_t keep(thaw__neighbour *heap, int32_t n, const thaw__neighbour *x)
{
    if (n == THAW__NEAR_MOST) {
        if (nearer(x, &heap[0])) {
            heap[0] = *x;
            sink(heap, n);
        }
        return n;
    }
    int32_t i = n;
    for (heap[i] = *x; i > 0 && nearer(&heap[(i - 1) / 2], &heap[i]); i = (i - 1) / 2) {
        thaw__neighbour t = heap[i];
        heap[i] = heap[(i - 1) / 2];
        heap[(i - 1) / 2] = t;
    }
    return n + 1;
}

static int by_item(const void *a, const void *b)
{
    return ((const thaw__neighbour *)a)->item - ((const thaw__neighbour *)b)->item;
}

/* Everything one user did around one step. */
static void add_visit(const search *s, thaw__neighbour *sums, int32_t *touched, int32_t *n_touched, int64_t step, int32_t user)
{
    const int64_t u = s->users[user], begin = s->j->step_start[u], end = s->j->step_start[u + 1];
    const int64_t low = step - WINDOW > begin ? step - WINDOW : begin, high = step + WINDOW < end ? step + WINDOW : end;
    const float w = s->weight[user];
    const int32_t here = s->j->steps[step].first;
    for (int64_t k = low; k < high; k++) {
        const thaw__step *other = &s->j->steps[k];
        if (k == step) continue; /* that is in again */
        thaw__neighbour *x = &sums[other->item];
        if (x->both == 0 && x->after == 0) touched[(*n_touched)++] = other->item;
        x->both += w;
        if (other->wish > here) x->after += w;
        else if (other->wish >= 0) x->before += w;
    }
}

static void find_neighbours(void *arg, int64_t k, int32_t worker)
{
    search *s = arg;
    const int64_t i = s->first + k;
    thaw__neighbour *sums = s->sums + worker * s->items, *found = s->found + k * THAW__NEAR_MOST;
    int32_t *touched = s->touched + worker * s->items, n_touched = 0, n = 0;
    for (int64_t v = s->v.start[i]; v < s->v.start[i + 1]; v++)
        add_visit(s, sums, touched, &n_touched, s->v.step[v], s->v.user[v]);
    for (int32_t t = 0; t < n_touched; t++) {
        thaw__neighbour *x = &sums[touched[t]];
        x->item = touched[t];
        n = keep(found, n, x);
        *x = (thaw__neighbour){0};
    }
    thaw__sort(found, (size_t)n, sizeof *found, by_item);
    s->n_found[k] = n;
}

static thaw_status index_visits(search *s, int64_t n)
{
    const thaw_allocator *a = &s->m->config.allocator;
    int64_t steps = 0;
    for (int64_t k = 0; k < n; k++) steps += thaw__journey_length(s->j, s->users[k]);
    s->v.start = thaw__alloc0(a, (size_t)s->items + 2, sizeof *s->v.start);
    s->v.step = thaw__alloc(a, (size_t)steps, sizeof *s->v.step);
    s->v.user = thaw__alloc(a, (size_t)steps, sizeof *s->v.user);
    if (!s->v.start || !s->v.step || !s->v.user) return THAW_E_NOMEM;
    int64_t *next = s->v.start + 1; /* counts, then where the next visit goes, then the ends */
    for (int64_t k = 0; k < n; k++)
        for (int64_t t = s->j->step_start[s->users[k]]; t < s->j->step_start[s->users[k] + 1]; t++)
            next[s->j->steps[t].item + 1]++;
    for (int64_t i = 0; i < s->items; i++) next[i + 1] += next[i];
    for (int64_t k = 0; k < n; k++)
        for (int64_t t = s->j->step_start[s->users[k]]; t < s->j->step_start[s->users[k] + 1]; t++) {
            int64_t at = next[s->j->steps[t].item]++;
            s->v.step[at] = t;
            s->v.user[at] = (int32_t)k;
        }
    return THAW_OK;
}

static thaw_status append(const search *s, thaw__ranking *r, int64_t n, size_t *capacity)
{
    const thaw_allocator *a = &s->m->config.allocator;
    const size_t used = (size_t)r->near_start[s->first];
    size_t need = used;
    for (int64_t k = 0; k < n; k++) need += (size_t)s->n_found[k];
    THAW__TRY(thaw__grow(a, &r->near_item, &capacity[0], used, need, sizeof(int32_t)));
    THAW__TRY(thaw__grow(a, &r->near_after, &capacity[1], used, need, sizeof(float)));
    THAW__TRY(thaw__grow(a, &r->near_before, &capacity[2], used, need, sizeof(float)));
    THAW__TRY(thaw__grow(a, &r->near_both, &capacity[3], used, need, sizeof(float)));
    int64_t at = (int64_t)used;
    for (int64_t k = 0; k < n; k++) {
        for (int32_t f = 0; f < s->n_found[k]; f++, at++) {
            const thaw__neighbour *x = &s->found[k * THAW__NEAR_MOST + f];
            r->near_item[at] = x->item;
            r->near_after[at] = x->after;
            r->near_before[at] = x->before;
            r->near_both[at] = x->both;
        }
        r->near_start[s->first + k + 1] = at;
    }
    return THAW_OK;
}

static void forget_neighbours(thaw__ranking *r, const thaw_allocator *a)
{
    thaw__free(a, r->near_item);
    thaw__free(a, r->near_after);
    thaw__free(a, r->near_before);
    thaw__free(a, r->near_both);
    r->near_item = NULL;
    r->near_after = r->near_before = r->near_both = NULL;
}

thaw_status thaw__moments_near(thaw_model *m, const thaw__journeys *j, const int64_t *users, const float *weight, int64_t n)
{
    const thaw_allocator *a = &m->config.allocator;
    const size_t workers = (size_t)thaw__n_workers(&m->config.parallel);
    size_t capacity[4] = {0};
    search *s = thaw__alloc0(a, 1, sizeof *s);
    if (!s) return THAW_E_NOMEM;
    *s = (search){.m = m, .j = j, .users = users, .weight = weight, .items = thaw__n_items(m)};
    s->found = thaw__alloc(a, (size_t)BLOCK * THAW__NEAR_MOST, sizeof *s->found);
    s->sums = thaw__alloc0(a, workers * (size_t)s->items, sizeof *s->sums);
    s->touched = thaw__alloc(a, workers * (size_t)s->items, sizeof *s->touched);
    forget_neighbours(m->ranking, a);
    memset(m->ranking->near_start, 0, (size_t)(s->items + 1) * sizeof(int64_t));
    thaw_status st = s->found && s->sums && s->touched ? index_visits(s, n) : THAW_E_NOMEM;
    for (; st == THAW_OK && s->first < s->items; s->first += BLOCK) {
        int64_t size = s->items - s->first < BLOCK ? s->items - s->first : BLOCK;
        st = thaw__parallel_for(&m->config.parallel, find_neighbours, s, size);
        if (st == THAW_OK) st = append(s, m->ranking, size, capacity);
    }
    thaw__free(a, s->v.start);
    thaw__free(a, s->v.step);
    thaw__free(a, s->v.user);
    thaw__free(a, s->found);
    thaw__free(a, s->sums);
    thaw__free(a, s->touched);
    thaw__free(a, s);
    return st;
}

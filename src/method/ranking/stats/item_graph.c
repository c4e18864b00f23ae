/* SPDX-License-Identifier: Apache-2.0 */
#include "item_graph.h"

#include <string.h>

#include "sort.h"
#include "status.h"

thaw_status thaw__item_graph_create(thaw__item_graph *out, int64_t items, const thaw_allocator *a)
{
    *out = (thaw__item_graph){.start = thaw__alloc0(a, (size_t)items + 1, sizeof *out->start)};
    return out->start ? THAW_OK : THAW_E_NOMEM;
}

void thaw__item_graph_free(thaw__item_graph *graph, const thaw_allocator *a)
{
    thaw__free(a, graph->start);
    thaw__free(a, graph->item);
    thaw__free(a, graph->edge);
    *graph = (thaw__item_graph){0};
}

thaw_status thaw__item_graph_append(thaw__item_graph *graph, int64_t row, const thaw__neighbour *x, int32_t n,
                                    const thaw_allocator *a)
{
    const size_t used = (size_t)graph->start[row], need = used + (size_t)n;
    THAW__TRY(thaw__grow(a, &graph->item, &graph->room[0], used, need, sizeof *graph->item));
    THAW__TRY(thaw__grow(a, &graph->edge, &graph->room[1], used, need, sizeof *graph->edge));
    for (int32_t k = 0; k < n; k++) {
        graph->item[used + (size_t)k] = x[k].item;
        graph->edge[used + (size_t)k] = x[k].edge;
    }
    graph->start[row + 1] = (int64_t)need;
    return THAW_OK;
}

thaw_status thaw__item_graph_extend(thaw__item_graph *graph, int64_t n_old, int64_t n, const thaw_allocator *a)
{
    int64_t *start = thaw__alloc0(a, (size_t)n + 1, sizeof *start);
    if (!start) return THAW_E_NOMEM;
    if (graph->start) memcpy(start, graph->start, (size_t)(n_old + 1) * sizeof *start);
    for (int64_t i = n_old; graph->start && i < n; i++) start[i + 1] = start[n_old];
    thaw__free(a, graph->start);
    graph->start = start;
    return THAW_OK;
}

int64_t thaw__item_graph_find(const thaw__item_graph *graph, int32_t i, int32_t j)
{
    int64_t low = graph->start[i], end = graph->start[i + 1];
    while (low < end) {
        const int64_t middle = low + (end - low) / 2;
        if (graph->item[middle] < j) low = middle + 1;
        else end = middle;
    }
    return low < graph->start[i + 1] && graph->item[low] == j ? low : -1;
}

/* The strength of an edge, by which neighbours are selected. */
static float selection_weight(const thaw__edge *edge)
{
    return edge->after + edge->before + 0.1f * edge->both + 2 * edge->similar_cooccurrence + edge->content_similarity;
}

/* Whether x is a weaker neighbour than y; of equally strong ones the higher item is weaker. */
static int is_weaker(const thaw__neighbour *x, const thaw__neighbour *y)
{
    const float p = selection_weight(&x->edge), q = selection_weight(&y->edge);
    return p < q || (p == q && x->item > y->item);
}

/* Move element i down in a heap whose root is the weakest. */
static void sift_down(thaw__neighbour *heap, int32_t i, int32_t n)
{
    for (int32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && is_weaker(&heap[child + 1], &heap[child])) child++;
        if (!is_weaker(&heap[child], &heap[i])) return;
        const thaw__neighbour t = heap[i];
        heap[i] = heap[child];
        heap[child] = t;
    }
}

static int by_item(const void *a, const void *b)
{
    const thaw__neighbour *x = a, *y = b;
    return (x->item > y->item) - (x->item < y->item);
}

int32_t thaw__neighbours_select(thaw__neighbour *x, int32_t n, int32_t most)
{
    const int32_t kept = n < most ? n : most;
    for (int32_t i = n > kept ? kept / 2 : 0; i-- > 0;) sift_down(x, i, kept);
    for (int32_t k = kept; k < n; k++) {
        if (!is_weaker(&x[0], &x[k])) continue;
        x[0] = x[k];
        sift_down(x, 0, kept);
    }
    thaw__sort(x, (size_t)kept, sizeof *x, by_item);
    return kept;
}

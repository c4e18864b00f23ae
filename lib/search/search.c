/* SPDX-License-Identifier: Apache-2.0
 * Search by blocks: scan codes, then score the candidates whose bound reaches the threshold. Compiled without fused
 * multiply-add, like the scans: a score and its bound must round their offsets in the same way. */
#include "search.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "status.h"
#include "thread.h"

enum {
    BLOCK_ONE = 1024, /* rows scanned before the threshold is read again, with one query */
    BLOCK_MANY = 256, /* the same with many queries */
    SLAB = 1024,      /* rows whose codes stay in the L2 cache while all groups of queries are scanned */
    PENDING = 8,      /* candidates that are prefetched before the first is scored */
    BATCH = 8 * THAW__QUANTISED_QUERIES, /* queries that share a pass over the codes */
    FEW = 4,                             /* fewer queries are faster one by one */
    RANGE = 8192,                        /* rows of one task of a thread */
    DENSE = 256 /* whole bytes are read while more than one in so many rows is kept: the closer bound saves scores */
};

float thaw__score_of(const thaw__index *x, const float c[2], const float *w, int64_t row)
{
    float offset = 0;
    for (int o = 0; o < 2; o++)
        if (x->offset[o]) offset = offset + c[o] * x->offset[o][row];
    return x->rows ? offset + x->kernels->dot(x->stride, x->rows + row * x->stride, w) : offset;
}

/* A query being searched. Threads share its heap: what is kept does not depend on the order of offers. */
typedef struct work {
    const thaw__index *index;
    const thaw__filter *filter;
    thaw__search_query *query;
    atomic_flag *lock;   /* NULL: one thread */
    _Atomic float least; /* the threshold: lower scores are not kept */
    int has_conditions;  /* some rows have sparse scores or do not pass the filter */
} work;

static void lock(work *k)
{
    if (k->lock)
        while (atomic_flag_test_and_set_explicit(k->lock, memory_order_acquire)) {}
}

static void unlock(work *k)
{
    if (k->lock) atomic_flag_clear_explicit(k->lock, memory_order_release);
}

static void begin(work *k, const thaw__index *index, const thaw__filter *filter, thaw__search_query *query,
                  atomic_flag *lock)
{
    k->index = index;
    k->filter = filter;
    k->query = query;
    k->lock = lock;
    k->has_conditions = query->n_sparse_scores || filter->n_exclude || filter->allow_groups || filter->n_hidden;
    atomic_init(&k->least, query->floor);
}

static float least_of(const work *k)
{
    return atomic_load_explicit(&k->least, memory_order_relaxed);
}

/* The threshold for rows from `first` on. With one thread, if all rows kept are lower, a tie with the worst is not
 * enough. */
static float least_from(const work *k, int64_t first)
{
    const thaw__topn *best = &k->query->best;
    const int full = !k->lock && best->n == best->top && thaw__key_item(best->hits[0].item) < first;
    return full ? thaw__key_score(best->hits[0].item + (INT64_C(1) << 32)) : least_of(k); /* the next float */
}

/* Offer the score of a row that passes the filter to the heap. */
static void offer(work *k, int64_t row, float score)
{
    thaw__topn *best = &k->query->best;
    const int64_t key = thaw__topn_key(score, row);
    lock(k);
    if (thaw__topn_accepts(best, key) && (!k->query->admit || k->query->admit(k->query->ctx, row, score))) {
        thaw__topn_push(best, key);
        if (best->n == best->top)
            atomic_store_explicit(&k->least, thaw__key_score(best->hits[0].item), memory_order_relaxed);
    }
    unlock(k);
}

/* The index of the first sparse score of this row or a higher one. */
static int64_t find_sparse_score(const thaw__search_query *s, int64_t row)
{
    int64_t low = 0, high = s->n_sparse_scores;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (s->sparse_scores[middle].row < row) low = middle + 1;
        else high = middle;
    }
    return low;
}

static const thaw__sparse_score *sparse_score_of(const thaw__search_query *s, int64_t row)
{
    const int64_t at = s->n_sparse_scores ? find_sparse_score(s, row) : 0;
    return at < s->n_sparse_scores && s->sparse_scores[at].row == row ? &s->sparse_scores[at] : NULL;
}

/* ---- without codes: the definition ------------------------------------------------------------------------------- */

/* Score a row and offer it; sparse: its sparse score, or NULL. */
static void try_with(work *k, int64_t row, const thaw__sparse_score *sparse)
{
    float score = thaw__score_of(k->index, k->query->c, k->query->w, row);
    if (sparse) score = score + sparse->value;
    if (score >= least_of(k) && thaw__passes(k->filter, row)) offer(k, row, score);
}

static void try_row(work *k, int64_t row)
{
    try_with(k, row, sparse_score_of(k->query, row));
}

static void try_list(work *k, const int64_t *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || rows[i] != rows[i - 1]) try_row(k, rows[i]);
}

/* ---- with codes -------------------------------------------------------------------------------------------------- */

static thaw__coded coded(const thaw__index *x)
{
    return (thaw__coded){.codes = x->codes, .offset = {x->offset[0], x->offset[1]}};
}

/* Score rows with a sparse score before all others: bounds do not include sparse scores. */
static void try_sparse_scores(work *k)
{
    enum { AHEAD = 8 }; /* rows that are prefetched */
    const thaw__search_query *s = k->query;
    for (int64_t i = 0; i < s->n_sparse_scores; i++) {
        const float *next =
            k->index->rows + s->sparse_scores[i + AHEAD < s->n_sparse_scores ? i + AHEAD : i].row * k->index->stride;
        for (int64_t j = 0; j < k->index->stride; j += 16) __builtin_prefetch(next + j);
        try_with(k, s->sparse_scores[i].row, &s->sparse_scores[i]);
    }
}

/* Score the candidates of a scan whose bound still reaches the threshold. */
static void try_candidates(work *k, thaw__candidates *candidates)
{
    for (int64_t i = 0; i < candidates->n; i++) {
        const int64_t row = candidates->rows[i];
        if (candidates->bounds[i] < least_of(k)) continue;
        if (k->has_conditions && (sparse_score_of(k->query, row) || !thaw__passes(k->filter, row))) continue;
        const float score = thaw__score_of(k->index, k->query->c, k->query->w, row);
        if (score >= least_of(k)) offer(k, row, score);
    }
    candidates->n = 0;
}

static void fetch(const thaw__index *x, const thaw__candidates *candidates, int64_t from)
{
    for (int64_t i = from; i < candidates->n; i++)
        for (int64_t j = 0; j < x->stride; j += 16) __builtin_prefetch(x->rows + candidates->rows[i] * x->stride + j);
}

/* The end of the block that begins at `row`: blocks double from one tile to `most` rows, as the threshold rises fastest
 * at first. */
static int64_t block_end(int64_t first, int64_t row, int64_t end, int64_t most)
{
    int64_t rows = (row - first) / THAW__TILE * THAW__TILE;
    rows = rows < THAW__TILE ? THAW__TILE : rows > most ? most : rows;
    return end - row < rows ? end : row + rows;
}

/* Scan and score rows first … end - 1, whole tiles. */
static void scan_range(work *k, const thaw__quantised_query *quantised, int64_t first, int64_t end)
{
    int32_t rows[BLOCK_ONE + PENDING + THAW__CANDIDATES_SPARE];
    float bounds[BLOCK_ONE + PENDING + THAW__CANDIDATES_SPARE];
    thaw__candidates candidates = {0, rows, bounds};
    const thaw__coded table = coded(k->index);
    for (int64_t row = first, next; row < end; row = next) {
        const int64_t before = candidates.n;
        const int whole = row - first < DENSE * k->query->best.top;
        next = block_end(first, row, end, BLOCK_ONE);
        k->index->scans->one(&table, whole, row / THAW__TILE, next / THAW__TILE, quantised, least_from(k, row),
                             &candidates);
        fetch(k->index, &candidates, before);
        if (candidates.n >= PENDING) try_candidates(k, &candidates);
    }
    try_candidates(k, &candidates);
}

static int64_t whole_tiles(const thaw__index *x)
{
    return x->n / THAW__TILE * THAW__TILE;
}

/* Whether scanning codes is faster than scoring every row: not for lists longer than an eighth of the catalogue. */
static int worth_scanning(const thaw__index *x, const thaw__search_query *s)
{
    return x->codes && x->n >= THAW__CODES_LEAST && x->codes->n >= x->n && s->best.top <= x->n / 8;
}

/* ---- one query --------------------------------------------------------------------------------------------------- */

typedef struct ranges {
    work k;
    thaw__quantised_query quantised;
    int coded;
} ranges;

static void search_range(ranges *r, int64_t first, int64_t end)
{
    const int64_t tiles_end = r->coded ? whole_tiles(r->k.index) : 0, middle = end < tiles_end ? end : tiles_end;
    if (first < middle) scan_range(&r->k, &r->quantised, first, middle);
    for (int64_t row = first > middle ? first : middle; row < end; row++)
        if (!r->coded || !sparse_score_of(r->k.query, row)) try_row(&r->k, row);
}

static void range_task(void *arg, int64_t i, int32_t worker)
{
    ranges *r = arg;
    const int64_t n = r->k.index->n, first = i * RANGE;
    (void)worker;
    search_range(r, first, n - first < RANGE ? n : first + RANGE);
}

static thaw_status search_one(const thaw__index *x, thaw__search_query *query, const thaw__filter *filter,
                              const int64_t *allow, int64_t n_allow, const thaw_parallel *parallel)
{
    ranges r;
    atomic_flag flag = ATOMIC_FLAG_INIT;
    const int threads = !allow && x->n > RANGE && thaw__n_workers(parallel) > 1;
    thaw_status st = THAW_OK;
    begin(&r.k, x, filter, query, threads ? &flag : NULL);
    r.coded =
        !allow && worth_scanning(x, query) && thaw__quantised_query_make(&r.quantised, x->codes, query->w, query->c);
    if (r.coded) try_sparse_scores(&r.k);
    if (allow) try_list(&r.k, allow, n_allow);
    else if (threads) st = thaw__parallel_for(parallel, range_task, &r, (x->n + RANGE - 1) / RANGE);
    else search_range(&r, 0, x->n);
    thaw__topn_sort(&query->best);
    return st;
}

/* ---- many queries ------------------------------------------------------------------------------------------------ */

typedef struct batch {
    const thaw__index *index;
    const thaw__filter *filter;
    int64_t n;
    work k[BATCH];
    thaw__quantised_query quantised[BATCH];
} batch;

/* Queries q … q + THAW__QUANTISED_QUERIES - 1 over the rows of a block; those beyond n find nothing. */
static void scan_block(batch *b, int64_t q, int64_t row, int64_t end)
{
    int32_t rows[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__CANDIDATES_SPARE];
    float bounds[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__CANDIDATES_SPARE], least[THAW__QUANTISED_QUERIES];
    thaw__candidates candidates[THAW__QUANTISED_QUERIES];
    const thaw__coded table = coded(b->index);
    for (int i = 0; i < THAW__QUANTISED_QUERIES; i++) {
        candidates[i] = (thaw__candidates){0, rows[i], bounds[i]};
        least[i] = q + i < b->n ? least_from(&b->k[q + i], row) : INFINITY;
    }
    b->index->scans->many(&table, row / THAW__TILE, end / THAW__TILE, b->quantised + q, least, candidates);
    for (int i = 0; i < THAW__QUANTISED_QUERIES && q + i < b->n; i++) {
        if (!candidates[i].n) continue;
        fetch(b->index, &candidates[i], 0);
        try_candidates(&b->k[q + i], &candidates[i]);
    }
}

static void add_query(batch *b, const thaw__quantised_query *quantised, thaw__search_query *query)
{
    begin(&b->k[b->n], b->index, b->filter, query, NULL);
    try_sparse_scores(&b->k[b->n]);
    b->quantised[b->n++] = *quantised;
}

static void scan_batch(batch *b)
{
    const int64_t end = whole_tiles(b->index);
    for (int64_t i = b->n; i % THAW__QUANTISED_QUERIES; i++) b->quantised[i] = b->quantised[b->n - 1];
    for (int64_t slab = 0; slab < end; slab += SLAB)
        for (int64_t q = 0; q < b->n; q += THAW__QUANTISED_QUERIES)
            for (int64_t row = slab, next; row < end && row < slab + SLAB; row = next) {
                next = block_end(0, row, end, BLOCK_MANY);
                scan_block(b, q, row, next);
            }
    for (int64_t i = 0; i < b->n; i++) {
        for (int64_t row = end; row < b->index->n; row++)
            if (!sparse_score_of(b->k[i].query, row)) try_row(&b->k[i], row);
        thaw__topn_sort(&b->k[i].query->best);
    }
}

/* At most BATCH queries, on one thread. */
static void search_batch(const thaw__index *x, thaw__search_query *queries, int64_t n, const thaw__filter *filter)
{
    batch b;
    thaw__quantised_query quantised;
    const thaw_parallel none = {0};
    b.index = x, b.filter = filter, b.n = 0;
    for (int64_t i = 0; i < n; i++) {
        if (worth_scanning(x, &queries[i]) &&
            thaw__quantised_query_make(&quantised, x->codes, queries[i].w, queries[i].c))
            add_query(&b, &quantised, &queries[i]);
        else search_one(x, &queries[i], filter, NULL, 0, &none);
    }
    scan_batch(&b);
}

typedef struct batches {
    const thaw__index *index;
    const thaw__filter *filter;
    thaw__search_query *queries;
    int64_t n, each;
} batches;

static void batch_task(void *arg, int64_t i, int32_t worker)
{
    const batches *b = arg;
    const int64_t first = i * b->each, left = b->n - first;
    (void)worker;
    search_batch(b->index, b->queries + first, left < b->each ? left : b->each, b->filter);
}

/* Queries of one task: whole groups of THAW__QUANTISED_QUERIES, few enough that every thread has a task. */
static int64_t queries_each(int64_t n, int64_t workers)
{
    const int64_t groups = (n + THAW__QUANTISED_QUERIES - 1) / THAW__QUANTISED_QUERIES,
                  each = (groups + workers - 1) / workers;
    return each * THAW__QUANTISED_QUERIES < BATCH ? each * THAW__QUANTISED_QUERIES : BATCH;
}

thaw_status thaw__search(const thaw__index *index, thaw__search_query *queries, int64_t n_queries,
                         const thaw__filter *filter, const int64_t *allow, int64_t n_allow,
                         const thaw_parallel *parallel)
{
    if (n_queries >= FEW && !allow) {
        batches b = {index, filter, queries, n_queries, queries_each(n_queries, thaw__n_workers(parallel))};
        return thaw__parallel_for(parallel, batch_task, &b, (n_queries + b.each - 1) / b.each);
    }
    for (int64_t i = 0; i < n_queries; i++) THAW__TRY(search_one(index, &queries[i], filter, allow, n_allow, parallel));
    return THAW_OK;
}

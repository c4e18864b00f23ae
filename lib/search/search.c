/* SPDX-License-Identifier: Apache-2.0
 * Search by blocks: scan codes, then score the candidates whose bound reaches the threshold. Compiled without fused
 * multiply-add, like the scans: a score and its bound must round their offsets in the same way. */
#include "search.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "status.h"
#include "thread.h"

enum {
    BLOCK = 1024,     /* rows scanned before the threshold is read again, with one query */
    BLOCK_MANY = 256, /* the same with many queries */
    SEED = 2048,      /* rows at most, scanned before the first is scored; */
    SEED_EACH = 64,   /* so many for each hit */
    SEED_BLOCK = 64,  /* successive candidates of these that have LANES groups */
    LANES = 8,
    SEED_STEPS = 12, /* of bisection */
    SLAB = 1024,     /* rows whose codes stay in the L2 cache while all groups of queries are scanned */
    PENDING = 8,     /* candidates that are prefetched before the first is scored */
    BATCH = 8 * THAW__QUANTISED_QUERIES, /* queries that share a pass over the codes */
    FEW = 4,                             /* fewer queries are faster one by one */
    RANGE = 8192                         /* rows of one task of a thread */
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

/* Score a candidate of a scan if its bound still reaches the threshold. */
static void try_candidate(work *k, const thaw__candidates *candidates, int64_t i)
{
    const int64_t row = candidates->rows[i];
    if (candidates->bounds[i] < least_of(k)) return;
    if (k->has_conditions && (sparse_score_of(k->query, row) || !thaw__passes(k->filter, row))) return;
    const float score = thaw__score_of(k->index, k->query->c, k->query->w, row);
    if (score >= least_of(k)) offer(k, row, score);
}

static void try_candidates(work *k, thaw__candidates *candidates)
{
    for (int64_t i = 0; i < candidates->n; i++) try_candidate(k, candidates, i);
    candidates->n = 0;
}

static void fetch(const thaw__index *x, const thaw__candidates *candidates, int64_t from)
{
    for (int64_t i = from; i < candidates->n; i++)
        for (int64_t j = 0; j < x->stride; j += 16) __builtin_prefetch(x->rows + candidates->rows[i] * x->stride + j);
}

/* Candidates i, i + LANES, … of SEED_BLOCK successive ones are a group. Find the largest bound of each: LANES groups of
 * a block. @return whether all bounds are finite */
static int find_largest(const thaw__candidates *c, float *largest)
{
    float odd[LANES] = {0};
    for (int64_t i = c->n; i % SEED_BLOCK; i++) c->bounds[i] = -FLT_MAX;
    for (int64_t i = 0; i < c->n; i += SEED_BLOCK, largest += LANES) {
        for (int l = 0; l < LANES; l++) largest[l] = -FLT_MAX;
        for (const float *b = c->bounds + i, *end = b + SEED_BLOCK; b < end; b += LANES)
            for (int l = 0; l < LANES; l++) {
                largest[l] = b[l] > largest[l] ? b[l] : largest[l];
                odd[l] += b[l] * 0; /* NaN if b is not finite */
            }
    }
    for (int l = 1; l < LANES; l++) odd[0] += odd[l];
    return odd[0] == 0;
}

/* A bound that at least `top` of the groups reach, and few more, by bisection; -INFINITY if there are not enough. */
static float cut_of(const float *largest, int64_t groups, int64_t top)
{
    float low = FLT_MAX, high = -FLT_MAX;
    if (groups < top) return -INFINITY;
    for (int64_t g = 0; g < groups; g++) {
        low = largest[g] < low ? largest[g] : low;
        high = largest[g] > high ? largest[g] : high;
    }
    for (int step = 0; step < SEED_STEPS; step++) {
        const float middle = low + (high - low) / 2;
        int32_t reach = 0;
        for (int64_t g = 0; g < groups; g++) reach += largest[g] >= middle;
        if (reach >= top) low = middle;
        else high = middle;
    }
    return low;
}

/* Move the candidates with bounds of at least `least` to `out`, whose bounds become -INFINITY. */
static void take_largest(const thaw__candidates *c, const float *largest, float least, thaw__candidates *out)
{
    for (int64_t g = 0; g < (c->n + SEED_BLOCK - 1) / SEED_BLOCK * LANES; g++) {
        if (largest[g] < least) continue;
        for (int64_t i = g / LANES * SEED_BLOCK + g % LANES, end = i + SEED_BLOCK; i < end && i < c->n; i += LANES) {
            out->rows[out->n] = c->rows[i];
            out->bounds[out->n] = c->bounds[i];
            const int take = (c->bounds[i] >= least) & (c->bounds[i] > -INFINITY);
            c->bounds[i] = take ? -INFINITY : c->bounds[i];
            out->n += take;
        }
    }
}

/* Scan the first rows and score those with the largest bounds first: then the threshold is nearly that of all of these
 * rows when the others are looked at. */
static void scan_seed(work *k, const thaw__quantised_query *quantised, int64_t first, int64_t end)
{
    int32_t rows[SEED + SEED_BLOCK], best_rows[SEED + 1];
    float bounds[SEED + SEED_BLOCK], best_bounds[SEED + 1], largest[SEED / SEED_BLOCK * LANES];
    thaw__candidates all = {0, rows, bounds}, best = {0, best_rows, best_bounds};
    const thaw__coded table = coded(k->index);
    k->index->scans->one(&table, 1, first / THAW__TILE, end / THAW__TILE, quantised, least_of(k), &all);
    if (find_largest(&all, largest)) {
        const int64_t groups = (all.n + SEED_BLOCK - 1) / SEED_BLOCK * LANES;
        take_largest(&all, largest, cut_of(largest, groups, k->query->best.top), &best);
        fetch(k->index, &best, 0);
        try_candidates(k, &best);
        take_largest(&all, largest, least_of(k), &best);
        try_candidates(k, &best);
    } else try_candidates(k, &all);
}

/* Scan and score rows first … end - 1, whole tiles. */
static void scan_range(work *k, const thaw__quantised_query *quantised, int64_t first, int64_t end)
{
    int32_t rows[BLOCK + PENDING + THAW__CANDIDATES_SPARE];
    float bounds[BLOCK + PENDING + THAW__CANDIDATES_SPARE];
    thaw__candidates candidates = {0, rows, bounds};
    const thaw__coded table = coded(k->index);
    for (int64_t row = first, next; row < end; row = next) {
        const int64_t before = candidates.n;
        const int whole = row < k->index->scans->dense_one * k->query->best.top;
        next = end - row < BLOCK ? end : row + BLOCK;
        k->index->scans->one(&table, whole, row / THAW__TILE, next / THAW__TILE, quantised, least_from(k, row),
                             &candidates);
        fetch(k->index, &candidates, before);
        if (candidates.n >= PENDING) try_candidates(k, &candidates);
    }
    try_candidates(k, &candidates);
}

/* The end of the rows that scan_seed() takes: enough for the list, few enough for the stack. */
static int64_t seed_end(const work *k, int64_t first, int64_t end)
{
    const int64_t rows = k->query->best.top < SEED / SEED_EACH ? SEED_EACH * k->query->best.top : SEED;
    return end - first < rows ? end : first + rows;
}

static void scan_from(work *k, const thaw__quantised_query *quantised, int64_t first, int64_t end)
{
    const int64_t seeded = seed_end(k, first, end);
    scan_seed(k, quantised, first, seeded);
    scan_range(k, quantised, seeded, end);
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
    if (first < middle) scan_from(&r->k, &r->quantised, first, middle);
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

/* Queries q … q + THAW__QUANTISED_QUERIES - 1 over the rows of a block; those beyond n find nothing. Not inlined: its
 * arrays need not be on the stack beside those of scan_seed(). */
__attribute__((noinline)) static void scan_block(batch *b, int64_t q, int64_t row, int64_t end)
{
    int32_t rows[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__CANDIDATES_SPARE];
    float bounds[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__CANDIDATES_SPARE], least[THAW__QUANTISED_QUERIES];
    thaw__candidates candidates[THAW__QUANTISED_QUERIES];
    const thaw__coded table = coded(b->index);
    for (int i = 0; i < THAW__QUANTISED_QUERIES; i++) {
        candidates[i] = (thaw__candidates){0, rows[i], bounds[i]};
        least[i] = q + i < b->n ? least_from(&b->k[q + i], row) : INFINITY;
    }
    const int whole = row < b->index->scans->dense_many * b->k[q].query->best.top;
    b->index->scans->many(&table, whole, row / THAW__TILE, end / THAW__TILE, b->quantised + q, least, candidates);
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
    const int64_t seeded = b->n ? seed_end(&b->k[0], 0, end) : end;
    for (int64_t i = 0; i < b->n; i++) scan_seed(&b->k[i], &b->quantised[i], 0, seeded);
    for (int64_t slab = seeded; slab < end; slab += SLAB)
        for (int64_t q = 0; q < b->n; q += THAW__QUANTISED_QUERIES)
            for (int64_t row = slab, next; row < end && row < slab + SLAB; row = next) {
                next = end - row < BLOCK_MANY ? end : row + BLOCK_MANY;
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

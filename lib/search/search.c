/* SPDX-License-Identifier: Apache-2.0
 * Compiled without fused multiply-add, like the scans: a score and its bound must round their offsets alike. */
#include "search.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "status.h"
#include "thread.h"

enum {
    BLOCK_ONE = 1024,   /* rows scanned before the threshold is read again: one question, */
    BLOCK_MANY = 256,   /* many; */
    SLAB = 1024,        /* whose codes stay in L2 while groups of questions pass, and a group's lists in L1 meanwhile */
    PENDING = 8,        /* rows whose numbers are on their way from memory before the first is scored */
    BATCH = 8 * THAW__QUANTISED_QUERIES, /* questions that share a pass over the codes */
    FEW = 4,            /* so many questions are slower together than one by one */
    RANGE = 8192,       /* rows of a thread's piece of work */
    DENSE = 256         /* whole bytes are read while one of so many rows is kept: a closer bound saves more than it costs */
};

float thaw__score_of(const thaw__index *x, const float c[2], const float *w, int64_t row)
{
    float offset = 0;
    for (int o = 0; o < 2; o++)
        if (x->offset[o]) offset = offset + c[o] * x->offset[o][row];
    return x->rows ? offset + x->kernels->dot(x->stride, x->rows + row * x->stride, w) : offset;
}

/* A question at work. Threads share its heap: what is kept does not depend on the order of arrival. */
typedef struct work {
    const thaw__index *index;
    const thaw__filter *filter;
    thaw__search_query *seek;
    atomic_flag *lock;     /* NULL: one thread */
    _Atomic float least;   /* scores below are not wanted any more */
    int picky;             /* rows have additions or must pass the filter */
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

static void begin(work *k, const thaw__index *index, const thaw__filter *filter, thaw__search_query *seek, atomic_flag *lock)
{
    k->index = index;
    k->filter = filter;
    k->seek = seek;
    k->lock = lock;
    k->picky = seek->n_extras || filter->n_exclude || filter->allow_groups;
    atomic_init(&k->least, seek->floor);
}

static float least_of(const work *k)
{
    return atomic_load_explicit(&k->least, memory_order_relaxed);
}

/* The least score that rows from `first` on need. Those come after all that one thread has kept: a tie is not enough. */
static float least_from(const work *k, int64_t first)
{
    const thaw__topn *best = &k->seek->best;
    const int full = !k->lock && best->n == best->top && thaw__key_item(best->hits[0].item) < first;
    return full ? thaw__key_score(best->hits[0].item + (INT64_C(1) << 32)) : least_of(k); /* the next float */
}

/* One more score of a row that passes the filter. */
static void offer(work *k, int64_t row, float score)
{
    thaw__topn *best = &k->seek->best;
    const int64_t key = thaw__topn_key(score, row);
    lock(k);
    if (thaw__topn_wants(best, key) && (!k->seek->admit || k->seek->admit(k->seek->ctx, row, score))) {
        thaw__topn_push(best, key);
        if (best->n == best->top)
            atomic_store_explicit(&k->least, thaw__key_score(best->hits[0].item), memory_order_relaxed);
    }
    unlock(k);
}

/* The place of a row among the extras, or of the first after it. */
static int64_t find_extra(const thaw__search_query *s, int64_t row)
{
    int64_t low = 0, high = s->n_extras;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (s->extras[middle].row < row) low = middle + 1;
        else high = middle;
    }
    return low;
}

static const thaw__sparse_score *extra_of(const thaw__search_query *s, int64_t row)
{
    const int64_t at = s->n_extras ? find_extra(s, row) : 0;
    return at < s->n_extras && s->extras[at].row == row ? &s->extras[at] : NULL;
}

/* ------------------------------------------------------------------------------------- without codes: the definition */

/* extra: of the row, or NULL. */
static void try_with(work *k, int64_t row, const thaw__sparse_score *extra)
{
    float score = thaw__score_of(k->index, k->seek->c, k->seek->w, row);
    if (extra) score = score + extra->addition;
    if (score >= least_of(k) && thaw__passes(k->filter, row)) offer(k, row, score);
}

static void try_row(work *k, int64_t row)
{
    try_with(k, row, extra_of(k->seek, row));
}

static void try_list(work *k, const int64_t *rows, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (i == 0 || rows[i] != rows[i - 1]) try_row(k, rows[i]);
}

/* ------------------------------------------------------------------------------------------------------- with codes */

static thaw__coded coded(const thaw__index *x)
{
    return (thaw__coded){.codes = x->codes, .offset = {x->offset[0], x->offset[1]}};
}

/* Rows that have an addition are scored before all others: their bounds know nothing of it. */
static void try_extras(work *k)
{
    enum { AHEAD = 8 }; /* rows whose numbers are on their way */
    const thaw__search_query *s = k->seek;
    for (int64_t i = 0; i < s->n_extras; i++) {
        const float *next = k->index->rows + s->extras[i + AHEAD < s->n_extras ? i + AHEAD : i].row * k->index->stride;
        for (int64_t j = 0; j < k->index->stride; j += 16) __builtin_prefetch(next + j);
        try_with(k, s->extras[i].row, &s->extras[i]);
    }
}

/* Score what a scan found and is still wanted. */
static void try_finds(work *k, thaw__finds *finds)
{
    for (int64_t i = 0; i < finds->n; i++) {
        const int64_t row = finds->rows[i];
        if (finds->bounds[i] < least_of(k)) continue;
        if (k->picky && (extra_of(k->seek, row) || !thaw__passes(k->filter, row))) continue;
        const float score = thaw__score_of(k->index, k->seek->c, k->seek->w, row);
        if (score >= least_of(k)) offer(k, row, score);
    }
    finds->n = 0;
}

static void fetch(const thaw__index *x, const thaw__finds *finds, int64_t from)
{
    for (int64_t i = from; i < finds->n; i++)
        for (int64_t j = 0; j < x->stride; j += 16) __builtin_prefetch(x->rows + finds->rows[i] * x->stride + j);
}

/* Rows to look at from `row` on before the threshold is read again: as many as were seen, as it rises fastest in the beginning. */
static int64_t block_end(int64_t first, int64_t row, int64_t end, int64_t most)
{
    int64_t rows = (row - first) / THAW__TILE * THAW__TILE;
    rows = rows < THAW__TILE ? THAW__TILE : rows > most ? most : rows;
    return end - row < rows ? end : row + rows;
}

/* Rows first … end - 1, whole tiles. */
static void scan_range(work *k, const thaw__quantised_query *probe, int64_t first, int64_t end)
{
    int32_t rows[BLOCK_ONE + PENDING + THAW__FINDS_SPARE];
    float bounds[BLOCK_ONE + PENDING + THAW__FINDS_SPARE];
    thaw__finds finds = {0, rows, bounds};
    const thaw__coded table = coded(k->index);
    for (int64_t row = first, next; row < end; row = next) {
        const int64_t before = finds.n;
        const int whole = row - first < DENSE * k->seek->best.top;
        next = block_end(first, row, end, BLOCK_ONE);
        k->index->scans->one(&table, whole, row / THAW__TILE, next / THAW__TILE, probe, least_from(k, row), &finds);
        fetch(k->index, &finds, before);
        if (finds.n >= PENDING) try_finds(k, &finds);
    }
    try_finds(k, &finds);
}

static int64_t whole_tiles(const thaw__index *x)
{
    return x->n / THAW__TILE * THAW__TILE;
}

/* Whether codes are there and spare anything: a list of much of the catalogue needs most scores anyway. */
static int worth_scanning(const thaw__index *x, const thaw__search_query *s)
{
    return x->codes && x->n >= THAW__CODES_LEAST && x->codes->n >= x->n && s->best.top <= x->n / 8;
}

/* ---------------------------------------------------------------------------------------------------- one question */

typedef struct ranges {
    work k;
    thaw__quantised_query probe;
    int coded;
} ranges;

static void search_range(ranges *r, int64_t first, int64_t end)
{
    const int64_t tiles_end = r->coded ? whole_tiles(r->k.index) : 0, middle = end < tiles_end ? end : tiles_end;
    if (first < middle) scan_range(&r->k, &r->probe, first, middle);
    for (int64_t row = first > middle ? first : middle; row < end; row++)
        if (!r->coded || !extra_of(r->k.seek, row)) try_row(&r->k, row);
}

static void range_task(void *arg, int64_t i, int32_t worker)
{
    ranges *r = arg;
    const int64_t n = r->k.index->n, first = i * RANGE;
    (void)worker;
    search_range(r, first, n - first < RANGE ? n : first + RANGE);
}

static thaw_status search_one(const thaw__index *x, thaw__search_query *seek, const thaw__filter *filter, const int64_t *allow,
                              int64_t n_allow, const thaw_parallel *parallel)
{
    ranges r;
    atomic_flag flag = ATOMIC_FLAG_INIT;
    const int threads = !allow && x->n > RANGE && thaw__n_workers(parallel) > 1;
    thaw_status st = THAW_OK;
    begin(&r.k, x, filter, seek, threads ? &flag : NULL);
    r.coded = !allow && worth_scanning(x, seek) && thaw__quantised_query_make(&r.probe, x->codes, seek->w, seek->c);
    if (r.coded) try_extras(&r.k);
    if (allow) try_list(&r.k, allow, n_allow);
    else if (threads) st = thaw__parallel_for(parallel, range_task, &r, (x->n + RANGE - 1) / RANGE);
    else search_range(&r, 0, x->n);
    thaw__topn_sort(&seek->best);
    return st;
}

/* --------------------------------------------------------------------------------------------------- many questions */

typedef struct batch {
    const thaw__index *index;
    const thaw__filter *filter;
    int64_t n;
    work k[BATCH];
    thaw__quantised_query probes[BATCH];
} batch;

/* Questions q … q + THAW__QUANTISED_QUERIES - 1 over the rows of a block; places beyond n find nothing. */
static void scan_block(batch *b, int64_t q, int64_t row, int64_t end)
{
    int32_t rows[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__FINDS_SPARE];
    float bounds[THAW__QUANTISED_QUERIES][BLOCK_MANY + THAW__FINDS_SPARE], least[THAW__QUANTISED_QUERIES];
    thaw__finds finds[THAW__QUANTISED_QUERIES];
    const thaw__coded table = coded(b->index);
    for (int i = 0; i < THAW__QUANTISED_QUERIES; i++) {
        finds[i] = (thaw__finds){0, rows[i], bounds[i]};
        least[i] = q + i < b->n ? least_from(&b->k[q + i], row) : INFINITY;
    }
    b->index->scans->many(&table, row / THAW__TILE, end / THAW__TILE, b->probes + q, least, finds);
    for (int i = 0; i < THAW__QUANTISED_QUERIES && q + i < b->n; i++) {
        if (!finds[i].n) continue;
        fetch(b->index, &finds[i], 0);
        try_finds(&b->k[q + i], &finds[i]);
    }
}

static void add_question(batch *b, const thaw__quantised_query *probe, thaw__search_query *seek)
{
    begin(&b->k[b->n], b->index, b->filter, seek, NULL);
    try_extras(&b->k[b->n]);
    b->probes[b->n++] = *probe;
}

static void scan_batch(batch *b)
{
    const int64_t end = whole_tiles(b->index);
    for (int64_t i = b->n; i % THAW__QUANTISED_QUERIES; i++) b->probes[i] = b->probes[b->n - 1];
    for (int64_t slab = 0; slab < end; slab += SLAB)
        for (int64_t q = 0; q < b->n; q += THAW__QUANTISED_QUERIES)
            for (int64_t row = slab, next; row < end && row < slab + SLAB; row = next) {
                next = block_end(0, row, end, BLOCK_MANY);
                scan_block(b, q, row, next);
            }
    for (int64_t i = 0; i < b->n; i++) {
        for (int64_t row = end; row < b->index->n; row++)
            if (!extra_of(b->k[i].seek, row)) try_row(&b->k[i], row);
        thaw__topn_sort(&b->k[i].seek->best);
    }
}

/* At most BATCH questions, on one thread. */
static void search_batch(const thaw__index *x, thaw__search_query *seeks, int64_t n, const thaw__filter *filter)
{
    batch b;
    thaw__quantised_query probe;
    const thaw_parallel none = {0};
    b.index = x, b.filter = filter, b.n = 0;
    for (int64_t i = 0; i < n; i++) {
        if (worth_scanning(x, &seeks[i]) && thaw__quantised_query_make(&probe, x->codes, seeks[i].w, seeks[i].c))
            add_question(&b, &probe, &seeks[i]);
        else
            search_one(x, &seeks[i], filter, NULL, 0, &none);
    }
    scan_batch(&b);
}

typedef struct batches {
    const thaw__index *index;
    const thaw__filter *filter;
    thaw__search_query *seeks;
    int64_t n, each;
} batches;

static void batch_task(void *arg, int64_t i, int32_t worker)
{
    const batches *b = arg;
    const int64_t first = i * b->each, left = b->n - first;
    (void)worker;
    search_batch(b->index, b->seeks + first, left < b->each ? left : b->each, b->filter);
}

/* Threads share out the questions: whole groups each, and all threads something as far as that goes. */
static int64_t questions_each(int64_t n, int64_t workers)
{
    const int64_t groups = (n + THAW__QUANTISED_QUERIES - 1) / THAW__QUANTISED_QUERIES, each = (groups + workers - 1) / workers;
    return each * THAW__QUANTISED_QUERIES < BATCH ? each * THAW__QUANTISED_QUERIES : BATCH;
}

thaw_status thaw__search(const thaw__index *index, thaw__search_query *seeks, int64_t n_seeks, const thaw__filter *filter,
                         const int64_t *allow, int64_t n_allow, const thaw_parallel *parallel)
{
    if (n_seeks >= FEW && !allow) {
        batches b = {index, filter, seeks, n_seeks, questions_each(n_seeks, thaw__n_workers(parallel))};
        return thaw__parallel_for(parallel, batch_task, &b, (n_seeks + b.each - 1) / b.each);
    }
    for (int64_t i = 0; i < n_seeks; i++) THAW__TRY(search_one(index, &seeks[i], filter, allow, n_allow, parallel));
    return THAW_OK;
}

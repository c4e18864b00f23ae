/* SPDX-License-Identifier: Apache-2.0 */
#include "edge_codes.h"

#include <string.h>

#include "rng.h"
#include "status.h"

enum { DROPPED = 12, LOWEST = 96 << 11, CODES = 1 << 16 }; /* bits; the code of 2^-31 before LOWEST is subtracted */
enum { BOTH = 2 };                                         /* its column */

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return x > 0 ? bits : 0;
}

static float float_of(uint32_t code)
{
    const uint32_t bits = code ? (code + LOWEST) << DROPPED : 0;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The code of x after `up` [0, 2^12) is added to its bits: 2^11 rounds to the nearest. 0: no code, or x is 0. */
static uint32_t code_of(float x, uint32_t up)
{
    const int64_t code = (int64_t)((bits_of(x) + up) >> DROPPED) - LOWEST;
    return code <= 0 ? 0 : code < CODES ? (uint32_t)code : CODES - 1;
}

static const uint32_t nearest = 1 << (DROPPED - 1);

static float number_of(const thaw__edge *e, int column)
{
    const float x[THAW__EDGE_NUMBERS] = {e->after, e->before, e->both, e->similar_cooccurrence, e->content_similarity};
    return x[column];
}

static void set_number(thaw__edge *e, int column, float x)
{
    float *const at[THAW__EDGE_NUMBERS] = {&e->after, &e->before, &e->both, &e->similar_cooccurrence,
                                           &e->content_similarity};
    *at[column] = x;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

typedef struct writer {
    uint8_t *bytes;
    size_t n, room;
} writer;

/* Most bytes of a row. */
enum { MOST_OF_COLUMN = THAW__NEIGHBOURS / 8 + 2 * THAW__NEIGHBOURS };
enum { MOST_OF_ROW = 2 + 5 * THAW__NEIGHBOURS + THAW__EDGE_NUMBERS * MOST_OF_COLUMN };

static void put_varint(writer *w, uint32_t x)
{
    for (; x >= 128; x >>= 7) w->bytes[w->n++] = (uint8_t)(x | 128);
    w->bytes[w->n++] = (uint8_t)x;
}

/* Whether a row needs a column: both is left out if it is the sum, another column if it is 0. */
static int has_column(const thaw__neighbour *x, int32_t n, int column)
{
    for (int32_t k = 0; k < n; k++) {
        const thaw__edge *e = &x[k].edge;
        if (column == BOTH ? e->both != e->after + e->before : code_of(number_of(e, column), nearest) != 0) return 1;
    }
    return 0;
}

static void put_column(writer *w, const thaw__neighbour *x, int32_t n, int column)
{
    uint8_t *bitmap = w->bytes + w->n;
    memset(bitmap, 0, (size_t)(n + 7) / 8);
    w->n += (size_t)(n + 7) / 8;
    for (int32_t k = 0; k < n; k++) {
        const uint32_t code = code_of(number_of(&x[k].edge, column), nearest);
        if (!code) continue;
        bitmap[k / 8] = (uint8_t)(bitmap[k / 8] | 1 << k % 8);
        w->bytes[w->n++] = (uint8_t)code;
        w->bytes[w->n++] = (uint8_t)(code >> 8);
    }
}

/* Append a row; there is room for MOST_OF_ROW bytes. */
static void put_row(writer *w, const thaw__neighbour *x, int32_t n)
{
    int columns = 0;
    w->bytes[w->n++] = (uint8_t)n;
    if (!n) return;
    for (int32_t k = 0, next = 0; k < n; next = x[k++].item + 1) put_varint(w, (uint32_t)(x[k].item - next));
    for (int c = 0; c < THAW__EDGE_NUMBERS; c++) columns |= has_column(x, n, c) << c;
    w->bytes[w->n++] = (uint8_t)columns;
    for (int c = 0; c < THAW__EDGE_NUMBERS; c++)
        if (columns >> c & 1) put_column(w, x, n, c);
}

/* The neighbours of an item; returns how many. */
static int32_t row_of(thaw__neighbour *x, const thaw__item_graph *graph, int64_t start, int64_t end)
{
    for (int64_t k = start; k < end; k++) x[k - start] = (thaw__neighbour){graph->item[k], graph->edge[k]};
    return (int32_t)(end - start);
}

thaw_status thaw__edge_codes_write(uint8_t **out, int64_t *size, const thaw__item_graph *graph, int64_t items,
                                   const thaw_allocator *a)
{
    thaw__neighbour row[THAW__NEIGHBOURS];
    writer w = {0};
    for (int64_t i = 0; i < items; i++) {
        const thaw_status st = thaw__grow(a, &w.bytes, &w.room, w.n, w.n + MOST_OF_ROW, 1);
        if (st == THAW_OK) put_row(&w, row, row_of(row, graph, graph->start[i], graph->start[i + 1]));
        else thaw__free(a, w.bytes);
        THAW__TRY(st);
    }
    *out = w.bytes;
    *size = (int64_t)w.n;
    return THAW_OK;
}

/* ---- fitting ----------------------------------------------------------------------------------------------------- */

/* Numbers of an edge, rounded with random numbers from the counter `first` on. */
static void round_edge(thaw__edge *e, int additive, uint64_t seed, uint64_t first)
{
    for (int c = 0; c < THAW__EDGE_NUMBERS; c++) {
        if (!(number_of(e, c) > 0) || (additive && c == BOTH)) continue;
        const double u = thaw__rng_uniform(seed, THAW__RNG_ROUND, first + (uint64_t)c);
        set_number(e, c, float_of(code_of(number_of(e, c), (uint32_t)(u * (1 << DROPPED)))));
    }
    if (additive) e->both = e->after + e->before;
}

static int32_t bytes_of(const thaw__neighbour *x, int32_t n)
{
    uint8_t bytes[MOST_OF_ROW];
    writer w = {.bytes = bytes};
    put_row(&w, x, n);
    return (int32_t)w.n;
}

/* Drop the weakest neighbours until the row needs at most `limit` bytes; returns how many are left. */
static int32_t trim(thaw__neighbour *x, int32_t n, int32_t limit)
{
    for (int32_t bytes; (bytes = bytes_of(x, n)) > limit;) {
        const int32_t part = n * limit / bytes;
        n = thaw__neighbours_select(x, n, part < n ? part : n - 1);
    }
    return n;
}

static void round_all(thaw__item_graph *graph, int64_t items, int additive, uint64_t seed)
{
    for (int64_t k = 0; k < graph->start[items]; k++)
        round_edge(&graph->edge[k], additive, seed, (uint64_t)k * THAW__EDGE_NUMBERS);
}

/* The largest limit such that the rows, each cut to it, have `room` in all. count [MOST_OF_ROW + 1] are
 * rows by their bytes; those above a limit add one byte each when it grows by one. */
static int32_t find_limit(const int64_t *count, int64_t items, int64_t room)
{
    int64_t left = room, above = items;
    int32_t limit = 0;
    for (; limit < MOST_OF_ROW; limit++) {
        above -= count[limit];
        if (above > left) break;
        left -= above;
    }
    return limit;
}

void thaw__edge_codes_fit(thaw__item_graph *graph, int64_t items, int64_t room, int additive, uint64_t seed)
{
    thaw__neighbour row[THAW__NEIGHBOURS];
    int64_t count[MOST_OF_ROW + 1] = {0}, used = 0, start = 0;
    round_all(graph, items, additive, seed);
    for (int64_t i = 0; i < items; i++)
        count[bytes_of(row, row_of(row, graph, graph->start[i], graph->start[i + 1]))]++;
    const int32_t limit = find_limit(count, items, room);
    for (int64_t i = 0; i < items; i++) {
        const int64_t end = graph->start[i + 1];
        const int32_t n = trim(row, row_of(row, graph, start, end), limit);
        for (int32_t k = 0; k < n; k++, used++) {
            graph->item[used] = row[k].item;
            graph->edge[used] = row[k].edge;
        }
        graph->start[i + 1] = used;
        start = end;
    }
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Bytes that are left, and whether more were asked for. */
typedef struct reader {
    const uint8_t *at, *end;
    int failed;
} reader;

static uint32_t get_byte(reader *r)
{
    if (r->at < r->end) return *r->at++;
    r->failed = 1;
    return 0;
}

static int64_t get_varint(reader *r)
{
    int64_t x = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        const uint32_t byte = get_byte(r);
        x |= (int64_t)(byte & 127) << shift;
        if (byte < 128) return x;
    }
    r->failed = 1;
    return 0;
}

static void get_column(reader *r, thaw__neighbour *x, int32_t n, int column)
{
    uint32_t bitmap[THAW__NEIGHBOURS / 8];
    for (int32_t k = 0; k < (n + 7) / 8; k++) bitmap[k] = get_byte(r);
    for (int32_t k = 0; k < n; k++) {
        if (!(bitmap[k / 8] >> k % 8 & 1)) continue;
        const uint32_t low = get_byte(r);
        set_number(&x[k].edge, column, float_of(low | get_byte(r) << 8));
    }
}

/* The next row; returns its length. */
static int32_t get_row(reader *r, thaw__neighbour *x, int64_t items)
{
    const int32_t n = (int32_t)get_byte(r);
    int64_t next = 0;
    if (n > THAW__NEIGHBOURS) r->failed = 1;
    if (r->failed || !n) return 0;
    for (int32_t k = 0; k < n; k++) {
        next += get_varint(r);
        if (next >= items) r->failed = 1;
        x[k] = (thaw__neighbour){.item = r->failed ? 0 : (int32_t)next++};
    }
    const uint32_t columns = get_byte(r);
    if (columns >> THAW__EDGE_NUMBERS) r->failed = 1;
    for (int c = 0; c < THAW__EDGE_NUMBERS; c++)
        if (columns >> c & 1) get_column(r, x, n, c);
    for (int32_t k = 0; k < n && !(columns >> BOTH & 1); k++) x[k].edge.both = x[k].edge.after + x[k].edge.before;
    return n;
}

thaw_status thaw__edge_codes_read(thaw__item_graph *out, const uint8_t *bytes, int64_t size, int64_t items,
                                  const thaw_allocator *a)
{
    thaw__neighbour row[THAW__NEIGHBOURS];
    reader r = {bytes, bytes + size, 0};
    THAW__TRY(thaw__item_graph_create(out, items, a));
    thaw_status st = THAW_OK;
    for (int64_t i = 0; i < items && st == THAW_OK && !r.failed; i++) {
        const int32_t n = get_row(&r, row, items);
        if (!r.failed) st = thaw__item_graph_append(out, i, row, n, a);
    }
    if (st == THAW_OK && (r.failed || r.at < r.end))
        st = thaw__fail(THAW_E_FORMAT, "not a valid thaw model: the edges of the items are damaged");
    if (st != THAW_OK) thaw__item_graph_free(out, a);
    return st;
}

/* SPDX-License-Identifier: Apache-2.0
 * Guarantees of scans: no score is above its bound, and every row with a score of at least `least` is found. */
#include "failing_alloc.h"
#include "run_suite.h"
#include "tables.h"

enum { ROWS = 271, TILES = ROWS / THAW__TILE, MOST = TILES * THAW__TILE };

/* Run one scan: bounds of all rows of complete tiles; returns the number of rows found. */
static void scan_all(const thaw__scans *scans, const thaw__coded *coded, int way, const thaw__quantised_query *probe,
                     float least, float *bounds, char *found)
{
    static int32_t rows[THAW__QUANTISED_QUERIES][MOST + THAW__CANDIDATES_SPARE];
    static float most[THAW__QUANTISED_QUERIES][MOST + THAW__CANDIDATES_SPARE];
    static thaw__quantised_query probes[THAW__QUANTISED_QUERIES];
    float leasts[THAW__QUANTISED_QUERIES];
    thaw__candidates finds[THAW__QUANTISED_QUERIES];
    for (int q = 0; q < THAW__QUANTISED_QUERIES; q++) {
        finds[q] = (thaw__candidates){0, rows[q], most[q]};
        probes[q] = *probe;
        leasts[q] = q == 3 ? least : INFINITY; /* one query finds rows, the others do not */
    }
    const thaw__candidates *out = &finds[way >= 2 ? 3 : 0];
    if (way >= 2) scans->many(coded, way == 3, 0, TILES, probes, leasts, finds);
    else scans->one(coded, way, 0, TILES, probe, least, &finds[0]);
    memset(found, 0, MOST);
    for (int64_t i = 0; i < out->n; i++) {
        if (out->rows[i] < 0 || out->rows[i] >= MOST || found[out->rows[i]]) ck_abort_msg("row %d", out->rows[i]);
        found[out->rows[i]] = 1;
        bounds[out->rows[i]] = out->bounds[i];
    }
}

static void check_query_of(const table *t, const thaw__index *index, int offsets, int query)
{
    const float c[2] = {1, 0.3f};
    float bounds[MOST], scores[MOST], *w = make_query(t, query, 5);
    char found[MOST];
    thaw__quantised_query probe;
    const thaw__coded coded = {&t->codes, {offsets > 0 ? t->offset[0] : NULL, offsets > 1 ? t->offset[1] : NULL}};
    if (!thaw__quantised_query_make(&probe, &t->codes, w, c)) {
        free(w);
        return;
    }
    for (int64_t i = 0; i < MOST; i++) scores[i] = thaw__score_of(index, c, w, i);
    for (int way = 0; way < 4; way++) {
        scan_all(index->scans, &coded, way, &probe, -INFINITY, bounds, found);
        for (int64_t i = 0; i < MOST; i++)
            if (!found[i] || bounds[i] < scores[i])
                ck_abort_msg("kind %d, query %d, way %d, row %d: %.9g above %.9g", t->kind, query, way, (int)i,
                             (double)scores[i], (double)bounds[i]);
        scan_all(index->scans, &coded, way, &probe, scores[MOST / 3], bounds, found);
        for (int64_t i = 0; i < MOST; i++)
            if (!found[i]) ck_assert(scores[i] < scores[MOST / 3]);
    }
    free(w);
}

static void check_table(int kind, int32_t d, const char *scans)
{
    table t = make_table(kind, ROWS, d, 40 + (uint64_t)kind);
    for (int k = d == 64 ? 0 : N_VARIANTS - 1; k < N_VARIANTS; k++) {
        if (!thaw__kernels_named(kernels_names[k])) continue;
        for (int offsets = 0; offsets < 3; offsets += 2) {
            const thaw__index index = index_over(&t, kernels_names[k], scans, offsets);
            for (int query = 0; query < N_QUERIES; query++) check_query_of(&t, &index, offsets, query);
        }
    }
    free_table(&t);
}

START_TEST(no_score_is_above_its_bound)
{
    static const int32_t ds[] = {1, 16, 19, 64, 250};
    const char *scans = scans_names[_i / N_KINDS];
    if (!thaw__scans_named(scans)) return;
    for (int k = 0; k < 5; k++) check_table(_i % N_KINDS, ds[k], scans);
}
END_TEST

/* The error of codes of 64 normal coordinates relative to the norm. The speed of the scan depends on it. */
START_TEST(codes_have_a_small_error)
{
    table t = make_table(SHIFTED, 1000, 64, 1);
    float *w = make_query(&t, PLAIN, 1);
    const float c[2] = {0};
    thaw__quantised_query probe;
    ck_assert(thaw__quantised_query_make(&probe, &t.codes, w, c));
    for (int fine = 0; fine < 2; fine++) {
        const uint8_t *plane = fine ? t.codes.fine : t.codes.coarse;
        double mean = 0;
        for (int i = 0; i < 992; i++) {
            uint32_t numbers;
            float error;
            memcpy(&numbers, plane + i / 16 * thaw__tile_bytes(64) + i % 16 * 4, 4);
            numbers <<= 16;
            memcpy(&error, &numbers, 4);
            mean += (double)error / 8 / 992; /* of a norm of about 8 */
        }
        ck_assert_double_lt(mean, fine ? 0.019 : 0.119);
    }
    free(w);
    free_table(&t);
}
END_TEST

START_TEST(queries_that_may_overflow_are_not_quantised)
{
    table t = make_table(OVERFLOWING, ROWS, 16, 1);
    float *w = make_query(&t, PLAIN, 1);
    const float c[2] = {0};
    thaw__quantised_query probe;
    ck_assert(!thaw__quantised_query_make(&probe, &t.codes, w, c));
    free(w);
    free_table(&t);
}
END_TEST

START_TEST(small_tables_have_no_codes)
{
    thaw__codes codes = {0};
    const thaw_allocator a = thaw__allocator(NULL);
    ck_assert_int_eq(thaw__codes_reserve(&codes, THAW__CODES_LEAST - 1, 16, 16, &a), THAW_OK);
    ck_assert(codes.n == 0 && !codes.coarse);
    thaw__codes_make(&codes, NULL, 0);
    thaw__codes_free(&codes, &a);
}
END_TEST

START_TEST(a_failed_allocation_leaves_the_codes_unchanged)
{
    failing_alloc f;
    thaw__codes codes = {0};
    failing_alloc_init(&f, 0);
    ck_assert_int_eq(thaw__codes_reserve(&codes, 300, 16, 16, &f.allocator), THAW_OK);
    const uint8_t *before = codes.coarse;
    for (long k = 1; k <= 2; k++) {
        f.requests = 0, f.refuse = k;
        ck_assert_int_eq(thaw__codes_reserve(&codes, 900, 16, 16, &f.allocator), THAW_E_NOMEM);
        ck_assert(codes.n == 300 && codes.coarse == before);
    }
    thaw__codes_free(&codes, &f.allocator);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search");
    TCase *tc = tcase_create("scan");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, no_score_is_above_its_bound, 0, N_VARIANTS * N_KINDS);
    tcase_add_test(tc, codes_have_a_small_error);
    tcase_add_test(tc, queries_that_may_overflow_are_not_quantised);
    tcase_add_test(tc, small_tables_have_no_codes);
    tcase_add_test(tc, a_failed_allocation_leaves_the_codes_unchanged);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

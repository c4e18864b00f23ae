/* SPDX-License-Identifier: Apache-2.0 */
#include "sparse.h"

#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"

enum { ROWS = 4, COLUMNS = 5 };

static failing_alloc f;

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

static const float pattern[ROWS][COLUMNS] = {{0, 1, 0, 2, 0}, {0, 0, 0, 0, 0}, {3, 0, 0, 0, 4}, {0, 5, 6, 7, 0}};

/* Rows first … end - 1 of the pattern. */
static thaw__sparse rows_of(int first, int end)
{
    static const thaw__sparse empty;
    thaw__sparse m = empty;
    m.n = end - first;
    m.start = thaw__alloc0(&f.allocator, (size_t)m.n + 1, sizeof *m.start);
    m.column = thaw__alloc(&f.allocator, ROWS * COLUMNS, sizeof *m.column);
    m.value = thaw__alloc(&f.allocator, ROWS * COLUMNS, sizeof *m.value);
    for (int r = first, at = 0; r < end; r++) {
        for (int c = 0; c < COLUMNS; c++) {
            if (pattern[r][c] == 0) continue;
            m.column[at] = c;
            m.value[at++] = pattern[r][c];
        }
        m.start[r - first + 1] = at;
    }
    return m;
}

static void fill(const thaw__sparse *m, float *dense, int64_t columns)
{
    memset(dense, 0, (size_t)(m->n * columns) * sizeof *dense);
    for (int64_t r = 0; r < m->n; r++)
        for (int64_t k = m->start[r]; k < m->start[r + 1]; k++) dense[r * columns + m->column[k]] += m->value[k];
}

START_TEST(appended_rows_come_last)
{
    float dense[ROWS * COLUMNS];
    thaw__sparse a = rows_of(0, _i), b = rows_of(_i, ROWS);
    ck_assert_int_eq(thaw__sparse_append(&a, &b, &f.allocator), THAW_OK);
    ck_assert_int_eq(a.n, ROWS);
    fill(&a, dense, COLUMNS);
    ck_assert_mem_eq(dense, pattern, sizeof dense);
    thaw__sparse_free(&a, &f.allocator);
    thaw__sparse_free(&b, &f.allocator);
}
END_TEST

START_TEST(rows_can_be_appended_to_an_empty_matrix)
{
    thaw__sparse nothing = {0}, b = rows_of(0, ROWS);
    ck_assert_int_eq(thaw__sparse_append(&nothing, &b, &f.allocator), THAW_OK);
    ck_assert_int_eq(nothing.n, ROWS);
    thaw__sparse_free(&nothing, &f.allocator);
    thaw__sparse_free(&b, &f.allocator);
}
END_TEST

START_TEST(a_failed_append_leaves_the_rows_unchanged)
{
    float dense[2 * COLUMNS];
    thaw__sparse a = rows_of(0, 2), b = rows_of(2, ROWS);
    f.refuse = f.requests + _i;
    ck_assert_int_eq(thaw__sparse_append(&a, &b, &f.allocator), THAW_E_NOMEM);
    ck_assert_int_eq(a.n, 2);
    fill(&a, dense, COLUMNS);
    ck_assert_mem_eq(dense, pattern, sizeof dense);
    thaw__sparse_free(&a, &f.allocator);
    thaw__sparse_free(&b, &f.allocator);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tc = tcase_create("sparse");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, appended_rows_come_last, 0, ROWS + 1);
    tcase_add_test(tc, rows_can_be_appended_to_an_empty_matrix);
    tcase_add_loop_test(tc, a_failed_append_leaves_the_rows_unchanged, 1, 4);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0
 * Every list against the definition: score all rows, filter, sort by score and row, apply the cap. Rows and scores must
 * be equal to the bit, for every variant of kernels and scans, one query or many, with and without threads. */
#include "run_suite.h"
#include "tables.h"
#include "thread.h"

enum { MANY = 31, MOST_TOP = 300 };

/* ---- the definition ---- */

static int better(const void *a, const void *b)
{
    const thaw_hit *x = a, *y = b;
    if (x->mean != y->mean) return x->mean < y->mean ? 1 : -1;
    return (x->item > y->item) - (x->item < y->item);
}

static int is_in(const int64_t *rows, int64_t n, int64_t row)
{
    for (int64_t k = 0; k < n; k++)
        if (rows[k] == row) return 1;
    return 0;
}

static int passes(const thaw__filter *f, const thaw__search_query *s, const thaw_hit *hit)
{
    int in_group = !f->allow_groups;
    for (int64_t k = 0; k < f->n_allow_groups; k++) in_group |= f->allow_groups[k] == f->groups[hit->item];
    const int hidden = hit->item < f->n_hidden && f->hidden[hit->item];
    return in_group && !hidden && !is_in(f->exclude, f->n_exclude, hit->item) && hit->mean >= s->floor &&
           (!s->admit || s->admit(s->ctx, hit->item, hit->mean));
}

/* Take the best rows, skipping rows of full groups. */
static int64_t apply_cap(const thaw_hit *ranking, int64_t n, const thaw__search_query *s, thaw_hit *out)
{
    int64_t taken = 0;
    for (int64_t i = 0; i < n && taken < s->best.top; i++) {
        int64_t same = 0;
        const int32_t group = s->best.cap ? s->best.groups[ranking[i].item] : -1;
        for (int64_t k = 0; k < taken && group >= 0; k++) same += s->best.groups[out[k].item] == group;
        if (group < 0 || same < s->best.cap) out[taken++] = ranking[i];
    }
    return taken;
}

static int64_t expected_list(const thaw__index *x, const thaw__search_query *s, const thaw__filter *f,
                             const int64_t *allow, int64_t n_allow, thaw_hit *out)
{
    thaw_hit *ranking = calloc((size_t)x->n + 1, sizeof *ranking);
    int64_t n = 0;
    for (int64_t i = 0; i < x->n; i++) {
        thaw_hit hit = {.item = i, .mean = thaw__score_of(x, s->c, s->w, i)};
        for (int64_t k = 0; k < s->n_sparse_scores; k++)
            if (s->sparse_scores[k].row == i) hit.mean = hit.mean + s->sparse_scores[k].value;
        if ((!allow || is_in(allow, n_allow, i)) && passes(f, s, &hit)) ranking[n++] = hit;
    }
    qsort(ranking, (size_t)n, sizeof *ranking, better);
    n = apply_cap(ranking, n, s, out);
    free(ranking);
    return n;
}

static void expect_list(const thaw__index *x, const thaw__search_query *s, const thaw__filter *f, const int64_t *allow,
                        int64_t n_allow)
{
    thaw_hit expected[MOST_TOP];
    const int64_t n = expected_list(x, s, f, allow, n_allow, expected);
    ck_assert_int_eq(s->best.n, n);
    for (int64_t k = 0; k < n; k++)
        ck_assert_msg(s->best.hits[k].item == expected[k].item && s->best.hits[k].mean == expected[k].mean,
                      "place %d: row %d with %.9g, must be %d with %.9g", (int)k, (int)s->best.hits[k].item,
                      (double)s->best.hits[k].mean, (int)expected[k].item, (double)expected[k].mean);
}

/* ---- queries ---- */

typedef struct query_set {
    thaw__search_query queries[MANY];
    thaw_hit hits[MANY][MOST_TOP];
    float *w[MANY];
} query_set;

static query_set make_queries(const table *t, int64_t top, int64_t n)
{
    query_set q = {0};
    for (int64_t i = 0; i < n; i++) {
        q.w[i] = make_query(t, (int)(i % N_QUERIES), 100 + (uint64_t)i);
        q.queries[i] =
            (thaw__search_query){.w = q.w[i], .c = {1, 0.01f * (float)i}, .floor = -INFINITY, .best = {.top = top}};
    }
    return q;
}

static void search_and_check(const thaw__index *x, query_set *q, int64_t n, const thaw__filter *f, const int64_t *allow,
                             int64_t n_allow, const thaw_parallel *parallel)
{
    for (int64_t i = 0; i < n; i++) q->queries[i].best.hits = q->hits[i], q->queries[i].best.n = 0;
    ck_assert_int_eq(thaw__search(x, q->queries, n, f, allow, n_allow, parallel), THAW_OK);
    for (int64_t i = 0; i < n; i++) expect_list(x, &q->queries[i], f, allow, n_allow);
}

static void free_queries(query_set *q)
{
    for (int i = 0; i < MANY; i++) free(q->w[i]);
}

static const thaw_parallel one_thread;
static const thaw__filter no_filter = {.ascending = 1};

/* ---- tests ---- */

static void check_lists(int kind, int64_t n, int32_t d, const char *kernels, const char *scans)
{
    static const int64_t tops[] = {1, 10, 60};
    table t = make_table(kind, n, d, 7 + (uint64_t)kind);
    for (int offsets = 0; offsets < 3; offsets++) {
        const thaw__index x = index_over(&t, kernels, scans, offsets);
        query_set q = make_queries(&t, tops[offsets], MANY);
        search_and_check(&x, &q, MANY, &no_filter, NULL, 0, &one_thread);
        for (int i = 0; i < N_QUERIES; i++) {
            q.queries[0] = q.queries[i];
            search_and_check(&x, &q, 1, &no_filter, NULL, 0, &one_thread);
        }
        free_queries(&q);
    }
    free_table(&t);
}

START_TEST(lists_equal_those_of_scoring_every_row)
{
    const char *scans = scans_names[_i / N_KINDS];
    if (!thaw__scans_named(scans)) return;
    for (int k = 0; k < N_VARIANTS; k++) {
        if (!thaw__kernels_named(kernels_names[k])) continue;
        check_lists(_i % N_KINDS, 500 + 37 * k, 19, kernels_names[k], scans);
        check_lists(_i % N_KINDS, 1100 + k, 64, kernels_names[k], scans);
    }
    check_lists(_i % N_KINDS, 300, 256, "portable", scans);
}
END_TEST

START_TEST(a_list_longer_than_the_table_has_all_rows)
{
    table t = make_table(NORMAL, 280, 16, 3);
    const thaw__index x = index_over(&t, "portable", "portable", 2);
    query_set q = make_queries(&t, MOST_TOP, 5);
    search_and_check(&x, &q, 5, &no_filter, NULL, 0, &one_thread);
    ck_assert_int_eq(q.queries[0].best.n, 280);
    free_queries(&q);
    free_table(&t);
}
END_TEST

/* The table of the filter tests: 2,100 rows, ties, groups of very different sizes. */
static table shop;
static int32_t groups[2100];
static query_set set;

static void open_shop(void)
{
    shop = make_table(SHIFTED, 2100, 24, 11);
    memcpy(shop.rows + 500 * shop.stride, shop.rows, 300 * (size_t)shop.stride * sizeof *shop.rows);
    thaw__codes_make(&shop.codes, shop.rows, shop.n);
    for (int i = 0; i < 2100; i++) groups[i] = i % 3 == 0 ? 0 : i % 50 == 1 ? -1 : i % 17;
    set = make_queries(&shop, 20, MANY);
}

static void close_shop(void)
{
    free_queries(&set);
    free_table(&shop);
}

static thaw__index shop_index(int variant)
{
    return index_over(&shop, "portable", thaw__scans_named(scans_names[variant]) ? scans_names[variant] : "portable",
                      2);
}

/* Search one query, many queries, and without codes. */
static void search_in_all_ways(const thaw__filter *f)
{
    for (int variant = 0; variant < N_VARIANTS; variant++) {
        thaw__index x = shop_index(variant);
        search_and_check(&x, &set, MANY, f, NULL, 0, &one_thread);
        search_and_check(&x, &set, 1, f, NULL, 0, &one_thread);
        x.codes = NULL;
        search_and_check(&x, &set, 2, f, NULL, 0, &one_thread);
    }
}

START_TEST(excluded_rows_are_skipped)
{
    int64_t rows[2100];
    for (int descending = 0; descending < 2; descending++)
        for (int step = 1; step < 5; step += 3) { /* all rows, and a quarter of them */
            int64_t n = 0;
            for (int64_t i = 0; i < 2100; i += step) rows[n++] = descending ? 2099 - i : i;
            const thaw__filter f = {.exclude = rows, .n_exclude = n, .ascending = thaw__ascends(rows, n)};
            ck_assert_int_eq(f.ascending, !descending);
            search_in_all_ways(&f);
        }
}
END_TEST

START_TEST(only_allowed_groups_are_listed)
{
    static const int32_t some[] = {5, 0, -1}, none[] = {99};
    for (int64_t n = 0; n <= 3; n++) {
        const thaw__filter f = {.ascending = 1, .groups = groups, .allow_groups = some, .n_allow_groups = n};
        search_in_all_ways(&f);
    }
    const thaw__filter f = {.ascending = 1, .groups = groups, .allow_groups = none, .n_allow_groups = 1};
    search_in_all_ways(&f);
    ck_assert_int_eq(set.queries[0].best.n, 0);
}
END_TEST

START_TEST(a_cap_skips_rows_of_full_groups)
{
    for (int64_t cap = 1; cap <= 4; cap++)
        for (int filtered = 0; filtered < 2; filtered++) {
            static const int32_t two[] = {0, 3};
            const thaw__filter f = {.ascending = 1,
                                    .groups = groups,
                                    .allow_groups = filtered ? two : NULL,
                                    .n_allow_groups = 2 * filtered};
            for (int i = 0; i < MANY; i++) set.queries[i].best.groups = groups, set.queries[i].best.cap = cap;
            search_in_all_ways(&f);
        }
}
END_TEST

static int odd_rows(const void *ctx, int64_t row, float score)
{
    (void)ctx, (void)score;
    return (int)(row % 2);
}

START_TEST(a_floor_and_a_final_filter_are_applied)
{
    for (int i = 0; i < MANY; i++) {
        set.queries[i].admit = i % 2 ? odd_rows : NULL;
        set.queries[i].floor = i % 3 ? -INFINITY : 1;
    }
    search_in_all_ways(&no_filter);
}
END_TEST

/* Also where codes are scanned and no other condition asks for a look at every row. */
START_TEST(hidden_rows_are_never_hits)
{
    static uint8_t hidden[2000];
    for (int row = 0; row < 2000; row++) hidden[row] = row % 3 == 0;
    const thaw__filter f = {.ascending = 1, .hidden = hidden, .n_hidden = 2000};
    search_in_all_ways(&f);
}
END_TEST

START_TEST(sparse_scores_are_added_at_every_row)
{
    thaw__sparse_score sparse_scores[90];
    for (int k = 0; k < 90; k++) sparse_scores[k] = (thaw__sparse_score){23 * k + k % 5, (float)(k % 7 - 3) * 4};
    for (int i = 0; i < MANY; i++)
        set.queries[i].sparse_scores = sparse_scores, set.queries[i].n_sparse_scores = i % 4 ? 90 : i;
    search_in_all_ways(&no_filter);
    for (int i = 0; i < MANY; i++) set.queries[i].best.groups = groups, set.queries[i].best.cap = 2;
    search_in_all_ways(&no_filter);
}
END_TEST

START_TEST(only_allowed_rows_are_searched)
{
    int64_t rows[200];
    const thaw__index x = shop_index(_i);
    for (int k = 0; k < 200; k++) rows[k] = (k * 811 + 5) % 2100;
    const thaw__sparse_score extra = {(int32_t)rows[7], 50};
    set.queries[1].sparse_scores = &extra, set.queries[1].n_sparse_scores = 1;
    for (int64_t n = 0; n <= 200; n += 40) search_and_check(&x, &set, 6, &no_filter, rows, n, &one_thread);
}
END_TEST

START_TEST(lists_do_not_depend_on_the_number_of_threads)
{
    thaw__pool *pool;
    table t = make_table(NORMAL, 40000, 16, 5);
    ck_assert_int_eq(thaw__pool_create(&pool, 3), THAW_OK);
    const thaw_parallel threads = thaw__pool_parallel(pool);
    const thaw__index x = index_over(&t, "portable", scans_names[N_VARIANTS - 1 - _i], 2);
    if (x.scans) {
        query_set q = make_queries(&t, 20, MANY);
        for (int round = 0; round < 5; round++) search_and_check(&x, &q, 2, &no_filter, NULL, 0, &threads);
        search_and_check(&x, &q, MANY, &no_filter, NULL, 0, &threads);
        thaw__index plain = x;
        plain.codes = NULL;
        search_and_check(&plain, &q, 2, &no_filter, NULL, 0, &threads);
        free_queries(&q);
    }
    thaw__pool_free(pool);
    free_table(&t);
}
END_TEST

static int32_t broken(void *ctx, thaw_task task, void *arg, int64_t n)
{
    (void)ctx, (void)task, (void)arg, (void)n;
    return 1;
}

START_TEST(threads_that_fail_are_an_error)
{
    table t = make_table(NORMAL, 20000, 16, 5);
    const thaw__index x = index_over(&t, "portable", "portable", 0);
    const thaw_parallel threads = {.run = broken, .n_workers = 2};
    query_set q = make_queries(&t, 5, 4);
    for (int i = 0; i < 4; i++) q.queries[i].best.hits = q.hits[i];
    ck_assert_int_eq(thaw__search(&x, q.queries, 1, &no_filter, NULL, 0, &threads), THAW_E_IO);
    ck_assert_int_eq(thaw__search(&x, q.queries, 4, &no_filter, NULL, 0, &threads), THAW_E_IO);
    free_queries(&q);
    free_table(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search");
    TCase *lists = tcase_create("lists");
    tcase_set_timeout(lists, 120);
    tcase_add_loop_test(lists, lists_equal_those_of_scoring_every_row, 0, N_VARIANTS * N_KINDS);
    tcase_add_test(lists, a_list_longer_than_the_table_has_all_rows);
    suite_add_tcase(suite, lists);
    TCase *filters = tcase_create("filters");
    tcase_set_timeout(filters, 120);
    tcase_add_checked_fixture(filters, open_shop, close_shop);
    tcase_add_test(filters, excluded_rows_are_skipped);
    tcase_add_test(filters, only_allowed_groups_are_listed);
    tcase_add_test(filters, a_cap_skips_rows_of_full_groups);
    tcase_add_test(filters, a_floor_and_a_final_filter_are_applied);
    tcase_add_test(filters, hidden_rows_are_never_hits);
    tcase_add_test(filters, sparse_scores_are_added_at_every_row);
    tcase_add_loop_test(filters, only_allowed_rows_are_searched, 0, N_VARIANTS);
    suite_add_tcase(suite, filters);
    TCase *threads = tcase_create("threads");
    tcase_set_timeout(threads, 120);
    tcase_add_loop_test(threads, lists_do_not_depend_on_the_number_of_threads, 0, N_VARIANTS);
    tcase_add_test(threads, threads_that_fail_are_an_error);
    suite_add_tcase(suite, threads);
    return run_suite(suite);
}

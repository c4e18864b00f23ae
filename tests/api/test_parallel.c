/* SPDX-License-Identifier: Apache-2.0
 * Thread pools, and parallel hooks that fail. */
#include <stdlib.h>

#include "run_suite.h"
#include "shop_fixture.h"

START_TEST(a_pool_has_1_to_1024_threads)
{
    thaw_threads *pool = (void *)&pool;
    thaw_parallel parallel;
    expect(thaw_threads_create(NULL, 1), THAW_E_ARG);
    expect(thaw_threads_create(&pool, 0), THAW_E_RANGE);
    ck_assert_ptr_null(pool);
    expect(thaw_threads_create(&pool, -1), THAW_E_RANGE);
    expect(thaw_threads_create(&pool, 1025), THAW_E_RANGE);
    reason("1025");
    expect(thaw_threads_parallel(NULL, &parallel), THAW_E_ARG);
    expect(thaw_threads_create(&pool, 1), THAW_OK);
    expect(thaw_threads_parallel(pool, NULL), THAW_E_ARG);
    expect(thaw_threads_parallel(pool, &parallel), THAW_OK);
    ck_assert_int_eq(parallel.n_workers, 1);
    thaw_threads_free(pool);
    thaw_threads_free(NULL);
}
END_TEST

START_TEST(a_failing_hook_fails_the_step_and_leaves_the_model_unchanged)
{
    thaw_config config = shop_config(NULL, 3, 0);
    thaw_model *m;
    config.parallel = (thaw_parallel){run_nothing, NULL, 2, 0};
    expect(thaw_model_create(&m, &config, data), THAW_OK);
    int64_t n, after;
    char *before = model_bytes(m, &n);
    ck_assert_int_ne(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_OK);
    char *then = model_bytes(m, &after);
    ck_assert_int_eq(n, after);
    ck_assert_mem_eq(before, then, (size_t)n);
    free(before), free(then);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api parallel");
    TCase *tc = tcase_create("parallel");
    tcase_add_checked_fixture(tc, shop_setup, shop_teardown);
    tcase_add_test(tc, a_pool_has_1_to_1024_threads);
    tcase_add_test(tc, a_failing_hook_fails_the_step_and_leaves_the_model_unchanged);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

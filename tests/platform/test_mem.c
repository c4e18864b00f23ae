/* SPDX-License-Identifier: Apache-2.0 */
#include "mem.h"

#include <stdint.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"
#include "status.h"

static failing_alloc f;

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

START_TEST(blocks_of_any_size_are_aligned)
{
    const size_t sizes[] = {0, 1, 7, 64, 65, 4096, 100001};
    void *p = thaw__alloc(&f.allocator, sizes[_i], 1);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t)p % THAW__ALIGN, 0);
    if (sizes[_i]) memset(p, 1, sizes[_i]);
    thaw__free(&f.allocator, p);
}
END_TEST

START_TEST(products_that_overflow_are_refused_without_calling_the_allocator)
{
    ck_assert_ptr_null(thaw__alloc(&f.allocator, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(thaw__alloc(&f.allocator, SIZE_MAX, 1));
    ck_assert_ptr_null(thaw__alloc0(&f.allocator, SIZE_MAX / 8, 16));
    ck_assert_ptr_null(thaw__dup(&f.allocator, "", SIZE_MAX / 8, 16));
    ck_assert_int_eq(f.requests, 0);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "address space"));
}
END_TEST

START_TEST(a_failed_allocation_is_recorded_with_its_size)
{
    failing_alloc_init(&f, 1);
    ck_assert_ptr_null(thaw__alloc(&f.allocator, 1000, 1));
    ck_assert_str_eq(thaw__last_error(), "the allocator returned NULL for 1072 bytes");
}
END_TEST

START_TEST(alloc0_is_zero_and_dup_is_equal)
{
    const int32_t numbers[] = {1, 2, 3};
    int32_t *zero = thaw__alloc0(&f.allocator, 3, sizeof *zero);
    int32_t *same = thaw__dup(&f.allocator, numbers, 3, sizeof *same);
    ck_assert(zero[0] == 0 && zero[1] == 0 && zero[2] == 0);
    ck_assert_mem_eq(same, numbers, sizeof numbers);
    thaw__free(&f.allocator, zero);
    thaw__free(&f.allocator, same);
    thaw__free(&f.allocator, NULL);
}
END_TEST

START_TEST(grow_keeps_the_elements_and_at_least_doubles)
{
    int32_t *array = NULL;
    size_t capacity = 0;
    for (int32_t i = 0; i < 1000; i++) {
        ck_assert_int_eq(thaw__grow(&f.allocator, &array, &capacity, (size_t)i, (size_t)i + 1, sizeof *array), THAW_OK);
        array[i] = i;
    }
    for (int32_t i = 0; i < 1000; i++) ck_assert_int_eq(array[i], i);
    ck_assert_int_le(f.requests, 8);
    thaw__free(&f.allocator, array);
}
END_TEST

START_TEST(grow_leaves_the_array_unchanged_on_failure)
{
    failing_alloc_init(&f, 2);
    char *array = NULL;
    size_t capacity = 0;
    ck_assert_int_eq(thaw__grow(&f.allocator, &array, &capacity, 0, 1, 1), THAW_OK);
    char *before = array;
    ck_assert_int_eq(thaw__grow(&f.allocator, &array, &capacity, 1, 100, 1), THAW_E_NOMEM);
    ck_assert_ptr_eq(array, before);
    ck_assert_uint_eq(capacity, 16);
    thaw__free(&f.allocator, array);
}
END_TEST

START_TEST(the_default_allocator_is_malloc)
{
    const thaw_allocator none = {0};
    ck_assert(thaw__allocator(NULL).alloc && thaw__allocator(NULL).free);
    ck_assert(thaw__allocator(NULL).alloc == thaw__allocator(&none).alloc);
    ck_assert_ptr_eq(thaw__allocator(&f.allocator).ctx, &f);
}
END_TEST

START_TEST(sums_of_sizes_are_checked)
{
    size_t sum = 10;
    ck_assert_int_eq(thaw__add_size(&sum, 3, 4), THAW_OK);
    ck_assert_uint_eq(sum, 22);
    ck_assert_int_eq(thaw__add_size(&sum, SIZE_MAX / 2, 3), THAW_E_NOMEM);
    sum = SIZE_MAX - 1;
    ck_assert_int_eq(thaw__add_size(&sum, 2, 1), THAW_E_NOMEM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("mem");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, blocks_of_any_size_are_aligned, 0, 7);
    tcase_add_test(tc, products_that_overflow_are_refused_without_calling_the_allocator);
    tcase_add_test(tc, a_failed_allocation_is_recorded_with_its_size);
    tcase_add_test(tc, alloc0_is_zero_and_dup_is_equal);
    tcase_add_test(tc, grow_keeps_the_elements_and_at_least_doubles);
    tcase_add_test(tc, grow_leaves_the_array_unchanged_on_failure);
    tcase_add_test(tc, the_default_allocator_is_malloc);
    tcase_add_test(tc, sums_of_sizes_are_checked);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sort.h"

#include <stdint.h>

#include "rng.h"
#include "run_suite.h"

typedef struct pair {
    int64_t key, other, more;
} pair;

static int by_key(const void *a, const void *b)
{
    const int64_t x = ((const pair *)a)->key, y = ((const pair *)b)->key;
    return (x > y) - (x < y);
}

START_TEST(sorted_elements_are_ascending_and_unchanged)
{
    enum { MOST = 300 };
    static pair pairs[MOST];
    for (int n = 0; n <= MOST; n++) {
        int64_t sum = 0, sorted_sum = 0;
        for (int i = 0; i < n; i++) {
            const int64_t key = (int64_t)(thaw__rng_bits((uint64_t)n, 0, (uint64_t)i) % (_i ? 10 : 1000000)) - 5;
            pairs[i] = (pair){key, -key, 2 * key};
            sum += key;
        }
        thaw__sort(pairs, (size_t)n, sizeof *pairs, by_key);
        for (int i = 0; i < n; i++) {
            sorted_sum += pairs[i].key;
            ck_assert(i == 0 || pairs[i - 1].key <= pairs[i].key);
            ck_assert(pairs[i].other == -pairs[i].key && pairs[i].more == 2 * pairs[i].key);
        }
        ck_assert_int_eq(sum, sorted_sum);
    }
}
END_TEST

START_TEST(an_empty_array_can_be_sorted)
{
    thaw__sort(NULL, 0, sizeof(pair), by_key);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("sort");
    tcase_add_loop_test(tc, sorted_elements_are_ascending_and_unchanged, 0, 2);
    tcase_add_test(tc, an_empty_array_can_be_sorted);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

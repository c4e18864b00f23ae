/* SPDX-License-Identifier: Apache-2.0 */
#include "keymap.h"

#include <stdio.h>
#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"

static failing_alloc f;
static thaw__keymap map;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    thaw__keymap_init(&map, &f.allocator);
}

static void teardown(void)
{
    thaw__keymap_free(&map);
    ck_assert_int_eq(f.live, 0);
}

static int64_t add(const char *key)
{
    int64_t row = -1;
    ck_assert_int_eq(thaw__keymap_add(&map, &row, key, strlen(key)), THAW_OK);
    return row;
}

static int64_t find(const char *key)
{
    return thaw__keymap_find(&map, key, strlen(key));
}

static const char *number(int64_t i)
{
    static char text[32];
    snprintf(text, sizeof text, "key-%lld", (long long)i);
    return text;
}

START_TEST(rows_are_numbered_in_order_of_insertion)
{
    ck_assert_int_eq(add("b"), 0);
    ck_assert_int_eq(add("a"), 1);
    ck_assert_int_eq(add("b"), 0);
    ck_assert_int_eq(map.n, 2);
    ck_assert_str_eq(thaw__keymap_key(&map, 1), "a");
}
END_TEST

START_TEST(an_empty_map_finds_nothing)
{
    ck_assert_int_eq(find("a"), -1);
    thaw__keymap_truncate(&map, 0);
    ck_assert_int_eq(f.requests, 0);
}
END_TEST

START_TEST(prefixes_and_the_empty_key_are_distinct_keys)
{
    ck_assert_int_eq(add("abc"), 0);
    ck_assert_int_eq(add("ab"), 1);
    ck_assert_int_eq(add(""), 2);
    ck_assert_int_eq(find("a"), -1);
    ck_assert_int_eq(find(""), 2);
    ck_assert_int_eq(thaw__keymap_find(&map, "abcdef", 2), 1);
}
END_TEST

START_TEST(thousands_of_keys_keep_their_rows)
{
    for (int64_t i = 0; i < 20000; i++) ck_assert_int_eq(add(number(i)), i);
    for (int64_t i = 0; i < 20000; i++) {
        ck_assert_int_eq(find(number(i)), i);
        ck_assert_str_eq(thaw__keymap_key(&map, i), number(i));
    }
    ck_assert_int_eq(find("key-20000"), -1);
}
END_TEST

START_TEST(truncate_removes_exactly_the_later_rows)
{
    for (int64_t i = 0; i < 1000; i++) add(number(i));
    thaw__keymap_truncate(&map, 400);
    ck_assert_int_eq(map.n, 400);
    for (int64_t i = 0; i < 1000; i++) ck_assert_int_eq(find(number(i)), i < 400 ? i : -1);
    ck_assert_int_eq(add("new"), 400);
    thaw__keymap_truncate(&map, 0);
    ck_assert_int_eq(find("new"), -1);
    ck_assert_int_eq(add("again"), 0);
}
END_TEST

START_TEST(a_copy_is_equal_and_independent)
{
    for (int64_t i = 0; i < 100; i++) add(number(i));
    thaw__keymap copy;
    ck_assert_int_eq(thaw__keymap_copy(&copy, &map, &f.allocator), THAW_OK);
    add("only in the first");
    int64_t row;
    ck_assert_int_eq(thaw__keymap_add(&copy, &row, "only in the second", 18), THAW_OK);
    ck_assert_int_eq(row, 100);
    ck_assert_int_eq(find("only in the second"), -1);
    ck_assert_int_eq(thaw__keymap_find(&copy, "key-99", 6), 99);
    ck_assert_str_eq(thaw__keymap_key(&copy, 99), "key-99");
    thaw__keymap_free(&copy);
}
END_TEST

START_TEST(a_copy_of_an_empty_map_is_usable)
{
    thaw__keymap copy;
    int64_t row;
    ck_assert_int_eq(thaw__keymap_copy(&copy, &map, &f.allocator), THAW_OK);
    ck_assert_int_eq(thaw__keymap_add(&copy, &row, "a", 1), THAW_OK);
    ck_assert_int_eq(row, 0);
    thaw__keymap_free(&copy);
}
END_TEST

START_TEST(a_failed_allocation_leaves_the_map_unchanged)
{
    for (long n = 1, refused = 1; refused; n++) {
        failing_alloc_init(&f, n);
        thaw__keymap_init(&map, &f.allocator);
        for (int64_t i = 0; i < 500; i++) {
            int64_t row;
            const char *key = number(i);
            thaw_status st = thaw__keymap_add(&map, &row, key, strlen(key));
            if (st == THAW_OK) continue;
            ck_assert_int_eq(st, THAW_E_NOMEM);
            ck_assert_int_eq(map.n, i);
            ck_assert_int_eq(find(key), -1);
            if (i) ck_assert_int_eq(find("key-0"), 0);
            /* the next allocation succeeds */
            ck_assert_int_eq(thaw__keymap_add(&map, &row, key, strlen(key)), THAW_OK);
            ck_assert_int_eq(row, i);
        }
        ck_assert_int_eq(map.n, 500);
        for (int64_t i = 0; i < 500; i++) ck_assert_int_eq(find(number(i)), i);
        refused = f.refused;
        thaw__keymap_free(&map);
        ck_assert_int_eq(f.live, 0);
    }
}
END_TEST

START_TEST(a_failed_copy_leaks_nothing)
{
    add("a");
    failing_alloc g;
    for (long n = 1; n <= 3; n++) {
        thaw__keymap copy;
        failing_alloc_init(&g, n);
        ck_assert_int_eq(thaw__keymap_copy(&copy, &map, &g.allocator), THAW_E_NOMEM);
        ck_assert_int_eq(g.live, 0);
        ck_assert_int_eq(copy.n, 0);
    }
}
END_TEST

START_TEST(the_hash_is_xxh3_on_every_machine)
{
    ck_assert_uint_eq(thaw__hash("", 0), 0x2d06800538d394c2ull); /* XXH3_64bits of the empty string, xxHash 0.8 */
}
END_TEST

/* The largest number of used slots in a row. */
static size_t longest_run(void)
{
    size_t run = 0, longest = 0;
    for (size_t s = 0; s < map.n_slots; s++) {
        run = map.slots[s] < 0 ? 0 : run + 1;
        if (run > longest) longest = run;
    }
    return longest;
}

/* 500 keys with equal low bits of the plain hash; a chance of 2^-100 that the seed does not separate them. */
START_TEST(keys_that_are_chosen_to_collide_are_spread)
{
    for (int64_t i = 0; map.n < 500; i++)
        if (thaw__hash(number(i), strlen(number(i))) % 1024 == 0) add(number(i));
    ck_assert_uint_eq(map.n_slots, 1024);
    ck_assert_uint_lt(longest_run(), 300);
}
END_TEST

START_TEST(rows_do_not_depend_on_the_seed)
{
    thaw__keymap other;
    thaw__keymap_init(&other, &f.allocator);
    ck_assert(other.seed != map.seed);
    for (int64_t i = 0; i < 1000; i++) {
        int64_t row;
        ck_assert_int_eq(thaw__keymap_add(&other, &row, number(i % 700), strlen(number(i % 700))), THAW_OK);
        ck_assert_int_eq(add(number(i % 700)), row);
    }
    ck_assert_mem_eq(other.bytes, map.bytes, map.n_bytes);
    thaw__keymap_free(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("keymap");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, rows_are_numbered_in_order_of_insertion);
    tcase_add_test(tc, an_empty_map_finds_nothing);
    tcase_add_test(tc, prefixes_and_the_empty_key_are_distinct_keys);
    tcase_add_test(tc, thousands_of_keys_keep_their_rows);
    tcase_add_test(tc, truncate_removes_exactly_the_later_rows);
    tcase_add_test(tc, a_copy_is_equal_and_independent);
    tcase_add_test(tc, a_copy_of_an_empty_map_is_usable);
    tcase_add_test(tc, a_failed_allocation_leaves_the_map_unchanged);
    tcase_add_test(tc, a_failed_copy_leaks_nothing);
    tcase_add_test(tc, the_hash_is_xxh3_on_every_machine);
    tcase_add_test(tc, keys_that_are_chosen_to_collide_are_spread);
    tcase_add_test(tc, rows_do_not_depend_on_the_seed);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

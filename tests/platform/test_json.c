/* SPDX-License-Identifier: Apache-2.0 */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "mem.h"
#include "run_suite.h"
#include "status.h"

static failing_alloc f;
static thaw__json root;

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

static thaw_status check(const char *text)
{
    return thaw__json_check(&root, text, strlen(text), "the text");
}

static thaw__json get(const char *key)
{
    return thaw__json_get(root, key);
}

static const char *const valid[] = {
    "{}",
    " { } \n",
    "{\"a\":[]}",
    "{\"a\" : [ 1 , -2.5e-3 , 0 , 1E+9 ] , \"b\":{\"a\":null}}",
    "{\"a\":[true,false,\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"]}",
    "{\"a\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", /* 16 levels */
};

static const char *const invalid[] = {
    "",
    "[]",
    "1",
    "\"a\"",
    "{",
    "{}x",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":[1,]}",
    "{\"a\":[1 2]}",
    "{\"a\":01}",
    "{\"a\":.5}",
    "{\"a\":1.}",
    "{\"a\":+1}",
    "{\"a\":1e}",
    "{\"a\":-}",
    "{\"a\":tru}",
    "{\"a\":NaN}",
    "{\"a\":\"\\x\"}",
    "{\"a\":\"\\u12\"}",
    "{\"a\":\"\\u0000\"}",
    "{\"a\":\"\\udc00\"}",
    "{\"a\":\"\\ud83d\"}",
    "{\"a\":\"\\ud83dxxxxxx\"}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\xff\"}",
    "{\"a\":\"x}",
    "{\"a\":1,\"a\":2}",
    "{\"a\":[}]",
    "{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", /* 17 levels */
};

START_TEST(what_is_json_is_accepted)
{
    ck_assert_int_eq(check(valid[_i]), THAW_OK);
}
END_TEST

START_TEST(what_is_not_json_is_refused)
{
    ck_assert_msg(check(invalid[_i]) == THAW_E_FORMAT, "%s", invalid[_i]);
    ck_assert_ptr_null(root.at);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "the text"));
}
END_TEST

/* Each prefix lies at the end of its memory, for the sanitizer to see what is read behind it. */
START_TEST(no_prefix_of_a_text_is_valid)
{
    for (size_t n = 0; n < strlen(valid[4]); n++) {
        char *prefix = malloc(n + !n);
        memcpy(prefix, valid[4], n);
        ck_assert_int_eq(thaw__json_check(&root, prefix, n, "the text"), THAW_E_FORMAT);
        free(prefix);
    }
}
END_TEST

START_TEST(an_object_has_at_most_128_members)
{
    char text[2048] = "{";
    for (int k = 0; k < 128; k++) sprintf(text + strlen(text), "%s\"%d\":0", k ? "," : "", k);
    const size_t n = strlen(text);
    strcpy(text + n, "}");
    ck_assert_int_eq(check(text), THAW_OK);
    ck_assert_uint_eq(thaw__json_size(root), 128);
    strcpy(text + n, ",\"x\":0}");
    ck_assert_int_eq(check(text), THAW_E_FORMAT);
    ck_assert_ptr_nonnull(strstr(thaw__last_error(), "128 members"));
}
END_TEST

START_TEST(members_and_elements_are_found_in_order)
{
    const char *const elements[] = {"1", "{", "[", "\"", "n"};
    int n = 0;
    ck_assert_int_eq(check("{ \"a\" : { \"b\" : \"]\" , \"c\":3} ,\"list\":[ 1, {\"x\":[2]} ,[] , \"},\\\"\",null ] }"),
                     THAW_OK);
    ck_assert(thaw__json_equals(thaw__json_get(get("a"), "b"), "]"));
    ck_assert_uint_eq(thaw__json_size(get("a")), 2);
    for (thaw__json_cursor c = thaw__json_begin(get("list")); thaw__json_next(&c); n++) {
        ck_assert_ptr_null(c.key.at);
        ck_assert_int_eq(*c.value.at, *elements[n]);
    }
    ck_assert_int_eq(n, 5);
    ck_assert_ptr_null(get("b").at);
    ck_assert_ptr_null(thaw__json_get(get("list"), "x").at);
    ck_assert_uint_eq(thaw__json_size(thaw__json_get(get("a"), "c")), 0);
}
END_TEST

START_TEST(numbers_are_exact_and_integers_are_whole)
{
    double x = 7;
    int64_t k = 7;
    ck_assert_int_eq(
        check("{\"a\":0.10000000000000001,\"b\":-9223372036854775808,\"c\":9223372036854775808,\"d\":1e999,"
              "\"e\":\"1\",\"f\":2.0,\"g\":9223372036854775807}"),
        THAW_OK);
    ck_assert(thaw__json_number(&x, get("a")) && x == 0.1);
    ck_assert(thaw__json_integer(&k, get("b")) && k == INT64_MIN);
    ck_assert(thaw__json_integer(&k, get("g")) && k == INT64_MAX);
    ck_assert(!thaw__json_integer(&k, get("c")) && !thaw__json_integer(&k, get("f")) &&
              !thaw__json_integer(&k, get("e")));
    ck_assert(thaw__json_number(&x, get("f")) && x == 2);
    ck_assert(!thaw__json_number(&x, get("d")) && !thaw__json_number(&x, get("e")) && !thaw__json_number(&x, get("z")));
    ck_assert(x == 2 && k == INT64_MAX);
}
END_TEST

START_TEST(strings_are_decoded)
{
    char *text, small[4];
    size_t n;
    ck_assert_int_eq(check("{\"a\":\"\\u0041\\n\\u00e4\\u20ac\\ud83d\\ude00\xc3\xa4\",\"b\":\"abc\",\"c\":1}"),
                     THAW_OK);
    ck_assert_int_eq(thaw__json_string(&text, &n, get("a"), &f.allocator), THAW_OK);
    ck_assert_str_eq(text, "A\n\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4");
    ck_assert_uint_eq(n, strlen(text));
    thaw__free(&f.allocator, text);
    ck_assert_int_eq(thaw__json_string(&text, &n, get("c"), &f.allocator), THAW_OK);
    ck_assert_ptr_null(text);
    ck_assert(thaw__json_copy(small, sizeof small, get("b")) && strcmp(small, "abc") == 0);
    ck_assert(!thaw__json_copy(small, 3, get("b")) && !thaw__json_copy(small, sizeof small, get("a")));
    failing_alloc_init(&f, 1);
    ck_assert_int_eq(thaw__json_string(&text, &n, get("a"), &f.allocator), THAW_E_NOMEM);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("json");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, what_is_json_is_accepted, 0, (int)(sizeof valid / sizeof *valid));
    tcase_add_loop_test(tc, what_is_not_json_is_refused, 0, (int)(sizeof invalid / sizeof *invalid));
    tcase_add_test(tc, no_prefix_of_a_text_is_valid);
    tcase_add_test(tc, an_object_has_at_most_128_members);
    tcase_add_test(tc, members_and_elements_are_found_in_order);
    tcase_add_test(tc, numbers_are_exact_and_integers_are_whole);
    tcase_add_test(tc, strings_are_decoded);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

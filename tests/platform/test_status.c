/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

#include <string.h>

#include "run_suite.h"
#include "utf8.h"

START_TEST(fail_returns_its_code_and_keeps_the_text)
{
    ck_assert_int_eq(thaw__fail(THAW_E_RANGE, "rank is %d; must be at least 1", 0), THAW_E_RANGE);
    ck_assert_str_eq(thaw__last_error(), "rank is 0; must be at least 1");
}
END_TEST

START_TEST(fail_in_adds_a_prefix)
{
    thaw__fail(THAW_E_FORMAT, "is not UTF-8");
    ck_assert_int_eq(thaw__fail_in(THAW_E_FORMAT, "line %d: ", 7), THAW_E_FORMAT);
    ck_assert_str_eq(thaw__last_error(), "line 7: is not UTF-8");
}
END_TEST

START_TEST(long_text_is_truncated)
{
    char words[2000];
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = 0;
    thaw__fail(THAW_E_ARG, "%s", words);
    ck_assert_uint_eq(strlen(thaw__last_error()), 511);
    thaw__fail_in(THAW_E_ARG, "%s", words);
    ck_assert_uint_eq(strlen(thaw__last_error()), 511);
}
END_TEST

START_TEST(text_is_truncated_between_characters)
{
    char words[2000] = "";
    for (int i = 0; i < 300; i++) strcat(words, "€");
    thaw__fail(THAW_E_ARG, "%s", words);
    ck_assert_uint_eq(strlen(thaw__last_error()), 510); /* 170 characters of 3 bytes */
    ck_assert(thaw__utf8_valid(thaw__last_error(), strlen(thaw__last_error())));
}
END_TEST

START_TEST(text_stays_one_line_of_utf8)
{
    thaw__fail(THAW_E_ARG, "a\nb\tc");
    ck_assert_str_eq(thaw__last_error(), "a b c");
    thaw__fail(THAW_E_ARG, "caf%c", 0xe9);
    ck_assert_str_eq(thaw__last_error(), "caf?");
}
END_TEST

START_TEST(every_code_has_a_text_and_other_codes_are_unknown)
{
    for (int32_t code = THAW_OK; code <= THAW_E_SPACE; code++)
        ck_assert_str_ne(thaw__status_text(code), "unknown status");
    ck_assert_str_eq(thaw__status_text(THAW_E_RANGE), "out of range");
    ck_assert_str_eq(thaw__status_text(THAW_E_SPACE), "buffer too small");
    ck_assert_str_eq(thaw__status_text(-1), "unknown status");
    ck_assert_str_eq(thaw__status_text(THAW_E_SPACE + 1), "unknown status");
}
END_TEST

static thaw_status outer(thaw_status inner)
{
    THAW__TRY(inner);
    return THAW_E_CANCELLED;
}

START_TEST(try_returns_only_failures)
{
    ck_assert_int_eq(outer(THAW_E_IO), THAW_E_IO);
    ck_assert_int_eq(outer(THAW_OK), THAW_E_CANCELLED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("status");
    tcase_add_test(tc, fail_returns_its_code_and_keeps_the_text);
    tcase_add_test(tc, fail_in_adds_a_prefix);
    tcase_add_test(tc, long_text_is_truncated);
    tcase_add_test(tc, text_is_truncated_between_characters);
    tcase_add_test(tc, text_stays_one_line_of_utf8);
    tcase_add_test(tc, every_code_has_a_text_and_other_codes_are_unknown);
    tcase_add_test(tc, try_returns_only_failures);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

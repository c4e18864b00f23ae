/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include <string.h>

#include "run_suite.h"

static const char *const good[] = {"",
                                   "plain",
                                   "\x7f",
                                   "\xc2\x80",
                                   "\xdf\xbf",
                                   "\xe0\xa0\x80",
                                   "\xed\x9f\xbf",
                                   "\xee\x80\x80",
                                   "\xef\xbf\xbf",
                                   "\xf0\x90\x80\x80",
                                   "\xf4\x8f\xbf\xbf",
                                   "eight plain bytes, then é, then eight more"};

START_TEST(valid_sequences_are_accepted)
{
    ck_assert(thaw__utf8_valid(good[_i], strlen(good[_i])));
}
END_TEST

static const struct {
    const char *bytes, *why;
} bad[] = {{"\x80", "continuation without lead byte"},
           {"\xc0\x80", "overlong zero"},
           {"\xc1\xbf", "overlong"},
           {"\xe0\x9f\xbf", "overlong"},
           {"\xf0\x8f\xbf\xbf", "overlong"},
           {"\xed\xa0\x80", "surrogate"},
           {"\xed\xbf\xbf", "surrogate"},
           {"\xf4\x90\x80\x80", "above U+10FFFF"},
           {"\xf5\x80\x80\x80", "invalid lead byte"},
           {"\xff", "invalid lead byte"},
           {"\xc3", "cut"},
           {"\xe2\x82", "cut"},
           {"\xf0\x9f\x98", "cut"},
           {"\xc3 ", "no continuation"},
           {"\xe2\x28\xa1", "no continuation"},
           {"12345678\xe9", "after a run of ASCII"},
           {"1234567\xe9", "inside eight bytes"}};

START_TEST(invalid_sequences_are_refused)
{
    ck_assert_msg(!thaw__utf8_valid(bad[_i].bytes, strlen(bad[_i].bytes)), "%s", bad[_i].why);
}
END_TEST

START_TEST(a_bad_byte_is_found_at_every_place)
{
    char text[40];
    for (size_t n = 1; n < sizeof text; n++)
        for (size_t at = 0; at < n; at++) {
            memset(text, 'x', n);
            ck_assert(thaw__utf8_valid(text, n));
            text[at] = (char)0xff;
            ck_assert(!thaw__utf8_valid(text, n));
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("utf8");
    tcase_add_loop_test(tc, valid_sequences_are_accepted, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tc, invalid_sequences_are_refused, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tc, a_bad_byte_is_found_at_every_place);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

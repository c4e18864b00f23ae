/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>

#include "run_suite.h"
#include "thaw/thaw.h"

START_TEST(dates_are_parsed_and_printed)
{
    char text[21];
    double t;
    ck_assert_int_eq(thaw_time_parse(&t, "2015-07-24 13:05:59+02:00"), THAW_OK);
    ck_assert(t == 1437735959);
    ck_assert_int_eq(thaw_time_print(text, sizeof text, t), THAW_OK);
    ck_assert_str_eq(text, "2015-07-24T11:05:59Z");
}
END_TEST

START_TEST(what_is_no_date_is_refused)
{
    char text[21];
    double t = 5;
    ck_assert_int_eq(thaw_time_parse(&t, "24.07.2015"), THAW_E_FORMAT);
    ck_assert_int_eq(thaw_time_parse(&t, ""), THAW_E_FORMAT);
    ck_assert_int_eq(thaw_time_parse(NULL, "2015-07-24"), THAW_E_ARG);
    ck_assert_int_eq(thaw_time_parse(&t, NULL), THAW_E_ARG);
    ck_assert(t == 5);
    ck_assert_int_eq(thaw_time_print(text, sizeof text, NAN), THAW_E_RANGE);
    ck_assert_int_eq(thaw_time_print(text, sizeof text, 1e18), THAW_E_RANGE);
    ck_assert_int_eq(thaw_time_print(text, 20, 0), THAW_E_SPACE);
    ck_assert_int_eq(thaw_time_print(text, -1, 0), THAW_E_SPACE);
    ck_assert_int_eq(thaw_time_print(NULL, 21, 0), THAW_E_ARG);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api");
    TCase *tc = tcase_create("time");
    tcase_add_test(tc, dates_are_parsed_and_printed);
    tcase_add_test(tc, what_is_no_date_is_refused);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "iso_time.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "rng.h"
#include "run_suite.h"

static double parsed(const char *text)
{
    double t = NAN;
    return thaw__iso_parse(&t, text, strlen(text)) ? t : NAN;
}

START_TEST(dates_and_times_are_seconds_since_1970)
{
    static const struct {
        const char *text;
        double seconds;
    } cases[] = {{"1970-01-01", 0},
                 {"1970-01-01T00:00:01Z", 1},
                 {"1969-12-31 23:59:59", -1},
                 {"2000-02-29", 951782400},
                 {"2003-02-28T17:49:50Z", 1046454590},
                 {"2003-02-28 17:49", 1046454540},
                 {"2019-10-01 00:00:00 UTC", 1569888000},
                 {"2015-07-24T13:05:59.25+02:00", 1437735959.25},
                 {"2015-07-24T13:05:59-0130", 1437748559},
                 {"2015-07-24T13:05:59+02", 1437735959},
                 {"2016-12-31T23:59:60Z", 1483228800},
                 {"0001-01-01", -62135596800},
                 {"9999-12-31T23:59:59Z", 253402300799}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        ck_assert_msg(parsed(cases[k].text) == cases[k].seconds, "%s: %f", cases[k].text, parsed(cases[k].text));
}
END_TEST

START_TEST(anything_else_is_refused)
{
    static const char *const cases[] = {"",
                                        "2015",
                                        "2015-07",
                                        "2015-7-24",
                                        "2015-13-01",
                                        "2015-00-10",
                                        "2015-02-29",
                                        "1900-02-29",
                                        "0000-01-01",
                                        "2015-07-24T",
                                        "2015-07-24 ",
                                        "2015-07-24T24:00",
                                        "2015-07-24T12:60",
                                        "2015-07-24T12:00:61",
                                        "2015-07-24T12:00:",
                                        "2015-07-24T12:00:00.",
                                        "2015-07-24T12:00 ",
                                        "2015-07-24T12:00+",
                                        "2015-07-24T12:00+02:",
                                        "2015-07-24T12:00+24:00",
                                        "2015-07-24T12:00Zulu",
                                        "12/01/2010 08:26",
                                        "2015-07-24x",
                                        "\xc3\xa4"};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
        ck_assert_msg(isnan(parsed(cases[k])), "%s is read as %f", cases[k], parsed(cases[k]));
}
END_TEST

/* gmtime() is the oracle. */
START_TEST(printing_agrees_with_the_c_library_and_is_read_back)
{
    for (uint64_t k = 0; k < 20000; k++) {
        const double t = (double)(thaw__rng_bits(1, 1, k) % 315537897600) - 62135596800.0;
        const time_t seconds = (time_t)t;
        char text[THAW__ISO_BYTES], truth[64];
        ck_assert_uint_gt(strftime(truth, sizeof truth, "-%m-%dT%H:%M:%SZ", gmtime(&seconds)), 0);
        ck_assert_int_eq(thaw__iso_print(text, t), 1);
        ck_assert_str_eq(text + 4, truth);
        ck_assert(parsed(text) == t);
    }
}
END_TEST

START_TEST(years_beyond_four_digits_are_not_printed)
{
    const double cases[] = {NAN, INFINITY, -INFINITY, 253402300800.0, -62135596801.0, 1e300};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char text[THAW__ISO_BYTES] = "x";
        ck_assert_int_eq(thaw__iso_print(text, cases[k]), 0);
        ck_assert_str_eq(text, "");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("iso_time");
    tcase_add_test(tc, dates_and_times_are_seconds_since_1970);
    tcase_add_test(tc, anything_else_is_refused);
    tcase_add_test(tc, printing_agrees_with_the_c_library_and_is_read_back);
    tcase_add_test(tc, years_beyond_four_digits_are_not_printed);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

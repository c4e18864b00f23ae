/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "rng.h"
#include "run_suite.h"

static const struct {
    const char *text;
    double value;
} good[] = {{"0", 0},
            {"-0", 0},
            {"5", 5},
            {"+5", 5},
            {"-12", -12},
            {"3.5", 3.5},
            {".5", 0.5},
            {"5.", 5},
            {"1e3", 1000},
            {"1E-3", 0.001},
            {"1e+2", 100},
            {"0.1", 0.1},
            {"1401840000.123456", 1401840000.123456},
            {"881250949", 881250949},
            {"00012", 12},
            {"9007199254740993", 9007199254740992.0},
            {"123456789012345678901234567890", 123456789012345678901234567890.0},
            {"0.000000000000000000000000000000000001", 1e-36},
            {"1.7976931348623157e308", DBL_MAX},
            {"1e-400", 0},
            {"0e99999999999", 0}};

START_TEST(numbers_are_parsed_to_their_value)
{
    double value;
    ck_assert_msg(thaw__number_parse(&value, good[_i].text, strlen(good[_i].text)), "%s", good[_i].text);
    /* number.h allows one unit in the last place. */
    ck_assert_double_le(fabs(value - good[_i].value), fabs(good[_i].value) * DBL_EPSILON);
}
END_TEST

static const char *const bad[] = {
    "",   "-",  "+",  ".",    "e5",  "5e",    "5e-", "nan",   "NaN",   "inf",    "-inf", "infinity",
    " 5", "5 ", "5x", "0x10", "1,5", "1.2.3", "--5", "1e5.5", "1e999", "-1e400", "½",    "1e99999999999999999999"};

START_TEST(other_text_is_not_a_number)
{
    double value = 7;
    ck_assert_msg(!thaw__number_parse(&value, bad[_i], strlen(bad[_i])), "%s", bad[_i]);
    ck_assert_double_eq(value, 7);
}
END_TEST

START_TEST(parsing_stops_at_the_length)
{
    double value;
    ck_assert(thaw__number_parse(&value, "12345", 2));
    ck_assert_double_eq(value, 12);
}
END_TEST

START_TEST(short_decimals_are_exact)
{
    for (uint64_t i = 0; i < 20000; i++) {
        char text[40];
        const double number = (double)(thaw__rng_bits(1, 0, i) >> 16) / 1e6;
        snprintf(text, sizeof text, "%.6f", number);
        double value, expected = strtod(text, NULL);
        ck_assert(thaw__number_parse(&value, text, strlen(text)));
        ck_assert_msg(value == expected, "%s", text);
    }
}
END_TEST

START_TEST(long_decimals_are_within_one_unit_in_the_last_place)
{
    for (uint64_t i = 0; i < 20000; i++) {
        char text[64];
        const double number = ldexp(thaw__rng_uniform(2, 0, i), (int)(i % 2000) - 1000);
        snprintf(text, sizeof text, "%.17g", number);
        double value;
        ck_assert(thaw__number_parse(&value, text, strlen(text)));
        ck_assert_double_le(fabs(value - number), fabs(number) * DBL_EPSILON);
    }
}
END_TEST

START_TEST(floats_are_printed_short_and_parse_back)
{
    const struct {
        float value;
        const char *text;
    } cases[] = {{0, "0"},         {1995, "1995"},   {-3, "-3"},
                 {0.1f, "0.1"},    {2.55f, "2.55"},  {1e6f, "1000000"},
                 {1e30f, "1e+30"}, {1e-7f, "1e-07"}, {FLT_MAX, "3.4028235e+38"}};
    char text[THAW__NUMBER_BYTES];
    ck_assert_uint_eq(thaw__number_print(text, cases[_i].value), strlen(cases[_i].text));
    ck_assert_str_eq(text, cases[_i].text);
}
END_TEST

START_TEST(every_printed_float_parses_back_to_itself)
{
    for (uint64_t i = 0; i < 20000; i++) {
        uint32_t bits = (uint32_t)thaw__rng_bits(3, 0, i);
        float value;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) continue;
        char text[THAW__NUMBER_BYTES];
        double back;
        ck_assert(thaw__number_parse(&back, text, thaw__number_print(text, value)));
        ck_assert_msg((float)back == value, "%s", text);
    }
}
END_TEST

START_TEST(parsing_does_not_depend_on_the_locale)
{
    const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "ps_AF.UTF-8"};
    const char *set = NULL;
    for (size_t i = 0; !set && i < sizeof locales / sizeof *locales; i++) set = setlocale(LC_ALL, locales[i]);
    if (!set) printf("skip: no locale with a decimal comma is installed\n");
    char text[THAW__NUMBER_BYTES];
    double value;
    thaw__number_print(text, 2.5f);
    ck_assert_str_eq(text, "2.5");
    ck_assert(thaw__number_parse(&value, "2.5", 3) && value == 2.5);
    setlocale(LC_ALL, "C");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("number");
    tcase_add_loop_test(tc, numbers_are_parsed_to_their_value, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tc, other_text_is_not_a_number, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tc, parsing_stops_at_the_length);
    tcase_add_test(tc, short_decimals_are_exact);
    tcase_add_test(tc, long_decimals_are_within_one_unit_in_the_last_place);
    tcase_add_loop_test(tc, floats_are_printed_short_and_parse_back, 0, 9);
    tcase_add_test(tc, every_printed_float_parses_back_to_itself);
    tcase_add_test(tc, parsing_does_not_depend_on_the_locale);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0
 * thaw_data_add_event_arrays(): strings as offsets and bytes, numbers with a stride. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "failing_alloc.h"
#include "run_suite.h"
#include "shop.h"

static failing_alloc f;
static thaw_data *data;

static void setup(void)
{
    failing_alloc_init(&f, 0);
    data = shop_create(&f.allocator);
}

static void teardown(void)
{
    thaw_data_free(data);
    ck_assert_int_eq(f.live, 0);
}

/* Three events: u1 i1, ü_ i2, u1 i2; the bytes of users begin with two of another slice. */
static const int32_t user32[] = {2, 4, 7, 9}, item32[] = {0, 2, 4, 6}, event32[] = {0, 4, 12, 18},
                     basket32[] = {0, 0, 0, 1};
static const int64_t user64[] = {2, 4, 7, 9}, item64[] = {0, 2, 4, 6}, event64[] = {0, 4, 12, 18},
                     basket64[] = {0, 0, 0, 1};

static thaw_string_array strings(const void *offsets, int32_t offset_size, const char *bytes)
{
    return (thaw_string_array){offsets, bytes, (int64_t)strlen(bytes), offset_size, 0};
}

static thaw_event_arrays three_events(int wide)
{
    thaw_event_arrays a;
    const int32_t size = wide ? 8 : 4;
    ck_assert_int_eq(thaw_event_arrays_init(&a, sizeof a), THAW_OK);
    a.users = strings(wide ? (const void *)user64 : user32, size, "??u1\xc3\xbc_u1");
    a.items = strings(wide ? (const void *)item64 : item32, size, "i1i2i2");
    return a;
}

START_TEST(strings_are_cut_at_offsets_of_both_sizes)
{
    thaw_event_arrays a = three_events(_i);
    const int32_t size = _i ? 8 : 4;
    a.events = strings(_i ? (const void *)event64 : event32, size, "viewpurchaserefund");
    a.baskets = strings(_i ? (const void *)basket64 : basket32, size, "b");
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_OK);
    ck_assert_shop_size(data, 3, 2, 2);
    ck_assert_str_eq(shop_event(data, 0).user, "u1");
    ck_assert_str_eq(shop_event(data, 1).user, "\xc3\xbc_");
    ck_assert_str_eq(shop_event(data, 1).item, "i2");
    ck_assert_str_eq(shop_event(data, 1).event, "purchase");
    ck_assert_str_eq(shop_event(data, 2).event, "return");
    ck_assert_ptr_null(shop_event(data, 1).basket);
    ck_assert_str_eq(shop_event(data, 2).basket, "b");
    ck_assert(isnan(shop_event(data, 2).value) && isnan(shop_event(data, 2).time));
}
END_TEST

START_TEST(events_without_a_column_of_names_are_ratings)
{
    const thaw_event_arrays a = three_events(0);
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_OK);
    ck_assert_str_eq(shop_event(data, 2).event, "rating");
    ck_assert_ptr_null(shop_event(data, 2).basket);
}
END_TEST

START_TEST(strings_need_no_zero_byte)
{
    thaw_event_arrays a = three_events(0);
    const char exact[6] = {'i', '1', 'i', '2', 'i', '2'};
    a.items.bytes = exact;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_OK);
    ck_assert_str_eq(shop_event(data, 2).item, "i2");
}
END_TEST

/* ---- numbers ---- */

static const float floats[] = {1, 2, 3};
static const double doubles[] = {1, 2, 3};
static const int32_t ints[] = {1, 2, 3};
static const int64_t longs[] = {1, 2, 3};
static const struct {
    char odd;
    struct {
        double before, number;
    } row[3];
} records = {0, {{9, 1}, {9, 2}, {9, 3}}};
static const int32_t reversed[] = {3, 2, 1};
static char unaligned[1 + sizeof longs];

static const thaw_number_array numbers[] = {
    {floats, THAW_NUMBER_FLOAT32, 0},
    {doubles, THAW_NUMBER_FLOAT64, 0},
    {ints, THAW_NUMBER_INT32, 0},
    {longs, THAW_NUMBER_INT64, 0},
    {floats, THAW_NUMBER_FLOAT32, sizeof(float)},
    {&records.row[0].number, THAW_NUMBER_FLOAT64, sizeof records.row[0]},
    {&reversed[2], THAW_NUMBER_INT32, -(int32_t)sizeof(int32_t)},
    {unaligned + 1, THAW_NUMBER_INT64, 0},
};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

START_TEST(numbers_of_every_type_and_stride_are_read)
{
    thaw_event_arrays a = three_events(0);
    memcpy(unaligned + 1, longs, sizeof longs);
    a.values = a.times = numbers[_i];
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_OK);
    for (int i = 0; i < 3; i++) {
        ck_assert_float_eq(shop_event(data, i).value, (float)(i + 1));
        ck_assert_double_eq(shop_event(data, i).time, i + 1);
    }
}
END_TEST

START_TEST(numbers_that_events_cannot_have_are_refused)
{
    thaw_event_arrays a = three_events(0);
    const double infinite[] = {1, 2, INFINITY}, large[] = {1, 1e39, 2};
    a.times = (thaw_number_array){infinite, THAW_NUMBER_FLOAT64, 0};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_reason("event 2: time is inf");
    a.times = (thaw_number_array){0};
    a.values = (thaw_number_array){large, THAW_NUMBER_FLOAT64, 0};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_reason("event 1: value is 1e+39");
    ck_assert_shop_size(data, 0, 0, 0);
}
END_TEST

/* ---- refusals ---- */

static const int64_t negative[] = {-1, 2, 4, 6}, descending[] = {0, 2, 1, 6}, beyond[] = {0, 2, 4, 7},
                     huge[] = {0, 2, INT64_MAX, INT64_MIN}, none[] = {0, 2, 2, 6};

static const struct {
    const int64_t *offsets;
    const char *bytes;
    const char *reason;
} bad_strings[] = {
    {negative, "i1i2i3", "event 0: offsets of items are -1 and 2; must ascend from 0 to n_bytes, 6"},
    {descending, "i1i2i3", "event 1: offsets of items are 2 and 1"},
    {beyond, "i1i2i3", "event 2: offsets of items are 4 and 7; must ascend from 0 to n_bytes, 6"},
    {huge, "i1i2i3", "event 1: offsets of items are 2 and 9223372036854775807"},
    {none, "i1i2i3", "event 1: item is empty"},
    {item64, "i1i\xffi3", "event 1: item is not UTF-8"},
    {item64, "i\xc3\xbc_i3", "event 0: item is not UTF-8"}, /* a character is cut */
    {item64, "i1\0_i3", "event 1: a string of items has a zero byte"},
};
enum { N_BAD_STRINGS = sizeof bad_strings / sizeof *bad_strings };

START_TEST(offsets_and_strings_that_are_wrong_are_refused_and_nothing_is_added)
{
    thaw_event_arrays a = three_events(1);
    a.items = (thaw_string_array){bad_strings[_i].offsets, bad_strings[_i].bytes, 6, 8, 0};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_reason(bad_strings[_i].reason);
    ck_assert_shop_size(data, 0, 0, 0);
}
END_TEST

START_TEST(descriptions_of_columns_that_make_no_sense_are_refused)
{
    const thaw_event_arrays good = three_events(0);
    thaw_event_arrays a = good;
    a.items.offset_size = 0;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_reason("items.offset_size is 0; must be 4 or 8");
    a = good, a.users.n_bytes = -1;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    a = good, a.users.bytes = NULL;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_ARG);
    a = good, a.users.offsets = NULL;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_ARG);
    a = good, a.times = (thaw_number_array){floats, 0, 0};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    a = good, a.values = (thaw_number_array){floats, 5, 0};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    a = good, a.values = (thaw_number_array){floats, THAW_NUMBER_FLOAT32, 1};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_reason("values.stride is 1 bytes; must be 0 or at least the 4 of a number");
    a = good, a.values = (thaw_number_array){doubles, THAW_NUMBER_FLOAT64, -4};
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 3), THAW_E_RANGE);
    ck_assert_shop_size(data, 0, 0, 0);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    thaw_event_arrays a = three_events(0);
    ck_assert_int_eq(thaw_data_add_event_arrays(NULL, &a, 3), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_event_arrays(data, NULL, 3), THAW_E_ARG);
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, -1), THAW_E_RANGE);
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, INT64_MAX), THAW_E_RANGE);
    ck_assert_int_eq(thaw_event_arrays_init(NULL, sizeof a), THAW_E_ARG);
    ck_assert_int_eq(thaw_event_arrays_init(&a, sizeof a + 8), THAW_E_VERSION);
    ck_assert_int_eq(thaw_event_arrays_init(&a, sizeof a), THAW_OK);
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 0), THAW_OK);
    a.struct_size = 0;
    ck_assert_int_eq(thaw_data_add_event_arrays(data, &a, 0), THAW_E_ARG);
    ck_assert_shop_size(data, 0, 0, 0);
}
END_TEST

START_TEST(without_memory_no_event_is_added)
{
    const thaw_event_arrays a = three_events(1);
    for (long n = 1, refused = 1; refused; n++) {
        teardown();
        setup();
        f.refuse = f.requests + n;
        const thaw_status st = thaw_data_add_event_arrays(data, &a, 3);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        ck_assert_shop_size(data, refused ? 0 : 3, refused ? 0 : 2, refused ? 0 : 2);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event arrays");
    TCase *tc = tcase_create("arrays");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, strings_are_cut_at_offsets_of_both_sizes, 0, 2);
    tcase_add_test(tc, events_without_a_column_of_names_are_ratings);
    tcase_add_test(tc, strings_need_no_zero_byte);
    tcase_add_loop_test(tc, numbers_of_every_type_and_stride_are_read, 0, N_NUMBERS);
    tcase_add_test(tc, numbers_that_events_cannot_have_are_refused);
    tcase_add_loop_test(tc, offsets_and_strings_that_are_wrong_are_refused_and_nothing_is_added, 0, N_BAD_STRINGS);
    tcase_add_test(tc, descriptions_of_columns_that_make_no_sense_are_refused);
    tcase_add_test(tc, wrong_arguments_are_refused);
    tcase_add_test(tc, without_memory_no_event_is_added);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encoder.h"
#include "mem.h"
#include "run_suite.h"

enum { ROWS = 20 };

static thaw_data *data;
static thaw__features features;
static thaw_allocator a;

static void add(const char *name, int32_t type, int row, const char *value)
{
    char key[16];
    const char *k = key;
    snprintf(key, sizeof key, "i%d", row);
    ck_assert_int_eq(thaw_data_add_feature(data, THAW_TABLE_ITEMS, name, type, &k, &value, 1), THAW_OK);
}

static void setup(void)
{
    a = thaw__allocator(NULL);
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    for (int r = 0; r < ROWS; r++) {
        char number[16];
        snprintf(number, sizeof number, "%d", r * r);
        add("colour", THAW_TYPE_TOKEN, r, r == 0 ? "rare" : r % 2 ? "red" : "blue");
        add("tags", THAW_TYPE_TOKEN_SEQ, r, r % 3 ? "soft warm" : "warm");
        add("size", THAW_TYPE_FLOAT, r, number);
        add("words", THAW_TYPE_TEXT, r, "all the same");
    }
    add("colour", THAW_TYPE_TOKEN, ROWS, ""); /* a row without values */
    ck_assert_int_eq(thaw__features_learn(&features, &data->items, 2, &a), THAW_OK);
}

static void teardown(void)
{
    thaw__features_free(&features);
    thaw_data_free(data);
}

static thaw__sparse encode(int64_t row)
{
    thaw__sparse out;
    ck_assert_int_eq(thaw__features_encode(&features, &out, &data->items, &row, 1), THAW_OK);
    return out;
}

START_TEST(rare_values_and_text_have_no_coordinate)
{
    ck_assert_uint_eq(features.n, 3);
    ck_assert_int_eq(thaw__features_find(&features, "colour")->width, 2);
    ck_assert_int_eq(thaw__features_find(&features, "tags")->width, 2);
    ck_assert_int_eq(thaw__features_find(&features, "size")->width, THAW__KNOTS);
    ck_assert_ptr_null(thaw__features_find(&features, "words"));
    ck_assert_int_eq(features.width, 4 + THAW__KNOTS);
}
END_TEST

START_TEST(the_hat_functions_of_a_number_sum_to_1)
{
    const thaw__feature *size = thaw__features_find(&features, "size");
    for (int64_t r = 0; r < ROWS; r++) {
        thaw__sparse row = encode(r);
        float sum = 0, mean = 0;
        for (int64_t k = 0; k < row.start[1]; k++) {
            if (row.column[k] < size->first || row.column[k] >= size->first + size->width) continue;
            sum += row.value[k];
            mean += row.value[k] * size->knots[row.column[k] - size->first];
        }
        ck_assert_float_eq_tol(sum, 1, 1e-6f);
        ck_assert_float_eq_tol(mean, (float)(r * r), 1e-3f); /* knots interpolate the number exactly */
        thaw__sparse_free(&row, &a);
    }
}
END_TEST

START_TEST(a_missing_row_is_empty)
{
    for (int64_t r = -1; r <= ROWS; r += ROWS + 1) {
        thaw__sparse row = encode(r);
        ck_assert_int_eq(row.start[1], 0);
        thaw__sparse_free(&row, &a);
    }
}
END_TEST

typedef struct set_of {
    float value[64];
    int n;
} set_of;

static void set(void *ctx, int32_t coordinate, float value)
{
    set_of *s = ctx;
    s->value[coordinate] += value;
    s->n++;
}

START_TEST(text_is_parsed_as_table_values_are)
{
    set_of parsed = {{0}, 0};
    thaw__sparse row = encode(5);
    ck_assert_int_eq(thaw__features_parse(thaw__features_find(&features, "colour"), "red", set, &parsed), THAW_OK);
    ck_assert_int_eq(thaw__features_parse(thaw__features_find(&features, "tags"), "soft warm", set, &parsed), THAW_OK);
    ck_assert_int_eq(thaw__features_parse(thaw__features_find(&features, "size"), "25", set, &parsed), THAW_OK);
    ck_assert_int_eq(parsed.n, row.start[1]);
    for (int64_t k = 0; k < row.start[1]; k++) ck_assert(parsed.value[row.column[k]] == row.value[k]);
    thaw__sparse_free(&row, &a);
}
END_TEST

START_TEST(text_that_is_not_a_number_is_refused)
{
    static const char *const wrong[] = {"nan", "inf", "1e99", "12x", "--1"};
    set_of parsed = {{0}, 0};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        ck_assert_int_eq(thaw__features_parse(thaw__features_find(&features, "size"), wrong[k], set, &parsed),
                         THAW_E_RANGE);
    ck_assert_int_eq(parsed.n, 0);
}
END_TEST

START_TEST(json_round_trip_gives_the_same_features)
{
    json_t *json = thaw__features_to_json(&features);
    json_t *object = json_pack("{s:O}", "features", json);
    thaw__features back;
    thaw__json read;
    char *text = json_dumps(object, 0);
    ck_assert_int_eq(thaw__json_check(&read, text, strlen(text), "features"), THAW_OK);
    ck_assert_int_eq(thaw__features_from_json(&back, thaw__json_get(read, "features"), &a), THAW_OK);
    json_t *again = thaw__features_to_json(&back);
    ck_assert(json_equal(json, again));
    json_decref(json);
    json_decref(again);
    json_decref(object);
    free(text);
    thaw__features_free(&back);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model.encoder");
    TCase *tc = tcase_create("features");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, rare_values_and_text_have_no_coordinate);
    tcase_add_test(tc, the_hat_functions_of_a_number_sum_to_1);
    tcase_add_test(tc, a_missing_row_is_empty);
    tcase_add_test(tc, text_is_parsed_as_table_values_are);
    tcase_add_test(tc, text_that_is_not_a_number_is_refused);
    tcase_add_test(tc, json_round_trip_gives_the_same_features);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

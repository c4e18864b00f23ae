/* SPDX-License-Identifier: Apache-2.0
 * Files of every format load and give the same scores. make_golden.c of their version wrote them. */
#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "run_suite.h"

static const char *path_of(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s/tests/golden/%s", THAW_SOURCE_DIR, name);
    return path;
}

/* 1e-4: sums of three products in float32; the order of summation depends on the kernel. */
static void check_scores(int number, const thaw_model *model, const thaw_user *user)
{
    char key[16];
    float want_mean, want_variance;
    FILE *file = fopen(path_of(golden_files[number].scores), "r");
    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < GOLDEN_ITEMS; i++) {
        float mean, variance;
        int64_t row;
        ck_assert_int_eq(fscanf(file, "%15s %f %f", key, &want_mean, &want_variance), 3);
        ck_assert_int_eq(thaw_model_item_row(model, &row, key), THAW_OK);
        ck_assert_int_eq(thaw_score(model, user, &mean, &variance, &row, 1), THAW_OK);
        ck_assert_float_eq_tol(mean, want_mean, 1e-4f);
        ck_assert_float_eq_tol(variance, want_variance, 1e-4f);
    }
    fclose(file);
}

static thaw_model *load(int number, int map)
{
    thaw_model *model;
    const char *path = path_of(golden_files[number].model);
    thaw_status st = map ? thaw_model_map(&model, path, NULL) : thaw_model_load(&model, path, NULL);
    ck_assert_msg(st == THAW_OK, "%s", thaw_last_error());
    return model;
}

static void check_adapted(int number, const thaw_model *model)
{
    thaw_user *user;
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
    ck_assert_int_eq(thaw_user_set_features(model, user, golden_names, golden_values, 2), THAW_OK);
    ck_assert_int_eq(thaw_adapt(model, user, golden_events, GOLDEN_EVENTS), THAW_OK);
    check_scores(number, model, user);
    thaw_user_free(user);
}

START_TEST(a_model_of_any_format_gives_the_same_scores)
{
    thaw_model *model = load(_i / 2, _i % 2);
    check_adapted(_i / 2, model);
    thaw_model_free(model);
}
END_TEST

START_TEST(a_model_saved_in_the_newest_format_gives_the_same_scores)
{
    char bytes[16384];
    int64_t size;
    thaw_model *model = load(_i, 0), *again;
    ck_assert_int_eq(thaw_model_save_buffer(model, bytes, sizeof bytes, &size), THAW_OK);
    ck_assert_int_eq(thaw_model_load_buffer(&again, bytes, size, NULL), THAW_OK);
    check_adapted(_i, again);
    thaw_model_free(again);
    thaw_model_free(model);
}
END_TEST

START_TEST(a_user_of_any_format_gives_the_same_scores)
{
    char bytes[1024];
    thaw_model *model = load(_i, 0);
    thaw_user *user;
    FILE *file = fopen(path_of(golden_files[_i].user), "rb");
    ck_assert_ptr_nonnull(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert_int_eq(thaw_user_load(&user, model, bytes, (int64_t)size), THAW_OK);
    ck_assert_int_eq(thaw_user_n_events(user), GOLDEN_EVENTS);
    check_scores(_i, model, user);
    thaw_user_free(user);
    thaw_model_free(model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("golden files");
    TCase *unit = tcase_create("unit");
    tcase_add_loop_test(unit, a_model_of_any_format_gives_the_same_scores, 0, 2 * GOLDEN_FILES);
    tcase_add_loop_test(unit, a_model_saved_in_the_newest_format_gives_the_same_scores, 0, GOLDEN_FILES);
    tcase_add_loop_test(unit, a_user_of_any_format_gives_the_same_scores, 0, GOLDEN_FILES);
    suite_add_tcase(suite, unit);
    return run_suite(suite);
}

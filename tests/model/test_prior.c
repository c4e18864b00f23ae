/* SPDX-License-Identifier: Apache-2.0
 * A hand-made prior over two feature columns: "colour" with coordinates 0 … 2 and "size" with 3 and 4. */
#include "prior.h"

#include <string.h>

#include "failing_alloc.h"
#include "run_suite.h"

enum { DIM = 2 };

static failing_alloc f;
static thaw__prior prior;

static void make_features(thaw__features *features)
{
    *features = (thaw__features){.allocator = f.allocator, .n = 2, .width = 5};
    features->columns = thaw__alloc0(&f.allocator, 2, sizeof *features->columns);
    if (!features->columns) return;
    features->columns[0] = (thaw__feature){.name = "colour", .first = 0, .width = 3};
    features->columns[1] = (thaw__feature){.name = "size", .first = 3, .width = 2};
    for (int c = 0; c < 2; c++) thaw__keymap_init(&features->columns[c].tokens, &f.allocator);
}

static void setup(void)
{
    thaw__features features;
    failing_alloc_init(&f, 0);
    make_features(&features);
    ck_assert_int_eq(thaw__prior_init(&prior, &features, DIM), THAW_OK);
    static const float centre[DIM] = {10, 20}, means[2 * DIM] = {1, 2, 3, 4};
    memcpy(prior.centre, centre, sizeof centre);
    memcpy(prior.column_mean, means, sizeof means);
    for (int g = 0; g < 5; g++) {
        prior.weights[g * DIM] = (float)(100 * (g + 1));
        prior.weights[g * DIM + 1] = (float)g;
        prior.total_weight[g] = (float)(10 * g);
    }
}

static void teardown(void)
{
    thaw__prior_free(&prior);
    ck_assert_int_eq(f.live, 0);
}

START_TEST(a_new_prior_has_mean_0_and_variance_1)
{
    thaw__features features;
    thaw__prior fresh;
    make_features(&features);
    ck_assert_int_eq(thaw__prior_init(&fresh, &features, DIM), THAW_OK);
    ck_assert_ptr_null(features.columns); /* the prior owns them now */
    float mean[DIM] = {7, 7};
    int64_t start[] = {0, 2};
    int32_t column[] = {1, 4};
    float value[] = {1, 0.5f};
    const thaw__sparse row = {1, start, column, value};
    thaw__prior_mean(&fresh, mean, &row, 0);
    ck_assert(mean[0] == 0 && mean[1] == 0);
    thaw__prior_free(&fresh);
}
END_TEST

/* Row 0 has no features, 1 a colour, 2 a size between two knots, 3 two colours and a size. */
static int64_t starts[] = {0, 0, 1, 3, 6};
static int32_t columns[] = {1, 3, 4, 0, 2, 4};
static float values[] = {1, 0.25f, 0.75f, 1, 1, 1};
static const thaw__sparse rows = {4, starts, columns, values};

START_TEST(the_mean_is_the_centre_plus_the_centred_effects_of_present_columns)
{
    static const float expected[4][DIM] = {{10, 20},
                                           {10 + 200 - 1, 20 + 1 - 2},
                                           {10 + 0.25f * 400 + 0.75f * 500 - 3, 20 + 0.25f * 3 + 0.75f * 4 - 4},
                                           {10 + 100 + 300 - 1 + 500 - 3, 20 + 0 + 2 - 2 + 4 - 4}};
    float mean[DIM];
    thaw__prior_mean(&prior, mean, &rows, _i);
    /* float32 sums of a few hundred */
    for (int j = 0; j < DIM; j++) ck_assert_float_eq_tol(mean[j], expected[_i][j], 1e-4f);
}
END_TEST

START_TEST(weights_learned_from_few_rows_widen_the_prior)
{
    const float ridge = prior.ridge[0];
    ck_assert(ridge > 0 && prior.ridge[1] == ridge);
    ck_assert_float_eq(thaw__prior_widening(&prior, &rows, 0), 1);
    ck_assert_float_eq_tol(thaw__prior_widening(&prior, &rows, 1), 1 + 1 / (10 + ridge), 1e-6f);
    ck_assert(thaw__prior_widening(&prior, &rows, 3) > thaw__prior_widening(&prior, &rows, 2));
    for (int g = 0; g < 5; g++) prior.total_weight[g] = 1e9f;
    ck_assert_float_eq_tol(thaw__prior_widening(&prior, &rows, 3), 1, 1e-6f);
}
END_TEST

START_TEST(the_column_of_a_coordinate_is_found)
{
    static const int32_t expected[] = {0, 0, 0, 1, 1};
    ck_assert_int_eq(thaw__prior_column(&prior, _i), expected[_i]);
}
END_TEST

START_TEST(a_failed_allocation_leaks_nothing)
{
    for (long n = 1, more = 1; more; n++) {
        thaw__features features;
        thaw__prior made;
        make_features(&features);
        const long before = f.live;
        f.refuse = f.requests + n;
        f.refused = 0;
        const thaw_status st = thaw__prior_init(&made, &features, DIM);
        more = f.refused;
        ck_assert_int_eq(st, more ? THAW_E_NOMEM : THAW_OK);
        thaw__prior_free(&made);
        ck_assert_int_eq(f.live, before - 1); /* the features are freed too */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tc = tcase_create("prior");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_new_prior_has_mean_0_and_variance_1);
    tcase_add_loop_test(tc, the_mean_is_the_centre_plus_the_centred_effects_of_present_columns, 0, 4);
    tcase_add_test(tc, weights_learned_from_few_rows_widen_the_prior);
    tcase_add_loop_test(tc, the_column_of_a_coordinate_is_found, 0, 5);
    tcase_add_test(tc, a_failed_allocation_leaks_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

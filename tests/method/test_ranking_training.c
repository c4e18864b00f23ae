/* SPDX-License-Identifier: Apache-2.0
 * Training of rankings from outside: targets, cancelling, memory. */
#include <math.h>

#include "failing_alloc.h"
#include "ring_shop.h"
#include "run_suite.h"

START_TEST(a_target_that_never_happens_is_refused)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "lease");
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_E_UNKNOWN);
    ck_assert_int_eq(thaw_config_set(&config, "target", "purchase"), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

static int32_t stop_at(void *ctx, const thaw_report *report)
{
    int *calls = ctx;
    ck_assert(report->seconds >= 0 && report->pass > 0);
    return --*calls == 0;
}

static int32_t check_loss(void *ctx, const thaw_report *report)
{
    int *calls = ctx;
    ck_assert(isfinite(report->loss) && report->loss > 0);
    ck_assert(isnan(report->train_rmse) && isnan(report->valid_mae) && isnan(report->best_mae));
    return ++*calls < 0;
}

START_TEST(a_pass_reports_its_loss_and_no_error_of_ratings)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_report report;
    thaw_model *m;
    int calls = 0;
    ck_assert_int_eq(thaw_report_init(&report, sizeof report), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, &report, data, check_loss, &calls), THAW_OK);
    ck_assert_int_ge(calls, config.passes);
    ck_assert(report.loss > 0 && isnan(report.train_rmse));
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

/* In the first pass, in the last, while rows are tuned: what is there is a whole model. */
START_TEST(a_cancelled_training_leaves_a_model)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_model *m;
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n;
    int calls = _i;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, stop_at, &calls), THAW_E_CANCELLED);
    const thaw_event e = event_of(m, "i11", "purchase", 1);
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, &e, 1), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, NULL), THAW_OK);
    ck_assert_int_eq(n, 10);
    ck_assert(hits[0].mean > hits[9].mean);
    thaw_user_free(u);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

START_TEST(no_memory_at_any_point_is_a_clean_status)
{
    failing_alloc f;
    for (long n = 1, failed = 1; failed; n++) {
        failing_alloc_init(&f, n);
        thaw_data *data = ring_shop(&f.allocator);
        thaw_config config = ring_config(&f.allocator, "");
        thaw_model *m = NULL;
        config.passes = 1;
        thaw_status st = data ? thaw_model_create(&m, &config, data) : THAW_E_NOMEM;
        if (st == THAW_OK) st = thaw_pretrain(m, NULL, data, NULL, NULL);
        failed = f.refused;
        ck_assert_int_eq(st, failed ? THAW_E_NOMEM : THAW_OK);
        thaw_model_free(m);
        thaw_data_free(data);
        ck_assert_int_eq(f.live, 0);
        if (n > 60 && failed) n += n / 8; /* most later requests are of one kind */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking ranking training");
    TCase *tc = tcase_create("ranking training");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, a_target_that_never_happens_is_refused);
    tcase_add_test(tc, a_pass_reports_its_loss_and_no_error_of_ratings);
    tcase_add_loop_test(tc, a_cancelled_training_leaves_a_model, 1, 4);
    tcase_add_test(tc, no_memory_at_any_point_is_a_clean_status);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

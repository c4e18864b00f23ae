/* SPDX-License-Identifier: Apache-2.0
 * Training of rankings from outside: targets, cancelling, memory. */
#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Train on the ring shop and one more event at a time; returns the half-life. The model can be saved. */
static double half_life_with(double time)
{
    static const char *const user = "u7", *const item = "i3", *const event = "purchase";
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_event_columns c;
    thaw_model_info info = {.struct_size = sizeof info};
    thaw_model *m;
    int64_t size;
    ck_assert_int_eq(thaw_event_columns_init(&c, sizeof c), THAW_OK);
    c.users = &user, c.items = &item, c.events = &event, c.times = &time;
    ck_assert_int_eq(thaw_data_add_events(data, &c, 1), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_msg(thaw_pretrain(m, NULL, data, NULL, NULL) == THAW_OK, "%s", thaw_last_error());
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size), THAW_E_SPACE);
    ck_assert_int_eq(thaw_model_get_info(m, &info), THAW_OK);
    thaw_model_free(m);
    thaw_data_free(data);
    return info.half_life;
}

/* The learning of the half-life changes it by at most a factor of 2 in these few steps. */
START_TEST(one_wrong_time_does_not_move_the_half_life)
{
    static const double wrong[] = {1e40, 1e13, -1e40, 1e300, -1e13};
    const double right = half_life_with(75);
    ck_assert_double_gt(right, 0);
    ck_assert_double_gt(half_life_with(wrong[_i]), right / 2);
    ck_assert_double_lt(half_life_with(wrong[_i]), right * 2);
}
END_TEST

/* Every user has a time that no float32 holds, so there is no half-life. */
START_TEST(a_half_life_that_is_not_finite_is_refused_and_named)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_model *m;
    int64_t size, size_after;
    static char names[USERS][16];
    for (int u = 0; u < USERS; u++) {
        const char *user = names[u], *item = "i3", *event = "purchase";
        const double time = 1e60;
        thaw_event_columns c;
        snprintf(names[u], sizeof names[u], "u%d", u);
        ck_assert_int_eq(thaw_event_columns_init(&c, sizeof c), THAW_OK);
        c.users = &user, c.items = &item, c.events = &event, c.times = &time;
        ck_assert_int_eq(thaw_data_add_events(data, &c, 1), THAW_OK);
    }
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size), THAW_E_SPACE);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_E_NUMERIC);
    ck_assert_ptr_nonnull(strstr(thaw_last_error(), "half_life"));
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size_after), THAW_E_SPACE);
    ck_assert_int_eq(size, size_after);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

static int32_t stop_at(void *ctx, const thaw_report *report)
{
    const int *pass = ctx;
    ck_assert(report->seconds >= 0 && report->pass >= 0);
    return report->pass == *pass;
}

static int32_t check_loss(void *ctx, const thaw_report *report)
{
    int *passes = ctx;
    if (report->pass == *passes) return 0; /* between two passes */
    ck_assert_int_eq(report->pass, ++*passes);
    ck_assert(isfinite(report->loss) && report->loss > 0);
    ck_assert(isnan(report->train_rmse) && isnan(report->valid_mae) && isnan(report->best_mae));
    return 0;
}

START_TEST(every_pass_is_reported_once_with_its_loss)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_report report;
    thaw_model *m;
    int passes = 0;
    ck_assert_int_eq(thaw_report_init(&report, sizeof report), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, &report, data, check_loss, &passes), THAW_OK);
    ck_assert_int_eq(passes, config.passes);
    ck_assert_int_eq(report.pass, config.passes);
    ck_assert(report.done == 1 && report.seconds_left == 0);
    ck_assert(report.loss > 0 && isnan(report.train_rmse));
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

/* In the first pass … the last: what is there is a whole model. */
START_TEST(a_cancelled_training_leaves_a_model)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_model *m;
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n;
    int pass = _i;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, stop_at, &pass), THAW_E_CANCELLED);
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

/* A hook on the calling thread that counts the tasks that begin after progress() has cancelled. */
typedef struct cancelling {
    int32_t pass; /* of the last call */
    double done;
    int cancelled;
    int64_t tasks_after;
} cancelling;

static int32_t run_counting(void *ctx, thaw_task task, void *arg, int64_t n)
{
    cancelling *c = ctx;
    if (c->cancelled) c->tasks_after += n;
    for (int64_t i = 0; i < n; i++) task(arg, i, 0);
    return 0;
}

static int32_t cancel_after_a_pass(void *ctx, const thaw_report *report)
{
    cancelling *c = ctx;
    ck_assert(report->phase && report->phase[0]);
    ck_assert(report->done >= c->done && report->done <= 1);
    c->done = report->done;
    c->cancelled |= report->pass >= 1;
    return c->cancelled;
}

START_TEST(a_cancelled_training_begins_no_further_loop)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    cancelling c = {0};
    thaw_model *m;
    thaw_model_info info;
    config.parallel = (thaw_parallel){.run = run_counting, .ctx = &c, .n_workers = 1};
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, cancel_after_a_pass, &c), THAW_E_CANCELLED);
    ck_assert_int_eq(c.tasks_after, 0);
    ck_assert(c.done > 0);
    ck_assert_int_eq(thaw_model_info_init(&info, sizeof info), THAW_OK);
    ck_assert_int_eq(thaw_model_get_info(m, &info), THAW_OK);
    ck_assert(info.trained_users > 0 && info.trained_events > 0);
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
    tcase_add_loop_test(tc, one_wrong_time_does_not_move_the_half_life, 0, 5);
    tcase_add_test(tc, a_half_life_that_is_not_finite_is_refused_and_named);
    tcase_add_test(tc, a_target_that_never_happens_is_refused);
    tcase_add_test(tc, every_pass_is_reported_once_with_its_loss);
    tcase_add_loop_test(tc, a_cancelled_training_leaves_a_model, 1, 3);
    tcase_add_test(tc, a_cancelled_training_begins_no_further_loop);
    tcase_add_test(tc, no_memory_at_any_point_is_a_clean_status);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

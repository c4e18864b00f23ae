/* SPDX-License-Identifier: Apache-2.0
 * The score of a ranking by events (docs/ranking-model.md, equation 11). */
#include <math.h>
#include <string.h>

#include "latent.h"
#include "precision.h"
#include "ranking_adapt.h"
#include "ring_shop.h"
#include "run_suite.h"

enum { MOST = 600 };

#define TOLERANCE 2e-6f /* of scores of about 1, sums of some hundred products in float32 */

static thaw_model *model;
static thaw_user *user;
static thaw_event events[MOST];
static float contributions[MOST], base;

static void open_model(const char *target)
{
    model = ring_model(target);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
}

static void close_model(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
}

/* n events on items of the ring, some of them again, views and purchases, not in the order of time. */
static void make_events(int n)
{
    for (int k = 0; k < n; k++) {
        char item[16];
        snprintf(item, sizeof item, "i%d", k * k % 17);
        events[k] = event_of(model, item, k % 3 ? "purchase" : "view", 1 + (k * 7) % 31);
    }
}

static double explain(int n, int64_t item)
{
    double sum = 0;
    ck_assert_int_eq(thaw_explain(model, user, contributions, &base, events, n, item), THAW_OK);
    for (int k = 0; k < n; k++) sum += (double)contributions[k];
    return sum;
}

static float score_of(int64_t item)
{
    float score;
    ck_assert_int_eq(thaw_score(model, user, &score, NULL, &item, 1), THAW_OK);
    return score;
}

static const char *const targets[] = {"", "purchase"};
static const int lengths[] = {0, 1, 2, 3, 9, 40, MOST};

START_TEST(base_and_contributions_add_up_to_the_score)
{
    const char *const names[] = {"home"}, *const values[] = {"east"};
    open_model(targets[_i % 2]);
    ck_assert_int_eq(thaw_user_set_features(model, user, names, values, 1), THAW_OK);
    for (int k = 0; k < (int)(sizeof lengths / sizeof *lengths); k++) {
        make_events(lengths[k]);
        for (int64_t item = 0; item < ITEMS; item++) {
            const double sum = explain(lengths[k], item);
            ck_assert_float_eq_tol((float)((double)base + sum), score_of(item), TOLERANCE);
        }
    }
    close_model();
}
END_TEST

/* o_j(K) + gain u_j'A^-1 (ridge share M f - unobserved V'p), with the solver of training. */
static float base_of(int64_t item)
{
    static float factor[THAW__RANK_MAX * THAW__RANK_MAX], w[THAW__RANK_MAX], b[THAW__RANK_MAX];
    const thaw__ranking *r = thaw__ranking_of(model);
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(user);
    thaw__support_weights s;
    thaw__support_weights_read(&s, r, x->history, x->n_history);
    const thaw__latent_schedules at = thaw__latent_schedules_at(r, s.interpolation);
    ck_assert_int_eq(thaw__latent_solve(w, factor, model, &s, user->posterior.prior), 0);
    memset(b, 0, sizeof b);
    for (int32_t c = 0; c < model->rank; c++)
        b[c] = at.ridge * at.prior_share * user->posterior.prior[c] - at.unobserved_precision * r->gram_popularity[c];
    thaw__precision_solve((thaw__precision){factor, model->rank, model->stride}, b);
    double sum = 0;
    for (int32_t c = 0; c < model->rank; c++)
        sum += (double)r->output_embedding[item * model->stride + c] * (double)b[c];
    const float *o = r->offset[s.interpolation.knot], *next = r->offset[s.interpolation.knot + 1];
    return (1 - s.interpolation.part) * o[item] + s.interpolation.part * next[item] +
           thaw__schedule_at(r, THAW__GAIN, s.interpolation) * (float)sum;
}

START_TEST(the_base_is_the_score_with_nothing_from_the_events)
{
    const char *const names[] = {"home"}, *const values[] = {"east"};
    open_model(targets[_i % 2]);
    ck_assert_int_eq(thaw_user_set_features(model, user, names, values, 1), THAW_OK);
    for (int n = 1; n < 40; n += 6) {
        make_events(n);
        for (int64_t item = 0; item < ITEMS; item++) {
            explain(n, item);
            ck_assert_float_eq_tol(base, base_of(item), TOLERANCE);
        }
    }
    close_model();
}
END_TEST

/* In the ring, item i + 1 follows on item i. */
START_TEST(the_item_before_is_the_reason_for_the_next)
{
    int64_t next;
    open_model("");
    events[0] = event_of(model, "i20", "purchase", 1);
    events[1] = event_of(model, "i5", "purchase", 2);
    events[2] = event_of(model, "i12", "purchase", 3);
    ck_assert_int_eq(thaw_model_item_row(model, &next, "i6"), THAW_OK);
    explain(3, next);
    ck_assert(contributions[1] > 5 * fabsf(contributions[0]) && contributions[1] > 5 * fabsf(contributions[2]));
    close_model();
}
END_TEST

START_TEST(contributions_are_in_the_order_of_the_events_given)
{
    enum { N = 30 };
    float before[N];
    open_model("purchase");
    make_events(N);
    for (int k = 0; k < N; k++) events[k].time = 1 + k * 7 % 31; /* none twice */
    explain(N, 3);
    memcpy(before, contributions, sizeof before);
    for (int k = 0; k < N / 2; k++) {
        const thaw_event other = events[k];
        events[k] = events[N - 1 - k];
        events[N - 1 - k] = other;
    }
    explain(N, 3);
    for (int k = 0; k < N; k++) ck_assert(contributions[k] == before[N - 1 - k]);
    close_model();
}
END_TEST

START_TEST(events_that_are_no_longer_kept_contribute_nothing)
{
    int used = 0;
    open_model("");
    make_events(MOST);
    for (int k = 0; k < MOST; k++) events[k].time = k % 2 ? 2000 - k : k - 1000;
    explain(MOST, 3);
    for (int k = 0; k < MOST; k++) used += contributions[k] != 0;
    ck_assert_int_eq(used, THAW__HISTORY);
    for (int k = 0; k < MOST; k += 2) ck_assert((contributions[k] != 0) == (k >= 2 * (MOST - THAW__HISTORY)));
    close_model();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking explain");
    TCase *tc = tcase_create("explain");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, base_and_contributions_add_up_to_the_score, 0, 2);
    tcase_add_loop_test(tc, the_base_is_the_score_with_nothing_from_the_events, 0, 2);
    tcase_add_test(tc, the_item_before_is_the_reason_for_the_next);
    tcase_add_test(tc, contributions_are_in_the_order_of_the_events_given);
    tcase_add_test(tc, events_that_are_no_longer_kept_contribute_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

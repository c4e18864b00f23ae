/* SPDX-License-Identifier: Apache-2.0
 * Fine-tuning of embeddings: its gradient, its loss, and that V'V stays diagonal. */
#include <math.h>

#include "ring_episode.h"
#include "run_suite.h"
#include "fine_tuning.h"

/* The statistics of the ring shop without the last user, to be fine-tuned. */
typedef struct ring_tuning {
    thaw_data *data;
    thaw_model *m;
    thaw__histories histories;
    thaw__basis basis;
    int64_t users[USERS];
    thaw__fine_tuning fine_tuning;
} ring_tuning;

static void open_tuning(ring_tuning *t, int32_t loss)
{
    thaw_config config = ring_config(NULL, "");
    t->data = ring_shop(NULL);
    config.loss = loss;
    ck_assert_int_eq(thaw_model_create(&t->m, &config, t->data), THAW_OK);
    ck_assert_int_eq(thaw__histories_build(&t->histories, t->m, t->data, NULL, 0, INFINITY), THAW_OK);
    for (int u = 0; u < USERS; u++) t->users[u] = u;
    ring_statistics(t->m, &t->basis, &t->histories, t->users, USERS - 1, 1);
    ck_assert_int_eq(thaw__fine_tuning_create(&t->fine_tuning, t->m, &t->basis, &t->histories, t->users, USERS - 1),
                     THAW_OK);
}

static void close_tuning(ring_tuning *t)
{
    thaw__fine_tuning_free(&t->fine_tuning);
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    thaw__histories_free(&t->histories);
    thaw_model_free(t->m);
    thaw_data_free(t->data);
}

/* The derivative of episode 0 of the batch by the number at x; episode 1, which is run again, does not change it. */
static void check_embedding(ring_tuning *t, float *x, int64_t k, double slope)
{
    const float old = *x, h = 0.003f;
    double loss[2];
    for (int side = 0; side < 2; side++) {
        *x = side ? old + h : old - h;
        loss[side] = thaw__fine_tuning_episode(&t->fine_tuning, 1, 0, USERS - 1, k, 0);
    }
    *x = old;
    const double difference = (loss[1] - loss[0]) / (2 * (double)h);
    ck_assert_msg(fabs(difference - slope) < 2e-3 * (0.1 + fabs(difference)), "the slope is %g, differences say %g",
                  slope, difference);
}

START_TEST(slopes_of_embeddings_are_those_of_finite_differences)
{
    ring_tuning t;
    open_tuning(&t, _i / 3);
    const int64_t k = 1 + 2 * (_i % 3), stride = t.m->stride;
    const thaw__fine_tuning_support *s = t.fine_tuning.supports;
    ck_assert(thaw__fine_tuning_episode(&t.fine_tuning, 0, 0, USERS - 1, k, 0) > 0);
    ck_assert_int_eq(s->n, k);
    for (int32_t c = 0; c < t.m->rank; c++) {
        const double w = (double)t.fine_tuning.w[c], l = (double)t.fine_tuning.l[c];
        for (int32_t i = 0; i < s->n; i++)
            check_embedding(&t, &thaw__ranking_of(t.m)->item_embedding[s->item[i] * stride + c], k,
                            (double)s->by_l[i] * l + (double)s->by_w[i] * w);
        for (int64_t i = 0; i < ITEMS; i++)
            check_embedding(&t, &t.basis.rows[i * t.basis.width + c], k, (double)t.fine_tuning.by_score[i] * w);
    }
    close_tuning(&t);
}
END_TEST

START_TEST(fine_tuning_lowers_the_loss_and_keeps_the_gram_matrix_diagonal)
{
    ring_tuning t;
    enum { EPOCHS = 60, SOME = 15 }; /* of 64 episodes: one alone is noisy */
    double first = 0, last = 0;
    open_tuning(&t, _i);
    for (int k = 0; k < EPOCHS; k++) {
        for (int64_t b = 0; b < thaw__fine_tuning_batches(&t.fine_tuning); b++) {
            ck_assert_int_eq(thaw__fine_tuning_add(&t.fine_tuning, 0, THAW__FINE_TUNING_BATCH), THAW_OK);
            ck_assert_int_eq(thaw__fine_tuning_step(&t.fine_tuning), THAW_OK);
        }
        if (k < SOME) first += t.fine_tuning.loss;
        if (k >= EPOCHS - SOME) last += t.fine_tuning.loss;
    }
    ck_assert_msg(last < first, "%g at first, %g at last", first / SOME, last / SOME);
    for (int32_t a = 0; a < t.m->rank; a++)
        for (int32_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int64_t i = 0; i < ITEMS; i++)
                sum += (double)thaw__ranking_of(t.m)->item_embedding[i * t.m->stride + a] *
                       (double)thaw__ranking_of(t.m)->item_embedding[i * t.m->stride + b];
            ck_assert_double_eq_tol(sum, a == b ? (double)thaw__ranking_of(t.m)->gram_diag[a] : 0, 1e-4);
        }
    close_tuning(&t);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking fine tuning");
    TCase *tc = tcase_create("fine tuning");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_embeddings_are_those_of_finite_differences, 0, 15);
    tcase_add_loop_test(tc, fine_tuning_lowers_the_loss_and_keeps_the_gram_matrix_diagonal, 0, 5);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0
 * Training has rows only for the items that occur in histories. */
#include <math.h>
#include <stdlib.h>

#include "ring_episode.h"
#include "ring_shop.h"
#include "run_suite.h"

enum { FEW = 3 };

/* Statistics of few users, who do not come to all items. */
typedef struct part {
    thaw_data *data;
    thaw_model *m;
    thaw__histories histories;
    thaw__basis basis;
    int64_t users[USERS];
} part;

static void open_part(part *p)
{
    static const int64_t few[FEW] = {0, 1, 2};
    thaw_config config = ring_config(NULL, "");
    p->data = ring_shop(NULL);
    ck_assert_int_eq(thaw_model_create(&p->m, &config, p->data), THAW_OK);
    ck_assert_int_eq(thaw__histories_build(&p->histories, p->m, p->data, few, FEW, INFINITY), THAW_OK);
    ring_statistics(p->m, &p->basis, &p->histories, p->users, thaw__histories_of_two(p->users, &p->histories), 1);
}

static void close_part(part *p)
{
    thaw__basis_free(&p->basis, &p->m->config.allocator);
    thaw__histories_free(&p->histories);
    thaw_model_free(p->m);
    thaw_data_free(p->data);
}

START_TEST(only_items_of_histories_have_rows)
{
    part p;
    int occurs[ITEMS] = {0}, n = 0;
    open_part(&p);
    for (int64_t k = 0; k < p.histories.n_events; k++) occurs[p.histories.events[k].item] = 1;
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_int_eq(p.basis.row[i], occurs[i] ? n : -1);
        if (occurs[i]) ck_assert_int_eq(p.basis.item[n++], i);
    }
    ck_assert_int_eq(p.basis.items, n);
    ck_assert_int_gt(n, 0);
    ck_assert_int_lt(n, ITEMS);
    close_part(&p);
}
END_TEST

/* The loss is that of a basis with a row of zeros for every other item. */
START_TEST(an_item_without_a_row_scores_0_in_the_loss)
{
    part p;
    thaw__episode *e[2];
    open_part(&p);
    thaw__basis full = p.basis;
    int32_t row[ITEMS];
    full.items = ITEMS;
    full.row = row;
    full.rows = calloc((size_t)(ITEMS * full.width), sizeof *full.rows);
    ck_assert_ptr_nonnull(full.rows);
    for (int i = 0; i < ITEMS; i++) {
        row[i] = i;
        for (int64_t c = 0; p.basis.row[i] >= 0 && c < full.width; c++)
            full.rows[i * full.width + c] = p.basis.rows[p.basis.row[i] * full.width + c];
    }
    double loss[2];
    for (int k = 0; k < 2; k++) {
        float *by_score = calloc(ITEMS, sizeof *by_score);
        ck_assert_int_eq(thaw__episode_create(&e[k], p.m, k ? &full : &p.basis), THAW_OK);
        ck_assert_int_eq(thaw__episode_adapt(e[k], &p.histories, 0, 1), 0);
        loss[k] = thaw__episode_by_score(e[k], &p.histories, _i, 1, 0, by_score);
        free(by_score);
        thaw__episode_free(e[k]);
    }
    ck_assert_double_gt(loss[0], 0);
    ck_assert_double_eq_tol(loss[0], loss[1], 1e-5 * loss[1]); /* other orders of float32 sums */
    free(full.rows);
    close_part(&p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("basis");
    TCase *tc = tcase_create("basis");
    tcase_add_test(tc, only_items_of_histories_have_rows);
    tcase_add_loop_test(tc, an_item_without_a_row_scores_0_in_the_loss, THAW_LOSS_SHARE, THAW_LOSS_LOGISTIC + 1);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

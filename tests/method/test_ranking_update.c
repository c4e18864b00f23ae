/* SPDX-License-Identifier: Apache-2.0
 * The online step of rankings. */
#include <math.h>

#include "ring_episode.h"
#include "ring_shop.h"
#include "run_suite.h"

/* Edges are rounded by up to 2^-11 at the end of the training and of the update (edge_codes.h). */
static void check_edge_number(float x, float want)
{
    ck_assert_float_eq_tol(x, want, 1e-6f + want / 1024);
}

/* Trained on the events before time 45, then updated with whole histories: every sum over users is what training on all
 * events would give. */
START_TEST(an_update_is_as_if_all_had_been_known)
{
    enum { SINCE = 45 };
    thaw_data *data = ring_shop(NULL), *early, *late;
    thaw_config config = ring_config(NULL, _i ? "purchase" : "");
    thaw_model *m, *whole;
    thaw_split_options split;
    thaw__histories j;
    thaw__basis basis;
    int64_t users[USERS];
    ck_assert_int_eq(thaw_split_options_init(&split, sizeof split), THAW_OK);
    split.holdout_users = 0, split.from_time = SINCE;
    ck_assert_int_eq(thaw_data_split(data, &early, &late, &split), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, early), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, early, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_copy(&whole, m), THAW_OK);
    ck_assert_int_eq(thaw__histories_build(&j, whole, data, NULL, 0, INFINITY), THAW_OK);
    ck_assert_int_eq(thaw__histories_of_two(users, &j), USERS);
    ring_statistics(whole, &basis, &j, users, USERS, 0);
    ck_assert_msg(thaw_pretrain_update(m, NULL, data, NULL, 0, SINCE) == THAW_OK, "%s", thaw_last_error());
    const thaw__ranking *a = thaw__ranking_of(m), *b = thaw__ranking_of(whole);
    ck_assert_double_eq_tol(a->total_weight, b->total_weight, 1e-6 * a->total_weight);
    ck_assert_float_eq_tol(a->order, b->order, 1e-6f);
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_float_eq_tol(a->popularity[i], b->popularity[i], 1e-6f);
        ck_assert_float_eq_tol(a->repeat[i], b->repeat[i], 1e-6f);
        for (int64_t k = b->graph.start[i]; k < b->graph.start[i + 1]; k++) {
            const int64_t at = thaw__item_graph_find(&a->graph, i, b->graph.item[k]);
            ck_assert_int_ge(at, 0);
            check_edge_number(a->graph.edge[at].after, b->graph.edge[k].after);
            check_edge_number(a->graph.edge[at].before, b->graph.edge[k].before);
            check_edge_number(a->graph.edge[at].both, b->graph.edge[k].both);
        }
    }
    ck_assert_int_eq(thaw_pretrain_update(m, NULL, data, NULL, 0, (double)NAN), THAW_E_RANGE);
    thaw__basis_free(&basis, &m->config.allocator);
    thaw__histories_free(&j);
    thaw_model_free(whole);
    thaw_model_free(m);
    thaw_data_free(early);
    thaw_data_free(late);
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking ranking update");
    TCase *tc = tcase_create("ranking update");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, an_update_is_as_if_all_had_been_known, 0, 2);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

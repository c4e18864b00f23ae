/* SPDX-License-Identifier: Apache-2.0
 * Repeat consumption: its schedules, and which item of a history comes first. */
#include "ring_episode.h"
#include "run_suite.h"
#include "ranking_adapt.h"

/* Nothing is repeated where only new items are predicted. */
START_TEST(slopes_of_repeats_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i);
    ring_episode_differentiate(&r);
    const int repeats = thaw__ranking_of(r.m)->target >= 0;
    ring_episode_check_schedule(&r, THAW__FIRST_repeat, repeats);
    ring_episode_check_schedule(&r, THAW__FIRST_repeat + 1, repeats);
    ring_episode_check_schedule(&r, THAW__FIRST_repeat + 2, repeats);
    ring_episode_check_schedule(&r, THAW__FIRST_repeat + 3, repeats);
    ring_episode_close(&r);
}
END_TEST

/* The scores of the repeat term alone, whose state is behind that of the neighbours. */
static int64_t list_repeats(const thaw_model *m, const thaw_user *u, thaw__sparse_score *out)
{
    const size_t before = (thaw__term_neighbour_gp.state_bytes + 15) / 16 * 16;
    return thaw__term_repeat.list(thaw__ranking_user_state_of(u)->terms.at + before, thaw__ranking_of(m), out);
}

/* Half of the users buy their first item again; of two such items the one viewed more often and later is first. */
START_TEST(what_was_looked_at_most_and_last_is_bought)
{
    thaw_model *m = ring_model("purchase");
    thaw_user *u;
    thaw_hit hits[ITEMS];
    int64_t n;
    const thaw_event e[] = {event_of(m, "i7", "view", 1), event_of(m, "i14", "view", 2), event_of(m, "i14", "view", 3)};
    float scores[3];
    thaw__sparse_score repeats[THAW__HISTORY];
    const int64_t rows[] = {e[0].item, e[1].item, (e[0].item + 3) % ITEMS};
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    q.top = ITEMS;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 3), THAW_OK);
    ck_assert_int_eq(list_repeats(m, u, repeats), 2);
    ck_assert(repeats[0].row == e[1].item && repeats[0].value > repeats[1].value && repeats[1].value > 0);
    ck_assert_int_eq(thaw_score(m, u, scores, NULL, rows, 3), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    for (int64_t k = 0; k < n; k++)
        for (int i = 0; i < 3; i++)
            if (hits[k].item == rows[i]) ck_assert_float_eq_tol(hits[k].mean, scores[i], 1e-6f);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking repeat");
    TCase *tc = tcase_create("repeat");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_repeats_are_those_of_finite_differences, 0, RING_CASES);
    tcase_add_test(tc, what_was_looked_at_most_and_last_is_bought);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

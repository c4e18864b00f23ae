/* SPDX-License-Identifier: Apache-2.0
 * The neighbours' part of a ranking's score: its schedules, and what follows a history. */
#include <stdlib.h>

#include "ring_episode.h"
#include "run_suite.h"

START_TEST(slopes_of_neighbours_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i);
    ring_episode_differentiate(&r);
    ring_episode_check_schedule(&r, THAW__FIRST_neighbour_gp, 1);
    ring_episode_check_schedule(&r, THAW__FIRST_neighbour_gp + 1, 1);
    ring_episode_check_schedule(&r, THAW__FIRST_neighbour_gp + 2, 1);
    ring_episode_close(&r);
}
END_TEST

/* Whoever walks past i12 came by i11 and comes by the next few. */
START_TEST(what_follows_is_recommended_first)
{
    thaw_model *m = ring_model("");
    thaw_user *u;
    thaw_hit hits[3];
    int64_t n;
    const char *key;
    const thaw_event e[] = {event_of(m, "i11", "purchase", 1), event_of(m, "i12", "purchase", 2)};
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    const int64_t known[] = {e[0].item, e[1].item};
    q.top = 3, q.exclude = known, q.n_exclude = 2;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 2), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(thaw_model_item_key(m, &key, hits[0].item), THAW_OK);
    ck_assert_msg(atoi(key + 1) >= 13 && atoi(key + 1) <= 17, "%s does not follow", key);
    ck_assert(hits[0].variance > 0);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking neighbour gp");
    TCase *tc = tcase_create("neighbour gp");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_neighbours_are_those_of_finite_differences, 0, RING_CASES);
    tcase_add_test(tc, what_follows_is_recommended_first);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

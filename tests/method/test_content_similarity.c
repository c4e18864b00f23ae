/* SPDX-License-Identifier: Apache-2.0
 * What features of items add to neighbours: its schedules, and items that nobody has met. */
#include <math.h>

#include "ring_episode.h"
#include "run_suite.h"

START_TEST(slopes_of_content_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i);
    ring_episode_differentiate(&r);
    ring_episode_check_schedule(&r, THAW__FIRST_neighbour_gp + 3, 1);
    ring_episode_check_schedule(&r, THAW__FIRST_neighbour_gp + 4, 1);
    ring_episode_close(&r);
}
END_TEST

static int64_t place_of(const thaw_model *m, const thaw_user *u, int64_t item)
{
    thaw_hit hits[ITEMS + 1];
    int64_t n;
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    q.top = ITEMS + 1;
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    for (int64_t k = 0; k < n; k++)
        if (hits[k].item == item) return k;
    return n;
}

/* An item without events is on the shelf of i12 to i14: it is recommended to users who take these, and a user who
 * takes it is recommended what they take next. */
START_TEST(a_new_item_is_known_by_its_shelf)
{
    thaw_model *m = ring_model("");
    thaw_data *data;
    thaw_user *u;
    const char *const key[] = {"new"}, *const shelf[] = {"s4"};
    int64_t added, row;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    const thaw_event near = event_of(m, "i12", "purchase", 1), far = event_of(m, "i27", "purchase", 1);
    ck_assert_int_eq(thaw_adapt(m, u, &near, 1), THAW_OK);
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_add_feature(data, THAW_TABLE_ITEMS, "shelf", THAW_TYPE_TOKEN, key, shelf, 1), THAW_OK);
    ck_assert_int_eq(thaw_model_add_items(m, &added, data), THAW_OK);
    ck_assert_int_eq(added, 1);
    ck_assert_int_eq(thaw_model_item_row(m, &row, "new"), THAW_OK);
    float beside, away;
    ck_assert(place_of(m, u, row) < ITEMS / 2); /* users stay valid */
    ck_assert_int_eq(thaw_score(m, u, &beside, NULL, &row, 1), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, &far, 1), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, &away, NULL, &row, 1), THAW_OK);
    ck_assert_msg(beside > away, "the new item scores %g after i12 and %g after i27", (double)beside, (double)away);
    const thaw_event new = {.item = row, .value = NAN, .time = 1};
    ck_assert_int_eq(thaw_adapt(m, u, &new, 1), THAW_OK);
    ck_assert(place_of(m, u, event_of(m, "i15", "purchase", 1).item) <
              place_of(m, u, event_of(m, "i2", "purchase", 1).item));
    thaw_user_free(u);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking content similarity");
    TCase *tc = tcase_create("content similarity");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_content_are_those_of_finite_differences, 0, RING_CASES);
    tcase_add_test(tc, a_new_item_is_known_by_its_shelf);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0
 * Schedules: numbers that depend on the count K of items in a history, linear in log K between knots. */
#include <math.h>

#include "method.h"
#include "ring_episode.h"
#include "run_suite.h"

/* ln(K / low) / ln(high / low) of the way between two knots; float32 logarithms. */
START_TEST(a_schedule_is_linear_in_log_K_between_knots)
{
    static const struct {
        int64_t items;
        int knot;
        float part;
    } at[] = {{0, 0, 0},  {1, 0, 0},         {2, 0, 0.63093f}, {3, 1, 0},   {5, 1, 0.42428f},
              {10, 2, 0}, {99, 3, 0.99165f}, {100, 4, 0},      {300, 4, 1}, {100000, 4, 1}};
    const thaw__interpolation place = thaw__interpolation_of(at[_i].items);
    float schedule[THAW__N_SCHEDULES][THAW__SCHEDULE_KNOTS] = {{0}};
    const thaw__ranking r = {.schedule = schedule};
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) {
        schedule[THAW__GAIN][k] = (float)(k * k);
        schedule[THAW__RIDGE][k] = logf(1 + (float)k);
    }
    ck_assert_int_eq(place.knot, at[_i].knot);
    ck_assert_float_eq_tol(place.part, at[_i].part, 1e-4f);
    const float low = (float)place.knot, between = low * low + place.part * (2 * low + 1);
    const float ratio = powf((2 + low) / (1 + low), place.part);
    ck_assert_float_eq_tol(thaw__schedule_at(&r, THAW__GAIN, place), between, 1e-5f * (1 + between));
    ck_assert_float_eq_tol(thaw__schedule_at(&r, THAW__RIDGE, place), (1 + low) * ratio, 1e-5f * (1 + low) * ratio);
}
END_TEST

/* Histories of 12, 40 and 105 items, of which neighbours see the newest 32 and schedules the later knots. */
START_TEST(slopes_at_late_knots_are_those_of_finite_differences)
{
    static const int64_t items[] = {12, 40, 105};
    ring_episode r;
    ring_episode_open_of(&r, _i % 2 ? "purchase" : "", 120, 110, items[_i / 2]);
    ring_episode_differentiate(&r);
    ck_assert_int_eq(r.e->support.interpolation.knot, 2 + _i / 2);
    for (int s = 0; s < THAW__N_SCHEDULES; s++) {
        const int known =
            s == THAW__LAST_neighbour_gp; /* the last items on the shelves of a history may all be known */
        ring_episode_check_schedule(&r, s, !known && (s < THAW__FIRST_repeat || thaw__ranking_of(r.m)->target >= 0));
    }
    ring_episode_check(&r, THAW__SLOPE_BACKWARD, thaw__n_slopes(thaw__ranking_of(r.m)) - THAW__SLOPE_BACKWARD);
    ring_episode_close(&r);
}
END_TEST

/* What the sparse terms need fits into what users and searches have for them. */
START_TEST(terms_fit_into_their_room)
{
    size_t state = 0, work = 0;
    int64_t most = 0;
    int next = THAW__N_BASE_SCHEDULES;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        state += ((*t)->state_bytes + 15) / 16 * 16;
        work += ((*t)->work_bytes + 15) / 16 * 16;
        most += (*t)->most;
        ck_assert_int_eq((*t)->first, next);
        ck_assert_int_le((*t)->n, THAW__TERM_SCHEDULES);
        next += (*t)->n;
    }
    ck_assert_int_eq(next, THAW__N_SCHEDULES);
    ck_assert_uint_le(state, THAW__TERM_STATES);
    ck_assert_uint_le(work, THAW__TERM_WORK);
    ck_assert_int_le(most, THAW__SPARSE_SCORES);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking schedules");
    TCase *tc = tcase_create("schedules");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_schedule_is_linear_in_log_K_between_knots, 0, 10);
    tcase_add_loop_test(tc, slopes_at_late_knots_are_those_of_finite_differences, 0, 6);
    tcase_add_test(tc, terms_fit_into_their_room);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0
 * Item offsets: the popularity over all events, and that of later events, mixed by the number of items in the history.
 * */
#include <math.h>

#include "ring_episode.h"
#include "run_suite.h"

START_TEST(slopes_of_offsets_are_those_of_finite_differences)
{
    ring_episode r;
    ring_episode_open(&r, _i);
    ring_episode_differentiate(&r);
    ring_episode_check_schedule(&r, THAW__LATE, 1);
    ring_episode_close(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking offset schedule");
    TCase *tc = tcase_create("offset schedule");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_offsets_are_those_of_finite_differences, 0, RING_CASES);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

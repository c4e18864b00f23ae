/* SPDX-License-Identifier: Apache-2.0
 * Rankings and their users as bytes. */
#include <stdlib.h>

#include "ring_shop.h"
#include "run_suite.h"

START_TEST(files_bring_back_models_and_users_to_the_bit)
{
    thaw_model *m = ring_model(""), *again;
    thaw_user *u, *back;
    int64_t size, user_size, rows[ITEMS];
    float a[ITEMS], b[ITEMS];
    const thaw_event e[] = {event_of(m, "i20", "view", 5), event_of(m, "i21", "purchase", 6)};
    for (int i = 0; i < ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 2), THAW_OK);
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size), THAW_E_SPACE);
    ck_assert_int_eq(thaw_user_save(u, NULL, 0, &user_size), THAW_E_SPACE);
    char *bytes = malloc((size_t)size), *user_bytes = malloc((size_t)user_size);
    ck_assert_int_eq(thaw_model_save_buffer(m, bytes, size, &size), THAW_OK);
    ck_assert_int_eq(thaw_user_save(u, user_bytes, user_size, &user_size), THAW_OK);
    ck_assert_msg(thaw_model_load_buffer(&again, bytes, size, NULL) == THAW_OK, "%s", thaw_last_error());
    ck_assert_int_eq(thaw_user_load(&back, again, user_bytes, user_size), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, a, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_score(again, back, b, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    for (int64_t cut = 0; cut < user_size; cut += 7) {
        thaw_user *none;
        ck_assert_int_ne(thaw_user_load(&none, again, user_bytes, cut), THAW_OK);
    }
    free(bytes);
    free(user_bytes);
    thaw_user_free(u);
    thaw_user_free(back);
    thaw_model_free(m);
    thaw_model_free(again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ranking ranking files");
    TCase *tc = tcase_create("ranking files");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, files_bring_back_models_and_users_to_the_bit);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

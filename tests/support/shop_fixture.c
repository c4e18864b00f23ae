/* SPDX-License-Identifier: Apache-2.0 */
#include "shop_fixture.h"

thaw_data *data;
thaw_model *model;
thaw_user *user;

void shop_setup(void)
{
    data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 1);
    model = shop_model(NULL, 4, 0);
    ck_assert_int_eq(thaw_user_create(&user, model), THAW_OK);
}

void shop_teardown(void)
{
    thaw_user_free(user);
    thaw_model_free(model);
    thaw_data_free(data);
}

thaw_data *one_event(const char *item, const char *name, float value)
{
    thaw_data *made;
    ck_assert_int_eq(thaw_data_create(&made, NULL), THAW_OK);
    thaw_event_columns columns = {.struct_size = sizeof columns,
                                  .users = (const char *const[]){"u0"},
                                  .items = &item,
                                  .events = &name,
                                  .values = &value};
    ck_assert_int_eq(thaw_data_add_events(made, &columns, 1), THAW_OK);
    return made;
}

int32_t run_nothing(void *ctx, thaw_task task, void *arg, int64_t n)
{
    (void)ctx, (void)task, (void)arg, (void)n;
    return 1;
}

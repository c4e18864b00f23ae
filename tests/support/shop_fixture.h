/* SPDX-License-Identifier: Apache-2.0
 * The checked fixture of API tests: the data of the little shop, a model of rank 4 trained on it, a user of that
 * model. */
#ifndef SHOP_FIXTURE_H
#define SHOP_FIXTURE_H

#include <check.h>
#include <string.h>

#include "little_shop.h"

extern thaw_data *data;
extern thaw_model *model;
extern thaw_user *user;

void shop_setup(void);
void shop_teardown(void);

/** The call returns this status. */
#define expect(call, status) ck_assert_int_eq(call, status)

/** The last error contains this text. */
#define reason(words) ck_assert_msg(strstr(thaw_last_error(), words) != NULL, "%s", thaw_last_error())

/** A data set of one event of user u0. */
thaw_data *one_event(const char *item, const char *name, float value);

/** A parallel hook that runs no task and fails. */
int32_t run_nothing(void *ctx, thaw_task task, void *arg, int64_t n);

#endif

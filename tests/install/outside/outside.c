/* SPDX-License-Identifier: Apache-2.0 */

/* Pretrains on a few ratings and recommends: this links all of the library, including its linear algebra. */

#include <stdio.h>
#include <string.h>
#include <thaw/thaw.h>
#ifdef USE_SQLITE
#include <thaw/thaw_sqlite.h>
#endif

static int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, thaw_last_error());
    return 1;
}

int main(void)
{
    enum { N = 8 };
    static const char *const users[N] = {"a", "a", "b", "b", "c", "c", "d", "d"};
    static const char *const items[N] = {"x", "y", "x", "z", "y", "z", "x", "y"};
    static const float values[N] = {5, 1, 4, 2, 1, 2, 5, 2};
    thaw_data *data = NULL;
    thaw_model *model = NULL;
    thaw_user *user = NULL;
    thaw_event_columns columns;
    thaw_hit hits[10];
    int64_t n = 0;

    memset(&columns, 0, sizeof columns);
    columns.struct_size = sizeof columns;
    columns.users = users;
    columns.items = items;
    columns.values = values;
    if (thaw_version() != 10000 * THAW_VERSION_MAJOR + 100 * THAW_VERSION_MINOR + THAW_VERSION_PATCH) return 1;
    if (thaw_data_create(&data, NULL) != THAW_OK) return fail("data");
    if (thaw_data_add_events(data, &columns, N) != THAW_OK) return fail("events");
    if (thaw_model_create(&model, NULL, data) != THAW_OK) return fail("model");
    if (thaw_pretrain(model, NULL, data, NULL, NULL) != THAW_OK) return fail("pretrain");
    if (thaw_user_create(&user, model) != THAW_OK) return fail("user");
    if (thaw_recommend(model, user, hits, &n, NULL) != THAW_OK) return fail("recommend");
#ifdef USE_SQLITE
    if (thaw_data_read_sqlite(data, "/no/such/database", "SELECT 1", THAW_TABLE_EVENTS) == THAW_OK) return 1;
#endif
    thaw_user_free(user);
    thaw_model_free(model);
    thaw_data_free(data);
    printf("%s\n", thaw_build_info());
    return n == 3 ? 0 : 1;
}

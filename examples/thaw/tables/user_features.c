/* SPDX-License-Identifier: Apache-2.0 */
#include "user_features.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"

enum { INITIAL_CAPACITY = 256 };

void user_features_find(user_features *out, const thaw_model *model, thaw_user *user, const thaw_data *data)
{
    const int64_t n = thaw_data_n_features(data, THAW_TABLE_USERS);
    memset(out, 0, sizeof *out);
    out->names = cli_alloc((size_t)n, sizeof *out->names);
    out->values = cli_alloc((size_t)n, sizeof *out->values);
    out->capacity = cli_alloc((size_t)n, sizeof *out->capacity);

    /* A column is used if the model accepts it; an unknown value is always valid. */
    const char *unknown = NULL;
    for (int64_t i = 0; i < n; i++) {
        const char *name = thaw_data_feature_name(data, THAW_TABLE_USERS, i);
        if (thaw_user_set_features(model, user, &name, &unknown, 1) != THAW_OK) continue;
        out->names[out->n] = name;
        out->capacity[out->n] = INITIAL_CAPACITY;
        out->values[out->n++] = cli_alloc(INITIAL_CAPACITY, 1);
    }
}

void user_features_free(user_features *f)
{
    for (int i = 0; i < f->n; i++) free(f->values[i]);
    free(f->names);
    free(f->values);
    free(f->capacity);
    memset(f, 0, sizeof *f);
}

/* Read one value of a user; grows the buffer until the value fits. A missing value becomes "". */
static thaw_status read_value(user_features *f, int i, const thaw_data *data, const char *key)
{
    for (;;) {
        const int64_t capacity = (int64_t)f->capacity[i];
        const thaw_status st = thaw_data_feature(data, f->values[i], capacity, THAW_TABLE_USERS, key, f->names[i]);
        if (st == THAW_E_UNKNOWN) {
            f->values[i][0] = '\0';
            return THAW_OK;
        }
        if (st != THAW_E_SPACE) return st;
        free(f->values[i]);
        f->capacity[i] *= 2;
        f->values[i] = cli_alloc(f->capacity[i], 1);
    }
}

thaw_status user_features_apply(user_features *f, const thaw_model *model, thaw_user *user, const thaw_data *data,
                                const char *key)
{
    for (int i = 0; i < f->n; i++) {
        const thaw_status st = read_value(f, i, data, key);
        if (st != THAW_OK) return st;
    }
    return thaw_user_set_features(model, user, f->names, (const char *const *)f->values, f->n);
}

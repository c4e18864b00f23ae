/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_USER_FEATURES_H
#define THAW_CLI_USER_FEATURES_H

/* Passes rows of the --user table to thaw_user_set_features(): only columns that the model was trained with. */

#include "thaw/thaw.h"

typedef struct user_features {
    const char **names; /* lent by the data */
    char **values;      /* [n] a buffer for one value each, grown as needed */
    size_t *capacity;   /* [n] */
    int n;
} user_features;

/** Find the feature columns of users in data that are user features of the model. */
void user_features_find(user_features *out, const thaw_model *model, thaw_user *user, const thaw_data *data);
void user_features_free(user_features *features);

/** Set the features of a user from the row of data with this key; all features are unknown without such a row. */
thaw_status user_features_apply(user_features *features, const thaw_model *model, thaw_user *user,
                                const thaw_data *data, const char *key);

#endif

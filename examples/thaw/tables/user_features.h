/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_USER_FEATURES_H
#define THAW_CLI_USER_FEATURES_H

/* From a row of the --user table to thaw_user_set_features(): the columns of the table that the model learned from. */

#include "thaw/thaw.h"

typedef struct user_features {
    char **names;
    char **values; /* [n] room for one value each, grown as needed */
    size_t *room;
    int n;
} user_features;

/** Find the columns of the table file that are user features of the model; none for NULL. 0, or 1 with a message. */
int user_features_find(user_features *out, const thaw_model *model, thaw_user *user, const char *table);
void user_features_free(user_features *features);

/** Tell a user what data says of the user with this key; nothing if the table has no such row. */
thaw_status user_features_apply(user_features *features, const thaw_model *model, thaw_user *user,
                                const thaw_data *data, const char *key);

#endif

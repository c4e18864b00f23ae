/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_ONE_USER_H
#define THAW_CLI_ONE_USER_H

/* One user as options give it: --event, which may repeat, and --features. */

#include "thaw/thaw.h"

enum { ONE_USER_MOST = 1000 };

typedef struct one_user {
    const char *names[ONE_USER_MOST], *values[ONE_USER_MOST]; /* features */
    int n_features;
    char *event_texts[ONE_USER_MOST];
    int n_events;
    thaw_event events[ONE_USER_MOST]; /* [n_events] after one_user_open() */
    thaw_user *user;
} one_user;

#define ONE_USER_HELP \
    "  --features K=V,…     user features, with the column names of the training; may repeat\n" \
    "  --event EVENT        ITEM[:NAME[:VALUE[:TIME]]], may repeat; an empty NAME is the first event name of the\n" \
    "                       model; \\: is a colon in ITEM\n"

/** Take the text of an option, which is changed later; exits with 2 if it is invalid. */
void one_user_add_features(one_user *u, char *text);
void one_user_add_event(one_user *u, char *text);

/** Parse the events with the rows of the model, and make a user with the features and without events: 0, or 1 with a
 *  message. */
int one_user_open(one_user *u, const thaw_model *model);
void one_user_close(one_user *u);

#endif

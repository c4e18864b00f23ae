/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_USER_OPTIONS_H
#define THAW_CLI_USER_OPTIONS_H

/* One user as options give it: --event and --features, which may repeat. */

#include "thaw/thaw.h"

enum { USER_OPTIONS_MOST = 1000 };

typedef struct user_options {
    const char *names[USER_OPTIONS_MOST], *values[USER_OPTIONS_MOST]; /* features */
    int n_features;
    char *event_texts[USER_OPTIONS_MOST];
    int n_events;
} user_options;

#define USER_FEATURES_HELP "  --features K=V,…     user features, with the column names of the training; may repeat\n"
#define USER_EVENT_HELP \
    "  --event EVENT        ITEM[:NAME[:VALUE[:TIME]]], may repeat; an empty NAME is the first event name of the\n" \
    "                       model; \\: is a colon in ITEM\n"

/** Take the text of an option, which is changed later; exits with 2 if it is invalid. */
void user_options_add_features(user_options *u, char *text);
void user_options_add_event(user_options *u, char *text);

/** Parse the events with the rows of the model, once, into out [n_events]: 0, or 1 with a message. */
int user_options_events(thaw_event *out, const user_options *u, const thaw_model *model);

/** Set the features of a user, if there are any: 0, or 1 with a message. */
int user_options_set_features(const user_options *u, const thaw_model *model, thaw_user *user);

#endif

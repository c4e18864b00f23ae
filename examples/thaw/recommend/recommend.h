/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RECOMMEND_H
#define THAW_CLI_RECOMMEND_H

/* What the lists of `thaw recommend` share, for one user and for many. */

#include <stdio.h>

#include <jansson.h>

#include "recommend_filters.h"
#include "tables.h"
#include "user_features.h"
#include "user_histories.h"
#include "user_options.h"

/** A model with the tables of the command. */
typedef struct recommender {
    thaw_model *model;
    thaw_data *data; /* NULL: no table is given */
    thaw_model_info info;
    catalogue catalogue;
    histories histories;    /* of --inter. The events that the model can use come first in each, in order of time */
    int64_t *n_used;        /* [histories.n] how many they are */
    thaw_user *user;        /* for one user at a time */
    user_features features; /* columns of --user that the model was trained with */
    filters filters;
    int has_titles; /* --item has titles or names */
} recommender;

/** Map the model, read the tables, add their new items, and group the events: 0, or 1 with a message.
 *  recommender_close() also after an error. */
int recommender_open(recommender *out, const char *model_path, const tables *tables, const filter_options *filters);
void recommender_close(recommender *r);

/** The history of a user of --inter; NULL: no events. */
const history *recommender_history(const recommender *r, const char *user);

/** Set the features of --user, if the table is given. */
thaw_status recommender_set_features(recommender *r, thaw_user *user, const char *key);

/* ---- hits: title is the column title of --item, else name ---- */

/** Print a table for people: 0, or 1 with a message. */
int hits_print(const recommender *r, const thaw_hit *hits, int64_t n);

/** An array of item, title, mean, sd; NULL after a message. */
json_t *hits_json(const recommender *r, const thaw_hit *hits, int64_t n);

/** Write rows of CSV: user_id, position, item_id, title if there are any, mean, sd. 0, or 1 with a message. */
void hits_csv_header(FILE *to, const recommender *r);
int hits_csv(FILE *to, const recommender *r, const char *user, const thaw_hit *hits, int64_t n);

/* ---- one user ---- */

typedef struct one_options {
    user_options given;
    const char *user_id;         /* NULL: only the events and features above */
    int has_inter, has_features; /* the tables have those of user_id */
    int json;
} one_options;

/** Adapt to the user and print the list: 0, or 1 with a message. */
int recommend_one(recommender *r, const one_options *options);

/* ---- lists for many users ---- */

typedef struct list_options {
    const char *users; /* a file of keys, or "all" */
    const char *out;   /* NULL: standard output */
    int json_lines;    /* else CSV */
    int32_t n_threads;
} list_options;

/** Recommend for the users: 0, or 1 with a message. */
int recommend_lists(recommender *r, const list_options *options);

#endif

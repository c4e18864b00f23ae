/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RECOMMEND_FILTERS_H
#define THAW_CLI_RECOMMEND_FILTERS_H

/* What `thaw recommend` leaves out of a list: items by --exclude, items of the history unless --repeat, groups by
 * --allow-group and --group-cap. */

#include "thaw/thaw.h"

enum { MAX_FILTERS = 1000 };

/** The options. */
typedef struct filter_options {
    int64_t top;
    int repeat; /* items of the history may be recommended */
    const char *exclude[MAX_FILTERS];
    int n_exclude;
    const char *exclude_file; /* NULL: none */
    const char *group;        /* column of --item; NULL: no groups */
    int64_t group_cap;
    const char *allow_groups[MAX_FILTERS];
    int n_allow_groups;
} filter_options;

typedef struct filters {
    const filter_options *options;
    thaw_query query; /* without the items of histories */
    int64_t n_items;  /* of the model */
    int64_t *exclude; /* rows, ascending */
    int64_t n_exclude, room;
    int64_t *all_exclude; /* exclude and a history, for filters_exclude_history() */
    int64_t all_room;
    int32_t *groups; /* [n_items] */
    int32_t *allow_groups;
} filters;

/** cli_refuse() options that do not fit together. */
void filters_check(const filter_options *options, int has_items);

/** Make the query: 0, or 1 with a message. data may be NULL without a group. filters_close() also after an error. */
int filters_open(filters *out, const filter_options *options, const thaw_model *model, const thaw_data *data);
void filters_close(filters *filters);

/** Get the query of one user: unless --repeat, the items of these events are excluded too. Valid until the next
 *  call. */
thaw_query filters_exclude_history(filters *filters, const thaw_event *events, int64_t n);

#endif

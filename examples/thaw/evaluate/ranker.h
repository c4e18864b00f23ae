/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKER_H
#define THAW_CLI_RANKER_H

/* Interface of models and baselines that rank the catalogue for one user at a time. */

#include "thaw/thaw.h"

typedef struct ranker {
    void *ctx;
    /* Set up the user with this key; not timed; may be NULL. */
    thaw_status (*begin)(void *ctx, const char *user);
    /* Adapt to the support of the user; timed. The value of an event is NaN if it has none. */
    thaw_status (*adapt)(void *ctx, const thaw_event *support, int64_t n);
    /* Write the best items [query->top], best first, and their number; timed. */
    thaw_status (*rank)(void *ctx, int64_t *items, int64_t *n, const thaw_query *query);
} ranker;

#endif

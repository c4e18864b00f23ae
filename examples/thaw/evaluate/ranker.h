/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_RANKER_H
#define THAW_CLI_RANKER_H

/* What ranks a catalogue for one user after the other. */

#include "thaw/thaw.h"

typedef struct ranker {
    void *ctx;
    /* Prepare for a user by key; not timed; NULL: nothing to prepare. */
    thaw_status (*begin)(void *ctx, const char *user);
    /* Take in the user's support; timed. Events of a behaviour without a value carry NaN. */
    thaw_status (*adapt)(void *ctx, const thaw_event *support, int64_t n);
    /* The best items [query->top], best first, and how many they are; timed. */
    thaw_status (*rank)(void *ctx, int64_t *items, int64_t *n, const thaw_query *query);
} ranker;

#endif

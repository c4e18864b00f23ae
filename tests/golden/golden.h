/* SPDX-License-Identifier: Apache-2.0
 * The shopper of the golden files: a model of rank 3 over six items, a user adapted to these events, and what the library
 * that wrote them said of every item. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "thaw/thaw.h"

enum { GOLDEN_ITEMS = 6, GOLDEN_EVENTS = 3 };

static const thaw_event golden_events[GOLDEN_EVENTS] = {{.item = 0, .value = 5}, {.item = 3, .value = 2},
                                                        {.item = 4, .value = 4}};
static const char *const golden_names[] = {"age", "town"};
static const char *const golden_values[] = {"31", "Köln"};

#endif

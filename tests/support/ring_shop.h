/* SPDX-License-Identifier: Apache-2.0
 * A shop of behaviour whose order is known. Its items form a ring: a user who took item i mostly takes item i + 1 next.
 * Every third event is a "view", the others are a "purchase". Every second user ends at his first item. The feature
 * "home" of a user is the third of the ring he begins in; "shelf" of an item is shared by three in a row. */
#ifndef RING_SHOP_H
#define RING_SHOP_H

#include "thaw/thaw.h"

enum { USERS = 60, ITEMS = 30, STEPS = 8 };

/** USERS walks of STEPS events over ITEMS items. NULL: out of memory. */
thaw_data *ring_shop(const thaw_allocator *a);

/** The same with another size; at most 6600 events and 120 items. */
thaw_data *ring_shop_of(const thaw_allocator *a, int items, int steps);

/** Rank 5, 2 passes. target "": anything new. */
thaw_config ring_config(const thaw_allocator *a, const char *target);

/** A model trained on ring_shop(). */
thaw_model *ring_model(const char *target);

/** An event without a value. */
thaw_event event_of(const thaw_model *m, const char *item, const char *kind, double time);

#endif

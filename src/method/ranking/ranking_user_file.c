/* SPDX-License-Identifier: Apache-2.0
 * A user of a ranking as bytes, little-endian:
 *
 *     head   0 u32 number of events      4 u32 1 if there is a prior mean from features, else 0
 *     body   prior mean [d] float32 if there is one, then 24 bytes for each event: u32 item, u32 event, f32 value,
 *            u32 catalogue (0), f64 time
 *
 * The posterior is computed again when loading. */
#include "ranking_user_file.h"

#include <math.h>

#include "finite.h"
#include "little_endian.h"
#include "ranking_adapt.h"
#include "status.h"

enum { EVENT_BYTES = 24 };

static int64_t size_of(int32_t rank, int has_prior, int64_t n)
{
    return (has_prior ? 4 * (int64_t)rank : 0) + EVENT_BYTES * n;
}

int64_t thaw__ranking_user_size(const thaw_user *u)
{
    return size_of(u->fit.rank, u->posterior.has_prior, thaw__ranking_user_state_of(u)->n_history);
}

void thaw__ranking_user_write(const thaw_user *u, unsigned char *head, unsigned char *body)
{
    const thaw__posterior *p = &u->posterior;
    const thaw__ranking_user_state *x = thaw__ranking_user_state_of(u);
    thaw__put_bytes(head, (uint64_t)x->n_history, 4);
    thaw__put_bytes(head + 4, (uint64_t)p->has_prior, 4);
    unsigned char *at = thaw__put_floats(body, p->prior, p->has_prior ? p->rank : 0);
    for (int32_t k = 0; k < x->n_history; k++, at += EVENT_BYTES) {
        const thaw_event *e = &x->history[k];
        thaw__put_bytes(at, (uint64_t)e->item, 4);
        thaw__put_bytes(at + 4, (uint64_t)e->event, 4);
        thaw__put_floats(at + 8, &e->value, 1);
        thaw__put_bytes(at + 12, (uint64_t)e->catalogue, 4);
        thaw__put_double(at + 16, e->time);
    }
}

/* One event from its bytes: 1, or 0 if the model could not have written it. */
static int read_event(thaw_event *out, const thaw_model *m, const unsigned char *at)
{
    const uint64_t item = thaw__get_bytes(at, 4), event = thaw__get_bytes(at + 4, 4);
    const uint64_t catalogue = thaw__get_bytes(at + 12, 4);
    *out = (thaw_event){.item = (int64_t)item, .event = (int32_t)event, .time = thaw__get_double(at + 16)};
    thaw__get_floats(at + 8, &out->value, 1);
    return catalogue == 0 && item < (uint64_t)thaw__n_items(m) && event < (uint64_t)m->events.n && !isinf(out->value) &&
           out->time > -INFINITY; /* INFINITY: unknown */
}

thaw_status thaw__ranking_user_read(const thaw_model *m, thaw_user *u, const unsigned char *head,
                                    const unsigned char *body, int64_t size)
{
    thaw_event events[THAW__HISTORY];
    float prior[THAW__RANK_MAX] = {0};
    const uint64_t n = thaw__get_bytes(head, 4), has_prior = thaw__get_bytes(head + 4, 4);
    if (n > THAW__HISTORY || has_prior > 1)
        return thaw__user_damaged("the number of events or the prior flag is out of range");
    if (size != size_of(m->rank, (int)has_prior, (int64_t)n))
        return thaw__user_damaged("the size does not match its rank and number of events");
    const unsigned char *at = thaw__get_floats(body, prior, has_prior ? m->rank : 0);
    if (!thaw__is_bounded(prior, m->rank)) return thaw__user_damaged("the prior mean is out of bounds");
    thaw__user_set_prior(u, prior);
    for (uint64_t k = 0; k < n; k++, at += EVENT_BYTES) {
        if (!read_event(&events[k], m, at))
            return thaw__user_damaged("an event has an unknown catalogue, item or name, or an infinite value or time");
    }
    return thaw__ranking_adapt(m, u, events, (int64_t)n);
}

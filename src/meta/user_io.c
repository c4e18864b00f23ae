/* SPDX-License-Identifier: Apache-2.0
 * A user as bytes, all little-endian, 64 bytes of head and then float32:
 *
 *   0  "THAWUSER"      8  u32 format 1      12  u32 checksum (XXH32 of the rest)      16  u64 model id
 *  24  u32 rank       28  u32 has J         32  i64 events        40  f64 time      48  16 zero bytes
 *  64  the posterior as thaw__posterior_write() has it
 *
 * Of a model that ranks, 28 is 2, 48 the u32 number of events kept, 52 u32 1 if m0 is not zero. From 64 on follow m0 if it
 * is not, and the events, 24 bytes each: u32 item, u32 event, f32 value, 4 zero bytes, f64 time. The posterior is computed
 * again when loading.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "finite.h"
#include "little_endian.h"
#include "rank_adapt.h"
#include "status.h"
#include "user.h"

static const char magic[8] = {'T', 'H', 'A', 'W', 'U', 'S', 'E', 'R'};

#define MOST_EVENTS (UINT64_C(1) << 53) /* far from where one more would overflow */

enum { FORMAT = 1, HEAD_BYTES = 64, CHECKED_FROM = 16, EVENT_BYTES = 24 };

/* What stands at 28. */
enum { PLAIN = 0, FADES = 1, RANKS = 2 };

static int64_t size_of(int32_t rank, int fades)
{
    return HEAD_BYTES + thaw__posterior_bytes(rank, fades);
}

static int64_t size_of_history(int32_t rank, int has_prior, int64_t n)
{
    return HEAD_BYTES + (has_prior ? 4 * (int64_t)rank : 0) + EVENT_BYTES * n;
}

static void write_head(const thaw_user *u, unsigned char *bytes)
{
    memset(bytes, 0, HEAD_BYTES);
    memcpy(bytes, magic, sizeof magic);
    thaw__put_bytes(bytes + 8, FORMAT, 4);
    thaw__put_bytes(bytes + 16, u->fit.id, 8);
    thaw__put_bytes(bytes + 24, (uint64_t)u->posterior.rank, 4);
    thaw__put_bytes(bytes + 28, u->ranks ? RANKS : u->fades ? FADES : PLAIN, 4);
    thaw__put_bytes(bytes + 32, (uint64_t)u->n_events, 8);
    thaw__put_double(bytes + 40, u->time);
}

static void write_checksum(unsigned char *bytes, int64_t size)
{
    thaw__put_bytes(bytes + 12, XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0), 4);
}

static void write_history(const thaw_user *u, unsigned char *bytes, int64_t size)
{
    const thaw__posterior *p = &u->posterior;
    write_head(u, bytes);
    thaw__put_bytes(bytes + 48, (uint64_t)u->interest.n_history, 4);
    thaw__put_bytes(bytes + 52, (uint64_t)p->has_prior, 4);
    unsigned char *at = thaw__put_floats(bytes + HEAD_BYTES, p->prior, p->has_prior ? p->rank : 0);
    for (int32_t k = 0; k < u->interest.n_history; k++, at += EVENT_BYTES) {
        const thaw_event *e = &u->interest.history[k];
        thaw__put_bytes(at, (uint64_t)e->item, 4);
        thaw__put_bytes(at + 4, (uint64_t)e->event, 4);
        thaw__put_floats(at + 8, &e->value, 1);
        thaw__put_bytes(at + 12, 0, 4);
        thaw__put_double(at + 16, e->time);
    }
    write_checksum(bytes, size);
}

/* The posterior in COVARIANCE form. */
static void write_posterior(const thaw_user *u, unsigned char *bytes, int64_t size)
{
    write_head(u, bytes);
    thaw__posterior_write(&u->posterior, bytes + HEAD_BYTES);
    write_checksum(bytes, size);
}

thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size)
{
    const thaw__posterior *p = &u->posterior;
    *size = u->ranks ? size_of_history(p->rank, p->has_prior, u->interest.n_history) : size_of(p->rank, u->fades);
    if (capacity < *size)
        return thaw__fail(THAW_E_SPACE, "the user has %" PRId64 " bytes; the buffer has %" PRId64, *size, capacity);
    if (u->ranks) {
        write_history(u, buffer, *size);
        return THAW_OK;
    }
    if (p->form == THAW__COVARIANCE) {
        write_posterior(u, buffer, *size);
        return THAW_OK;
    }
    thaw_user *expanded = NULL;
    THAW__TRY(thaw__user_copy(&expanded, u));
    thaw__posterior_expand(&expanded->posterior);
    write_posterior(expanded, buffer, *size);
    thaw__user_free(expanded);
    return THAW_OK;
}

static thaw_status damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a whole thaw user: %s", what);
}

static thaw_status check_head(const thaw_model *m, const unsigned char *bytes, int64_t size)
{
    if (size < HEAD_BYTES || memcmp(bytes, magic, sizeof magic) != 0) return damaged("no thaw user begins here");
    uint32_t format = (uint32_t)thaw__get_bytes(bytes + 8, 4);
    if (format > FORMAT)
        return thaw__fail(THAW_E_VERSION, "the user has format %u; this library reads %d", format, FORMAT);
    if (format < 1) return damaged("no format version");
    if (XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0) != (uint32_t)thaw__get_bytes(bytes + 12, 4))
        return damaged("the checksum does not match; it is truncated or damaged");
    uint64_t model = thaw__get_bytes(bytes + 16, 8);
    const uint64_t kind = m->ranking ? RANKS : m->half_life > 0 ? FADES : PLAIN;
    if (model != m->id || thaw__get_bytes(bytes + 24, 4) != (uint64_t)m->rank || thaw__get_bytes(bytes + 28, 4) != kind)
        return thaw__fail(THAW_E_MISMATCH, "the user belongs to model %016" PRIx64 "; this is %016" PRIx64, model,
                          m->id);
    const uint64_t kept = thaw__get_bytes(bytes + 48, 4), has_prior = thaw__get_bytes(bytes + 52, 4);
    if (m->ranking && (kept > THAW__HISTORY || has_prior > 1)) return damaged("it has more events than a user keeps");
    const int64_t whole = m->ranking ? size_of_history(m->rank, (int)has_prior, (int64_t)kept)
                                     : size_of(m->rank, m->half_life > 0);
    if (size != whole) return damaged("it has another size than its rank says");
    return thaw__get_bytes(bytes + 32, 8) > MOST_EVENTS ? damaged("its events are negative or too many") : THAW_OK;
}

/* Read the events again, as if they had just been observed. */
static thaw_status load_history(thaw_user *u, const thaw_model *m, const unsigned char *bytes)
{
    thaw_event events[THAW__HISTORY];
    const int64_t n = (int64_t)thaw__get_bytes(bytes + 48, 4);
    float prior[THAW__RANK_MAX] = {0};
    const unsigned char *at = thaw__get_floats(bytes + HEAD_BYTES, prior, thaw__get_bytes(bytes + 52, 4) ? m->rank : 0);
    if (!thaw__is_finite(prior, m->rank)) return damaged("its numbers are not those of a posterior");
    thaw__user_set_prior(u, prior);
    for (int64_t k = 0; k < n; k++, at += EVENT_BYTES) {
        const uint64_t item = thaw__get_bytes(at, 4), event = thaw__get_bytes(at + 4, 4);
        events[k] = (thaw_event){.item = (int64_t)item, .event = (int32_t)event, .time = thaw__get_double(at + 16)};
        thaw__get_floats(at + 8, &events[k].value, 1);
        if (item >= (uint64_t)thaw__n_items(m) || event >= (uint64_t)m->events.n || isinf(events[k].value) ||
            !isfinite(events[k].time))
            return damaged("an event is not one of the model");
    }
    THAW__TRY(thaw__rank_adapt(m, u, events, n));
    u->n_events = (int64_t)thaw__get_bytes(bytes + 32, 8);
    return u->n_events >= n ? THAW_OK : damaged("it keeps more events than it had");
}

thaw_status thaw__user_load(thaw_user **out, const thaw_model *m, const void *buffer, int64_t size)
{
    const unsigned char *bytes = buffer;
    thaw_user *u = NULL;
    THAW__TRY(check_head(m, bytes, size));
    THAW__TRY(thaw__user_create(&u, m));
    if (m->ranking) {
        const thaw_status st = load_history(u, m, bytes);
        if (st == THAW_OK) *out = u;
        else thaw__user_free(u);
        return st;
    }
    const int failed = thaw__posterior_read(&u->posterior, bytes + HEAD_BYTES);
    u->n_events = (int64_t)thaw__get_bytes(bytes + 32, 8);
    u->time = thaw__get_double(bytes + 40);
    if (failed || !(u->time < INFINITY)) { /* -INFINITY: no event yet */
        thaw__user_free(u);
        return damaged("its numbers are not those of a posterior");
    }
    *out = u;
    return THAW_OK;
}

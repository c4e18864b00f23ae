/* SPDX-License-Identifier: Apache-2.0
 * A belief as bytes, all little-endian, 64 bytes of head and then float32:
 *
 *   0  "THAWUSER"      8  u32 format 1      12  u32 checksum (XXH32 of the rest)      16  u64 model id
 *  24  u32 rank       28  u32 has J         32  i64 events        40  f64 time      48  16 zero bytes
 *  64  m0 [d], m [d], lower triangle of P [d (d + 1) / 2] by rows, and, if it has J, that of J
 *
 * Of a model that ranks, 28 is 2, 48 the u32 number of events kept, 52 u32 1 if m0 is not zero. From 64 on follow m0 if it is
 * not, and the events, 24 bytes each: u32 item, u32 event, f32 value, 4 zero bytes, f64 time. The belief is made again when
 * loading.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "rank_adapt.h"
#include "status.h"
#include "user.h"

static const char magic[8] = {'T', 'H', 'A', 'W', 'U', 'S', 'E', 'R'};

#define MOST_EVENTS (UINT64_C(1) << 53) /* far from where one more would overflow */

enum { FORMAT = 1, HEAD_BYTES = 64, CHECKED_FROM = 16, EVENT_BYTES = 24 };

/* What stands at 28. */
enum { PLAIN = 0, FADES = 1, RANKS = 2 };

static int64_t size_of(int32_t rank, int has_information)
{
    int64_t d = rank;
    return HEAD_BYTES + 4 * (2 * d + (has_information ? 2 : 1) * d * (d + 1) / 2);
}

static int64_t size_of_history(int32_t rank, int has_prior, int64_t n)
{
    return HEAD_BYTES + (has_prior ? 4 * (int64_t)rank : 0) + EVENT_BYTES * n;
}

static void put(unsigned char *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++) at[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t get(const unsigned char *at, int bytes)
{
    uint64_t v = 0;
    for (int i = bytes - 1; i >= 0; i--) v = v << 8 | at[i];
    return v;
}

static unsigned char *put_floats(unsigned char *at, const float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++, at += 4) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        put(at, bits, 4);
    }
    return at;
}

static const unsigned char *get_floats(const unsigned char *at, float *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++, at += 4) {
        uint32_t bits = (uint32_t)get(at, 4);
        memcpy(&x[i], &bits, sizeof bits);
    }
    return at;
}

static unsigned char *put_triangle(unsigned char *at, const float *M, int32_t d, int64_t stride)
{
    for (int32_t r = 0; r < d; r++) at = put_floats(at, M + r * stride, r + 1);
    return at;
}

static const unsigned char *get_triangle(const unsigned char *at, float *M, int32_t d, int64_t stride)
{
    for (int32_t r = 0; r < d; r++) {
        at = get_floats(at, M + r * stride, r + 1);
        for (int32_t c = 0; c < r; c++) M[c * stride + r] = M[r * stride + c];
    }
    return at;
}

static void write_head(const thaw_user *u, unsigned char *bytes)
{
    memset(bytes, 0, HEAD_BYTES);
    memcpy(bytes, magic, sizeof magic);
    put(bytes + 8, FORMAT, 4);
    put(bytes + 16, u->fit.id, 8);
    put(bytes + 24, (uint64_t)u->rank, 4);
    put(bytes + 28, u->ranks ? RANKS : u->fades ? FADES : PLAIN, 4);
    put(bytes + 32, (uint64_t)u->n_events, 8);
    uint64_t time;
    memcpy(&time, &u->time, sizeof time);
    put(bytes + 40, time, 8);
}

static void write_checksum(unsigned char *bytes, int64_t size)
{
    put(bytes + 12, XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0), 4);
}

static void write_history(const thaw_user *u, unsigned char *bytes, int64_t size)
{
    write_head(u, bytes);
    put(bytes + 48, (uint64_t)u->interest.n_history, 4);
    put(bytes + 52, (uint64_t)u->has_prior, 4);
    unsigned char *at = put_floats(bytes + HEAD_BYTES, u->prior, u->has_prior ? u->rank : 0);
    for (int32_t k = 0; k < u->interest.n_history; k++, at += EVENT_BYTES) {
        const thaw_event *e = &u->interest.history[k];
        uint64_t time;
        memcpy(&time, &e->time, sizeof time);
        put(at, (uint64_t)e->item, 4);
        put(at + 4, (uint64_t)e->event, 4);
        put_floats(at + 8, &e->value, 1);
        put(at + 12, 0, 4);
        put(at + 16, time, 8);
    }
    write_checksum(bytes, size);
}

/* u in COVARIANCE form. */
static void write_belief(const thaw_user *u, unsigned char *bytes, int64_t size)
{
    write_head(u, bytes);
    unsigned char *at = put_floats(bytes + HEAD_BYTES, u->prior, u->rank);
    at = put_floats(at, u->mean, u->rank);
    at = put_triangle(at, u->main, u->rank, u->stride);
    if (u->fades) put_triangle(at, u->information, u->rank, u->stride);
    write_checksum(bytes, size);
}

thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size)
{
    *size = u->ranks ? size_of_history(u->rank, u->has_prior, u->interest.n_history) : size_of(u->rank, u->fades);
    if (capacity < *size)
        return thaw__fail(THAW_E_SPACE, "the user has %" PRId64 " bytes; the buffer has %" PRId64, *size, capacity);
    if (u->ranks) {
        write_history(u, buffer, *size);
        return THAW_OK;
    }
    if (u->form == THAW__COVARIANCE) {
        write_belief(u, buffer, *size);
        return THAW_OK;
    }
    thaw_user *expanded = NULL;
    THAW__TRY(thaw__user_copy(&expanded, u));
    thaw__user_expand(expanded);
    write_belief(expanded, buffer, *size);
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
    uint32_t format = (uint32_t)get(bytes + 8, 4);
    if (format > FORMAT) return thaw__fail(THAW_E_VERSION, "the user has format %u; this library reads %d", format, FORMAT);
    if (format < 1) return damaged("no format version");
    if (XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0) != (uint32_t)get(bytes + 12, 4))
        return damaged("the checksum does not match; it is truncated or damaged");
    uint64_t model = get(bytes + 16, 8);
    const uint64_t kind = m->ranking ? RANKS : m->half_life > 0 ? FADES : PLAIN;
    if (model != m->id || get(bytes + 24, 4) != (uint64_t)m->rank || get(bytes + 28, 4) != kind)
        return thaw__fail(THAW_E_MISMATCH, "the user belongs to model %016" PRIx64 "; this is %016" PRIx64, model, m->id);
    const uint64_t kept = get(bytes + 48, 4), has_prior = get(bytes + 52, 4);
    if (m->ranking && (kept > THAW__HISTORY || has_prior > 1)) return damaged("it has more events than a user keeps");
    const int64_t whole = m->ranking ? size_of_history(m->rank, (int)has_prior, (int64_t)kept) : size_of(m->rank, m->half_life > 0);
    if (size != whole) return damaged("it has another size than its rank says");
    return get(bytes + 32, 8) > MOST_EVENTS ? damaged("its events are negative or too many") : THAW_OK;
}

static int is_sound(const thaw_user *u)
{
    float sum = 0;
    for (int64_t j = 0; j < u->rank; j++) sum += 0 * u->prior[j] + 0 * u->mean[j];
    for (int64_t j = 0; j < u->rank; j++)
        if (u->main[j * u->stride + j] < 0) return 0; /* a variance */
    for (int64_t k = 0; k < u->rank * u->stride; k++) sum += 0 * u->main[k] + (u->fades ? 0 * u->information[k] : 0);
    return sum == 0;
}

/* Read the events again, as if they had just been observed. */
static thaw_status load_history(thaw_user *u, const thaw_model *m, const unsigned char *bytes)
{
    thaw_event events[THAW__HISTORY];
    const int64_t n = (int64_t)get(bytes + 48, 4);
    const unsigned char *at = get_floats(bytes + HEAD_BYTES, u->prior, get(bytes + 52, 4) ? u->rank : 0);
    for (int32_t c = 0; c < u->rank; c++)
        if (!isfinite(u->prior[c])) return damaged("its numbers are not those of a belief");
    thaw__user_set_prior(u, u->prior);
    for (int64_t k = 0; k < n; k++, at += EVENT_BYTES) {
        const uint64_t item = get(at, 4), event = get(at + 4, 4), time = get(at + 16, 8);
        events[k] = (thaw_event){.item = (int64_t)item, .event = (int32_t)event};
        get_floats(at + 8, &events[k].value, 1);
        memcpy(&events[k].time, &time, sizeof time);
        if (item >= (uint64_t)thaw__n_items(m) || event >= (uint64_t)m->events.n || isinf(events[k].value) ||
            !isfinite(events[k].time))
            return damaged("an event is not one of the model");
    }
    THAW__TRY(thaw__rank_adapt(m, u, events, n));
    u->n_events = (int64_t)get(bytes + 32, 8);
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
    const unsigned char *at = get_floats(bytes + HEAD_BYTES, u->prior, u->rank);
    thaw__user_set_prior(u, u->prior);
    u->form = THAW__COVARIANCE;
    u->n_events = (int64_t)get(bytes + 32, 8);
    uint64_t time = get(bytes + 40, 8);
    memcpy(&u->time, &time, sizeof time);
    at = get_floats(at, u->mean, u->rank);
    at = get_triangle(at, u->main, u->rank, u->stride);
    if (u->fades) get_triangle(at, u->information, u->rank, u->stride);
    if (!is_sound(u) || !(u->time < INFINITY)) { /* -INFINITY: no event yet */
        thaw__user_free(u);
        return damaged("its numbers are not those of a belief");
    }
    *out = u;
    return THAW_OK;
}

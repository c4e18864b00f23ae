/* SPDX-License-Identifier: Apache-2.0
 * The bytes of a user: little-endian, a head of 64 bytes, then float32:
 *
 *   0  "THAWUSER"      8  u32 format 1      12  u32 checksum (XXH32 of the rest)      16  u64 model id
 *  24  u32 rank       28  u32 kind         32  i64 events        40  f64 time      48  16 zero bytes
 *
 * Bytes 48 … 63 and from 64 on belong to the method. A method without user bytes has the posterior from 64 on, in the
 * format of thaw__posterior_write().
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "little_endian.h"
#include "method.h"
#include "status.h"

static const char magic[8] = {'T', 'H', 'A', 'W', 'U', 'S', 'E', 'R'};

#define MOST_EVENTS (UINT64_C(1) << 53) /* bound of a stored n_events, so that it cannot overflow later */

enum { FORMAT = 1, HEAD_BYTES = 64, CHECKED_FROM = 16 };

static const thaw__method *method_of(const thaw_user *u)
{
    return u->fit.type->method;
}

/* 0 and 1 of ratings, 2 and 3 of rankings … */
static uint32_t kind_of(const thaw__user_fit *fit)
{
    return 2 * (uint32_t)(fit->type->objective - 1) | (fit->fades != 0);
}

static void write_head(const thaw_user *u, unsigned char *bytes)
{
    memset(bytes, 0, HEAD_BYTES);
    memcpy(bytes, magic, sizeof magic);
    thaw__put_bytes(bytes + 8, FORMAT, 4);
    thaw__put_bytes(bytes + 16, u->fit.id, 8);
    thaw__put_bytes(bytes + 24, (uint64_t)u->fit.rank, 4);
    thaw__put_bytes(bytes + 28, kind_of(&u->fit), 4);
    thaw__put_bytes(bytes + 32, (uint64_t)u->n_events, 8);
    thaw__put_double(bytes + 40, u->time);
}

static void write_checksum(unsigned char *bytes, int64_t size)
{
    thaw__put_bytes(bytes + 12, XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0), 4);
}

/* The posterior in covariance form; a copy is expanded if it is in the dual form. */
static thaw_status write_posterior(const thaw_user *u, unsigned char *body)
{
    thaw_user *expanded = NULL;
    if (u->posterior.form != THAW__COVARIANCE) {
        THAW__TRY(thaw__user_copy(&expanded, u));
        thaw__posterior_expand(&expanded->posterior);
    }
    thaw__posterior_write(expanded ? &expanded->posterior : &u->posterior, body);
    thaw__user_free(expanded);
    return THAW_OK;
}

thaw_status thaw__user_save(const thaw_user *u, void *buffer, int64_t capacity, int64_t *size)
{
    const thaw__method *method = method_of(u);
    unsigned char *bytes = buffer;
    *size = HEAD_BYTES + (method->user_size ? method->user_size(u) : thaw__posterior_bytes(u->fit.rank, u->fit.fades));
    if (capacity < *size)
        return thaw__fail(THAW_E_SPACE, "the user has %" PRId64 " bytes; the buffer has %" PRId64, *size, capacity);
    write_head(u, bytes);
    if (method->user_write) method->user_write(u, bytes + 48, bytes + HEAD_BYTES);
    else THAW__TRY(write_posterior(u, bytes + HEAD_BYTES));
    write_checksum(bytes, *size);
    return THAW_OK;
}

thaw_status thaw__user_damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a valid thaw user: %s", what);
}

/* What does not depend on the method: magic, format, checksum. */
static thaw_status check_head(const unsigned char *bytes, int64_t size)
{
    if (size < HEAD_BYTES || memcmp(bytes, magic, sizeof magic) != 0)
        return thaw__user_damaged("it does not begin with THAWUSER");
    uint32_t format = (uint32_t)thaw__get_bytes(bytes + 8, 4);
    if (format > FORMAT)
        return thaw__fail(THAW_E_VERSION, "the user has format %u; this library reads %d", format, FORMAT);
    if (format < 1) return thaw__user_damaged("no format version");
    if (XXH32(bytes + CHECKED_FROM, (size_t)size - CHECKED_FROM, 0) != (uint32_t)thaw__get_bytes(bytes + 12, 4))
        return thaw__user_damaged("the checksum does not match; it is truncated or damaged");
    return thaw__get_bytes(bytes + 32, 8) > MOST_EVENTS ? thaw__user_damaged("the number of events is out of range")
                                                        : THAW_OK;
}

static thaw_status read_posterior(thaw_user *u, const unsigned char *bytes, int64_t size)
{
    if (size != HEAD_BYTES + thaw__posterior_bytes(u->fit.rank, u->fit.fades))
        return thaw__user_damaged("the size does not agree with the rank");
    const int failed = thaw__posterior_read(&u->posterior, bytes + HEAD_BYTES);
    u->time = thaw__get_double(bytes + 40);
    const int has_time = u->time < INFINITY; /* -INFINITY: no event yet */
    return failed || !has_time ? thaw__user_damaged("the posterior is out of bounds or not positive definite")
                               : THAW_OK;
}

/* u is as after thaw__user_create(). */
static thaw_status read_user(const thaw_model *m, thaw_user *u, const unsigned char *bytes, int64_t size)
{
    const thaw__method *method = method_of(u);
    const uint64_t id = thaw__get_bytes(bytes + 16, 8);
    if (id != u->fit.id || thaw__get_bytes(bytes + 24, 4) != (uint64_t)u->fit.rank ||
        thaw__get_bytes(bytes + 28, 4) != kind_of(&u->fit))
        return thaw__fail(THAW_E_MISMATCH, "the user belongs to model %016" PRIx64 "; this is %016" PRIx64, id,
                          u->fit.id);
    THAW__TRY(method->user_read ? method->user_read(m, u, bytes + 48, bytes + HEAD_BYTES, size - HEAD_BYTES)
                                : read_posterior(u, bytes, size));
    const int64_t n = (int64_t)thaw__get_bytes(bytes + 32, 8);
    if (n < u->n_events) return thaw__user_damaged("its history has more events than its head");
    u->n_events = n;
    return THAW_OK;
}

thaw_status thaw__user_load(thaw_user **out, const thaw_model *m, const void *buffer, int64_t size)
{
    thaw_user *u = NULL;
    THAW__TRY(check_head(buffer, size));
    THAW__TRY(thaw__user_create(&u, m));
    const thaw_status st = read_user(m, u, buffer, size);
    if (st == THAW_OK) *out = u;
    else thaw__user_free(u);
    return st;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "gzip.h"

#include <string.h>
#include <zlib.h>

#include "failing_alloc.h"
#include "mem.h"
#include "rng.h"
#include "run_suite.h"
#include "status.h"

static failing_alloc f;

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

/* One member of gzip; returns its bytes. */
static size_t compress_member(char *to, size_t room, const char *text, size_t n)
{
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static thaw_status gunzip(char **out, size_t *n, const char *bytes, size_t size)
{
    *out = NULL;
    *n = 0;
    return thaw__gunzip(out, n, bytes, size, &f.allocator);
}

START_TEST(members_are_uncompressed_one_after_the_other)
{
    static char text[300000], packed[400000];
    for (size_t i = 0; i < sizeof text; i++) text[i] = (char)('a' + thaw__rng_bits(1, 1, i) % 20);
    size_t size = compress_member(packed, sizeof packed, text, 200000), n;
    size += compress_member(packed + size, sizeof packed - size, text + 200000, 100000);
    char *out;
    ck_assert_int_eq(thaw__is_gzip(packed, size), 1);
    ck_assert_int_eq(gunzip(&out, &n, packed, size), THAW_OK);
    ck_assert_uint_eq(n, sizeof text);
    ck_assert_int_eq(memcmp(out, text, n), 0);
    ck_assert_int_eq(out[n], 0);
    thaw__free(&f.allocator, out);
}
END_TEST

START_TEST(an_empty_member_is_no_bytes)
{
    char packed[64], *out;
    size_t n, size = compress_member(packed, sizeof packed, "", 0);
    ck_assert_int_eq(gunzip(&out, &n, packed, size), THAW_OK);
    ck_assert_uint_eq(n, 0);
    thaw__free(&f.allocator, out);
}
END_TEST

/* Every prefix and every flipped byte of the data and the checksum; the header has bytes that mean nothing. */
START_TEST(damaged_and_truncated_bytes_are_refused)
{
    enum { HEADER = 10 };
    char packed[256], *out;
    size_t n, size = compress_member(packed, sizeof packed, "user_id\titem_id\n1\t2\n", 20);
    for (size_t k = 0; k < size; k++) ck_assert_int_eq(gunzip(&out, &n, packed, k), THAW_E_FORMAT);
    for (size_t k = HEADER; k < size; k++) {
        packed[k] ^= 0x55;
        ck_assert_int_eq(gunzip(&out, &n, packed, size), THAW_E_FORMAT);
        packed[k] ^= 0x55;
    }
    memcpy(packed + size, "junk", 4);
    ck_assert_int_eq(gunzip(&out, &n, packed, size + 4), THAW_E_FORMAT);
    ck_assert_int_eq(thaw__is_gzip("\x1f", 1), 0);
    ck_assert_int_eq(thaw__is_gzip("user", 4), 0);
}
END_TEST

START_TEST(every_refused_allocation_is_a_status)
{
    static char text[200000], packed[1000];
    memset(text, 'x', sizeof text);
    size_t n, size = compress_member(packed, sizeof packed, text, sizeof text);
    long refused = 1, k = 0;
    for (; refused; k++) {
        char *out;
        f.requests = f.refused = 0;
        f.refuse = k + 1;
        const thaw_status st = gunzip(&out, &n, packed, size);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        if (st == THAW_OK) thaw__free(&f.allocator, out);
        ck_assert_int_eq(f.live, 0);
    }
    ck_assert_int_ge(k, 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *tc = tcase_create("gzip");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, members_are_uncompressed_one_after_the_other);
    tcase_add_test(tc, an_empty_member_is_no_bytes);
    tcase_add_test(tc, damaged_and_truncated_bytes_are_refused);
    tcase_add_test(tc, every_refused_allocation_is_a_status);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

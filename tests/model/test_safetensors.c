/* SPDX-License-Identifier: Apache-2.0
 * The container: its layout, and invalid headers with a valid checksum. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"
#include "mem.h"
#include "run_suite.h"
#include "safetensors.h"
#include "status.h"

START_TEST(written_tensors_are_read_back)
{
    const float x[6] = {1, 2, 3, 4, 5, 6};
    const int64_t y[2] = {-1, INT64_MAX};
    const thaw__tensor tensors[] = {
        {"y", THAW__I64, 2, 0, y}, {"x", THAW__F32, 3, 2, x}, {"none", THAW__U8, 0, 0, NULL}};
    const thaw_allocator a = thaw__allocator(NULL);
    thaw__span spans[4];
    char *header;
    json_t *meta = json_pack("{s:s}", "who", "me");
    ck_assert_int_eq(thaw__safetensors_spans(spans, &header, meta, tensors, 3, &a), THAW_OK);
    json_decref(meta);
    ck_assert_uint_eq(spans[0].size % 64, 0);
    char *file = calloc(1, spans[0].size + 40);
    memcpy(file, spans[0].bytes, spans[0].size);
    memcpy(file + spans[0].size, y, 16);
    memcpy(file + spans[0].size + 16, x, 24);

    thaw__safetensors in;
    const void *at;
    int64_t rows;
    ck_assert_int_eq(thaw__safetensors_open(&in, file, spans[0].size + 40), THAW_OK);
    ck_assert(thaw__json_equals(thaw__safetensors_meta(&in, "who"), "me"));
    ck_assert_ptr_null(thaw__safetensors_meta(&in, "whom").at);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "x", THAW__F32, -1, 2), THAW_OK);
    ck_assert(rows == 3 && memcmp(at, x, sizeof x) == 0);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "none", THAW__U8, 0, 0), THAW_OK);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "x", THAW__F32, 3, 3), THAW_E_FORMAT);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "x", THAW__I32, 3, 2), THAW_E_FORMAT);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "x", THAW__F32, 6, 0), THAW_E_FORMAT);
    ck_assert_int_eq(thaw__safetensors_get(&in, &at, &rows, "z", THAW__F32, 3, 2), THAW_E_FORMAT);
    thaw__free(&a, header);
    free(file);
}
END_TEST

#define META "\"__metadata__\":{\"thaw.checksum\":\"0000000000000000\"}"
#define F32(name, shape, begin, end) \
    ",\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

/* Headers over 16 bytes of tensors; only the first is valid. */
static const char *const headers[] = {
    "{" META F32("a", "[2]", "0", "8") F32("b", "[2]", "8", "16") "}",
    "{" META F32("a", "[1152921504606846976]", "0", "16") "}",
    "{" META F32("a", "[4611686018427387904]", "0", "0") F32("b", "[4]", "0", "16") "}",
    "{" META F32("a", "[1152921504606846976,16]", "0", "0") F32("b", "[4]", "0", "16") "}",
    "{" META F32("a", "[3]", "0", "12") F32("b", "[3]", "4", "16") "}",                          /* overlap */
    "{" META F32("a", "[1]", "0", "4") F32("b", "[1]", "0", "4") F32("c", "[2]", "8", "16") "}", /* overlap and gap */
    "{" META F32("a", "[1]", "0", "4") F32("b", "[2]", "8", "16") "}",                           /* gap */
    "{" META F32("a", "[3]", "0", "12") "}",                                                     /* unused bytes */
    "{" META F32("a", "[4]", "0", "16") F32("a", "[4]", "0", "16") "}",                          /* duplicate */
    "{" META F32("a", "[-4]", "0", "16") "}",
    "{" META F32("a", "[4]", "-16", "0") "}",
    "{" META F32("a", "[4]", "16", "0") "}",
    "{" META F32("a", "[4]", "0", "9223372036854775807") "}",
    "{" META F32("a", "[4]", "0", "99999999999999999999") "}",
    "{" META F32("a", "[4.0]", "0", "16") "}",
    "{" META F32("a", "4", "0", "16") "}",
    "{" META F32("a", "[4]", "0", "16.0") "}",
    "{" META ",\"a\":{\"dtype\":\"F16\",\"shape\":[8],\"data_offsets\":[0,16]}}",
    "{" META ",\"a\":{\"dtype\":4,\"shape\":[8],\"data_offsets\":[0,16]}}",
    "{" META ",\"a\":{\"dtype\":\"U8\",\"shape\":[16],\"data_offsets\":[0,16,16]}}",
    "{" META ",\"a\":[]}",
    "{" META ",\"a\":null}",
    "{" META,
    "{\"thaw.checksum\":\"0000000000000000\"}",
    "{\"__metadata__\":[\"thaw.checksum\",{\"thaw.checksum\":\"0000000000000000\"}]}",
    " {" META "}",
    "[{" META "}]",
};

static thaw_status open_header(const char *header, uint64_t claim)
{
    const size_t length = strlen(header), size = 8 + length + 16;
    char *file = calloc(1, size);
    for (int k = 0; k < 8; k++) file[k] = (char)((claim ? claim : length) >> (8 * k));
    memcpy(file + 8, header, length);
    mend_model(file, (int64_t)size);
    thaw__safetensors in;
    thaw_status st = thaw__safetensors_open(&in, file, size);
    free(file);
    return st;
}

START_TEST(headers_that_do_not_match_their_bytes_are_refused)
{
    ck_assert_msg(open_header(headers[_i], 0) == (_i ? THAW_E_FORMAT : THAW_OK), "%s", headers[_i]);
}
END_TEST

START_TEST(absurd_header_lengths_are_refused)
{
    const uint64_t claims[] = {1, 1u << 20, 100000001, INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
    ck_assert_int_eq(open_header(headers[0], claims[_i]), THAW_E_FORMAT);
}
END_TEST

START_TEST(deep_nesting_is_refused)
{
    enum { DEPTH = 100000 };
    char *header = malloc(2 * DEPTH + 200);
    int n = sprintf(header, "{" META ",\"a\":");
    memset(header + n, '[', DEPTH);
    memset(header + n + DEPTH, ']', DEPTH);
    strcpy(header + n + 2 * DEPTH, "}");
    ck_assert_int_eq(open_header(header, 0), THAW_E_FORMAT);
    free(header);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model safetensors");
    TCase *unit = tcase_create("safetensors");
    tcase_add_test(unit, written_tensors_are_read_back);
    tcase_add_loop_test(unit, headers_that_do_not_match_their_bytes_are_refused, 0,
                        (int)(sizeof headers / sizeof *headers));
    tcase_add_loop_test(unit, absurd_header_lengths_are_refused, 0, 6);
    tcase_add_test(unit, deep_nesting_is_refused);
    suite_add_tcase(suite, unit);
    return run_suite(suite);
}

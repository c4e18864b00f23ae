/* SPDX-License-Identifier: Apache-2.0
 * Model files: whole, and in every way not. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "failing_alloc.h"
#include "planted.h"
#include "run_suite.h"
#include "temp_file.h"

static const planted tiny = {.users = 12, .items = 6, .per_user = 4, .noise = 0.3, .seed = 1};

static thaw_model *model;
static char *image;
static int64_t size;

static void setup(void)
{
    thaw_config config = planted_config(NULL);
    config.rank = 2;
    model = planted_model(&tiny, &config);
    ck_assert_int_eq(thaw_model_save_buffer(model, NULL, 0, &size), THAW_E_SPACE);
    image = malloc((size_t)size);
    ck_assert_int_eq(thaw_model_save_buffer(model, image, size, &size), THAW_OK);
}

static void teardown(void)
{
    free(image);
    thaw_model_free(model);
}

static void scores_of(const thaw_model *m, float *scores)
{
    thaw_user *user;
    thaw_event events[3];
    int64_t items[6] = {0, 1, 2, 3, 4, 5};
    ck_assert_int_eq(thaw_user_create(&user, m), THAW_OK);
    planted_support(&tiny, m, events, 1, 3);
    ck_assert_int_eq(thaw_adapt(m, user, events, 3), THAW_OK);
    ck_assert_int_eq(thaw_score(m, user, scores, scores + 6, items, 6), THAW_OK);
    thaw_user_free(user);
}

static void expect_same(const thaw_model *m)
{
    float a[12], b[12];
    scores_of(model, a);
    scores_of(m, b);
    ck_assert_int_eq(memcmp(a, b, sizeof a), 0);
}

START_TEST(every_way_of_loading_gives_the_same_model)
{
    thaw_model *m[4];
    char *unaligned = malloc((size_t)size + 1);
    memcpy(unaligned + 1, image, (size_t)size);
    ck_assert_int_eq(thaw_model_save(model, temp_path("m.thaw")), THAW_OK);
    ck_assert_int_eq(thaw_model_load(&m[0], temp_path("m.thaw"), NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_map(&m[1], temp_path("m.thaw"), NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_load_buffer(&m[2], image, size, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_load_buffer(&m[3], unaligned + 1, size, NULL), THAW_OK);
    free(unaligned);
    for (int k = 0; k < 4; k++) {
        int64_t again;
        char *bytes = malloc((size_t)size);
        expect_same(m[k]);
        ck_assert_int_eq(thaw_model_save_buffer(m[k], bytes, size, &again), THAW_OK);
        ck_assert_int_eq(again, size);
        ck_assert_int_eq(memcmp(bytes, image, (size_t)size), 0);
        free(bytes);
        thaw_model_free(m[k]);
    }
}
END_TEST

START_TEST(a_loaded_model_trains_on_and_takes_new_items)
{
    thaw_data *data = planted_data(&tiny, NULL, 0, 12);
    thaw_data *more;
    const char *key = "brand new", *kind = "v1";
    ck_assert_int_eq(thaw_data_create(&more, NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_add_feature(more, THAW_ITEMS, "kind", THAW_TOKEN, &key, &kind, 1), THAW_OK);
    ck_assert_int_eq(thaw_model_save(model, temp_path("m.thaw")), THAW_OK);
    for (int map = 0; map < 2; map++) {
        thaw_model *m;
        int64_t added;
        ck_assert_int_eq((map ? thaw_model_map : thaw_model_load)(&m, temp_path("m.thaw"), NULL), THAW_OK);
        ck_assert_int_eq(thaw_pretrain_step(m, NULL, data, NULL, 0), THAW_OK);
        ck_assert_int_eq(thaw_model_add_items(m, &added, more), THAW_OK);
        ck_assert_int_eq(added, 1);
        ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
        thaw_model_free(m);
    }
    thaw_model *m;
    ck_assert_int_eq(thaw_model_load(&m, temp_path("m.thaw"), NULL), THAW_OK); /* the file did not change under the map */
    expect_same(m);
    thaw_model_free(m);
    thaw_data_free(more);
    thaw_data_free(data);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
    for (int64_t n = 0; n < size; n++) {
        thaw_model *m = (thaw_model *)&size;
        ck_assert_int_eq(thaw_model_load_buffer(&m, image, n, NULL), THAW_E_FORMAT);
        ck_assert_ptr_null(m);
    }
}
END_TEST

START_TEST(any_flipped_bit_is_refused)
{
    for (int64_t k = 0; k < 8 * size; k++) {
        thaw_model *m;
        image[k / 8] = (char)(image[k / 8] ^ (1 << k % 8));
        thaw_status st = thaw_model_load_buffer(&m, image, size, NULL);
        ck_assert_msg(st == THAW_E_FORMAT, "bit %" PRId64 ": %d", k, st);
        image[k / 8] = (char)(image[k / 8] ^ (1 << k % 8));
    }
}
END_TEST

/* Put the right checksum into bytes, so that what is wrong is found by what comes after it. */
static void seal(char *bytes, int64_t n)
{
    char hex[17];
    char *digits = NULL;
    for (int64_t k = 0; k + 33 < n && !digits; k++)
        if (memcmp(bytes + k, "\"thaw.checksum\":\"", 17) == 0) digits = bytes + k + 17;
    ck_assert_ptr_nonnull(digits);
    memset(digits, '0', 16);
    snprintf(hex, sizeof hex, "%016" PRIx64, (uint64_t)XXH3_64bits(bytes, (size_t)n));
    memcpy(digits, hex, 16);
}

/* The image with one text of the header replaced by another of the same length, sealed. */
static thaw_status load_forged(const char *from, const char *to)
{
    thaw_model *m = NULL;
    char *bytes = malloc((size_t)size);
    memcpy(bytes, image, (size_t)size);
    size_t n = strlen(from);
    int found = 0;
    ck_assert_uint_eq(n, strlen(to));
    for (int64_t k = 0; k + (int64_t)n < size && !found; k++) {
        if (memcmp(bytes + k, from, n) != 0) continue;
        memcpy(bytes + k, to, n);
        found = 1;
    }
    ck_assert_msg(found, "%s is not in the header", from);
    seal(bytes, size);
    thaw_status st = thaw_model_load_buffer(&m, bytes, size, NULL);
    thaw_model_free(m);
    free(bytes);
    return st;
}

START_TEST(forged_headers_are_refused)
{
    static const struct {
        const char *from, *to;
        thaw_status want;
    } forged[] = {
        {"\"thaw.format\":\"1\"", "\"thaw.format\":\"2\"", THAW_E_VERSION},
        {"\"thaw.format\":\"1\"", "\"thaw.format\":\"x\"", THAW_E_FORMAT},
        {"\"thaw.method\":\"bayes\"", "\"thaw.method\":\"magic\"", THAW_E_UNSUPPORTED},
        {"\"dtype\":\"F32\"", "\"dtype\":\"F64\"", THAW_E_FORMAT},
        {"\"dtype\":\"F32\"", "\"dtype\":\"Q32\"", THAW_E_FORMAT},
        {"\"item.base\"", "\"item.bass\"", THAW_E_FORMAT},
        {"\"item.base\"", "\"item.seen\"", THAW_E_FORMAT}, /* a key twice */
        {"\\\"rank\\\":2,", "\\\"rank\\\":3,", THAW_E_FORMAT},
        {"\\\"rank\\\":2,", "\\\"rank\\\":0,", THAW_E_FORMAT},
        {"\\\"items\\\":6,", "\\\"items\\\":5,", THAW_E_FORMAT},
        {"\\\"steps\\\":", "\\\"sleps\\\":", THAW_OK}, /* absent numbers that may be 0 are 0 */
        {"\"shape\":[6,16]", "\"shape\":[9,16]", THAW_E_FORMAT},
        {"\"shape\":[6,16]", "\"shape\":[-6,6]", THAW_E_FORMAT},
        {"\"data_offsets\":[0,", "\"data_offsets\":[4,", THAW_E_FORMAT},
        {"{\"__metadata__\":", "{\"__metadatum_\":", THAW_E_FORMAT},
        {"\\\"min_feature", "\\\"xin_feature", THAW_E_FORMAT},
    };
    for (size_t k = 0; k < sizeof forged / sizeof *forged; k++) {
        thaw_status st = load_forged(forged[k].from, forged[k].to);
        ck_assert_msg(st == forged[k].want, "%s: %d, %s", forged[k].to, st, thaw_last_error());
    }
}
END_TEST

/* A file with this header alone, then n bytes. */
static thaw_status load_header(const char *header, int64_t n)
{
    static char bytes[4096];
    thaw_model *m = NULL;
    const uint64_t length = strlen(header);
    ck_assert_uint_lt(length + (uint64_t)n + 8, sizeof bytes);
    memset(bytes, 0, sizeof bytes);
    for (int k = 0; k < 8; k++) bytes[k] = (char)(length >> 8 * k);
    memcpy(bytes + 8, header, length);
    int64_t all = 8 + (int64_t)length + n;
    if (strstr(header, "thaw.checksum")) seal(bytes, all);
    return thaw_model_load_buffer(&m, bytes, all, NULL);
}

#define META "\"__metadata__\":{\"thaw.checksum\":\"0000000000000000\",\"thaw.format\":\"1\",\"thaw.method\":\"bayes\"}"

START_TEST(hostile_headers_are_refused)
{
    static const char *const hostile[] = {
        "", "{", "{}", "[]", "null", "{" META, "{" META "}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976],\"data_offsets\":[0,64]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[1152921504606846976,1152921504606846976],\"data_offsets\":[0,64]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999999],\"data_offsets\":[0,64]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[0,9223372036854775807]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[-64,0]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[64,0]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[0]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":16,\"data_offsets\":[0,64]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[\"16\"],\"data_offsets\":[0,64]}}",
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]}}", /* a hole */
        "{" META ",\"a\":{\"dtype\":\"F32\",\"shape\":[8],\"data_offsets\":[0,32]},"
                 "\"b\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[0,64]}}", /* an overlap */
        "{" META ",\"a\":7}", "{" META ",\"a\":{}}",
    };
    for (size_t k = 0; k < sizeof hostile / sizeof *hostile; k++) {
        thaw_status st = load_header(hostile[k], 64);
        ck_assert_msg(st == THAW_E_FORMAT, "%s: %d", hostile[k], st);
    }
}
END_TEST

START_TEST(what_is_no_file_is_an_io_error)
{
    thaw_model *m;
    ck_assert_int_eq(thaw_model_load(&m, temp_path("missing"), NULL), THAW_E_IO);
    ck_assert_int_eq(thaw_model_map(&m, temp_path("missing"), NULL), THAW_E_IO);
    ck_assert_int_eq(mkdir(temp_path("folder"), 0700), 0);
    ck_assert_int_eq(thaw_model_load(&m, temp_path("folder"), NULL), THAW_E_IO);
    ck_assert_int_eq(thaw_model_map(&m, temp_path("folder"), NULL), THAW_E_IO);
    ck_assert_int_eq(thaw_model_save(model, temp_path("folder")), THAW_E_IO);
    ck_assert_int_eq(thaw_model_save(model, temp_path("missing/m.thaw")), THAW_E_IO);
    ck_assert_int_eq(rmdir(temp_path("folder")), 0);
    ck_assert_int_eq(thaw_model_load(&m, temp_file("empty", "", 0), NULL), THAW_E_FORMAT);
    ck_assert_int_eq(thaw_model_map(&m, temp_file("empty", "", 0), NULL), THAW_E_FORMAT);
}
END_TEST

START_TEST(out_of_memory_is_a_status_and_leaks_nothing)
{
    failing_alloc f;
    ck_assert_int_eq(thaw_model_save(model, temp_path("m.thaw")), THAW_OK);
    for (int way = 0; way < 3; way++)
        for (long n = 1, refused = 1; refused; n++) {
            thaw_model *m = NULL;
            failing_alloc_init(&f, n);
            thaw_config config = planted_config(&f.allocator);
            thaw_status st = way == 0 ? thaw_model_load(&m, temp_path("m.thaw"), &config)
                             : way == 1 ? thaw_model_map(&m, temp_path("m.thaw"), &config)
                                        : thaw_model_load_buffer(&m, image, size, &config);
            refused = f.refused;
            ck_assert_msg(st == (refused ? THAW_E_NOMEM : THAW_OK), "way %d, request %ld: %d", way, n, st);
            f.refuse = 0;
            if (st == THAW_OK) expect_same(m);
            thaw_model_free(m);
            ck_assert_int_eq(f.live, 0);
        }
}
END_TEST

START_TEST(out_of_memory_while_saving_leaves_the_old_file)
{
    failing_alloc f;
    failing_alloc_init(&f, 0);
    thaw_config config = planted_config(&f.allocator);
    thaw_model *m;
    int files;
    ck_assert_int_eq(thaw_model_save(model, temp_path("m.thaw")), THAW_OK);
    ck_assert_int_eq(thaw_model_load(&m, temp_path("m.thaw"), &config), THAW_OK);
    files = temp_count();
    for (long n = 1, failed = 1; failed; n++) {
        f.refused = 0;
        f.refuse = f.requests + n;
        thaw_status st = thaw_model_save(m, temp_path("m.thaw"));
        failed = f.refused;
        ck_assert_int_eq(st, failed ? THAW_E_NOMEM : THAW_OK);
        thaw_model *whole;
        ck_assert_int_eq(thaw_model_load(&whole, temp_path("m.thaw"), NULL), THAW_OK);
        thaw_model_free(whole);
        ck_assert_int_eq(temp_count(), files); /* no temporary is left */
    }
    thaw_model_free(m);
    ck_assert_int_eq(f.live, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model.file");
    TCase *tc = tcase_create("safetensors");
    tcase_set_timeout(tc, 240);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_way_of_loading_gives_the_same_model);
    tcase_add_test(tc, a_loaded_model_trains_on_and_takes_new_items);
    tcase_add_test(tc, a_file_cut_anywhere_is_refused);
    tcase_add_test(tc, any_flipped_bit_is_refused);
    tcase_add_test(tc, forged_headers_are_refused);
    tcase_add_test(tc, hostile_headers_are_refused);
    tcase_add_test(tc, what_is_no_file_is_an_io_error);
    tcase_add_test(tc, out_of_memory_is_a_status_and_leaks_nothing);
    tcase_add_test(tc, out_of_memory_while_saving_leaves_the_old_file);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

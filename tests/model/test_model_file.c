/* SPDX-License-Identifier: Apache-2.0
 * Model files through thaw.h: a complete file loads to the same bytes; a damaged file is refused, also if its checksum
 * is valid. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "little_shop.h"
#include "run_suite.h"
#include "temp_file.h"

static thaw_model *model;
static char *bytes;
static int64_t size;

static void setup(void)
{
    thaw_data *data = shop_data(NULL, 10, 3, 1);
    const thaw_config config = shop_config(NULL, 2, 0);
    ck_assert_int_eq(thaw_model_create(&model, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain_step(model, NULL, data, NULL, 0), THAW_OK);
    thaw_data_free(data);
    bytes = model_bytes(model, &size);
}

/* A ranking on the same shop, with ratings as values of events; one item is retired. */
static void setup_ranking(void)
{
    thaw_data *data = shop_data(NULL, 10, 3, 1);
    thaw_config config = shop_config(NULL, 2, 0);
    const int64_t gone = 1;
    config.objective = THAW_OBJECTIVE_RANKING;
    config.passes = 2;
    ck_assert_int_eq(thaw_model_create(&model, &config, data), THAW_OK);
    ck_assert_msg(thaw_pretrain(model, NULL, data, NULL, NULL) == THAW_OK, "%s", thaw_last_error());
    ck_assert_int_eq(thaw_model_retire_items(model, &gone, 1, 1), THAW_OK);
    thaw_data_free(data);
    bytes = model_bytes(model, &size);
}

static void teardown(void)
{
    free(bytes);
    thaw_model_free(model);
}

#define reason(words) ck_assert_msg(strstr(thaw_last_error(), words) != NULL, "%s", thaw_last_error())

static void check_same_bytes(const thaw_model *m)
{
    int64_t n;
    char *again = model_bytes(m, &n);
    ck_assert(n == size && memcmp(again, bytes, (size_t)n) == 0);
    free(again);
}

START_TEST(save_load_save_gives_the_same_bytes)
{
    thaw_model *out;
    char path[512];
    snprintf(path, sizeof path, "%s", temp_path("a"));
    ck_assert_int_eq(thaw_model_save(model, path), THAW_OK);
    ck_assert_int_eq(_i ? thaw_model_map(&out, path, NULL) : thaw_model_load(&out, path, NULL), THAW_OK);
    check_same_bytes(out);
    thaw_model_free(out);
}
END_TEST

START_TEST(bytes_at_any_address_load)
{
    thaw_model *out;
    char *at = malloc((size_t)size + 1);
    memcpy(at + 1, bytes, (size_t)size);
    ck_assert_int_eq(thaw_model_load_buffer(&out, at + 1, size, NULL), THAW_OK);
    free(at); /* the model keeps a copy */
    check_same_bytes(out);
    thaw_model_free(out);
}
END_TEST

/* Training a mapped model and adding items to it does not change its file. */
START_TEST(a_mapped_model_trains_like_a_loaded_one)
{
    char path[512];
    thaw_model *mapped, *loaded, *file;
    thaw_data *data = shop_data(NULL, 10, 5, 1);
    snprintf(path, sizeof path, "%s", temp_file("m", bytes, (size_t)size));
    ck_assert_int_eq(thaw_model_map(&mapped, path, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_load(&loaded, path, NULL), THAW_OK);
    thaw_model *both[] = {mapped, loaded};
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(thaw_model_add_items(both[k], NULL, data), THAW_OK);
        ck_assert_int_eq(thaw_pretrain_step(both[k], NULL, data, NULL, 0), THAW_OK);
    }
    int64_t n[2];
    char *made[] = {model_bytes(mapped, &n[0]), model_bytes(loaded, &n[1])};
    ck_assert(n[0] == n[1] && memcmp(made[0], made[1], (size_t)n[0]) == 0);
    ck_assert_int_eq(thaw_model_load(&file, path, NULL), THAW_OK);
    check_same_bytes(file);
    free(made[0]), free(made[1]);
    thaw_model_free(mapped), thaw_model_free(loaded), thaw_model_free(file);
    thaw_data_free(data);
}
END_TEST

static thaw_status load_bytes(const char *at, int64_t n)
{
    thaw_model *out = model;
    thaw_status st = thaw_model_load_buffer(&out, at, n, NULL);
    ck_assert((st == THAW_OK) == (out != NULL));
    thaw_model_free(out);
    return st;
}

START_TEST(a_truncated_file_is_refused)
{
    for (int64_t n = 0; n < size; n++) {
        char *cut = malloc((size_t)n + 1); /* exact size, so that the sanitizer detects reads past the end */
        memcpy(cut, bytes, (size_t)n);
        ck_assert_int_eq(load_bytes(cut, n), THAW_E_FORMAT);
        if (mend_model(cut, n)) ck_assert_int_eq(load_bytes(cut, n), THAW_E_FORMAT);
        free(cut);
    }
}
END_TEST

START_TEST(a_flipped_bit_is_refused)
{
    for (int64_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        ck_assert_int_eq(load_bytes(bytes, size), THAW_E_FORMAT);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
}
END_TEST

/* With a valid checksum, a file with a flipped bit may load, but must not crash. */
START_TEST(a_flipped_bit_with_a_valid_checksum_does_not_crash)
{
    char *copy = malloc((size_t)size);
    for (int64_t bit = _i; bit < 8 * size; bit += 8) {
        memcpy(copy, bytes, (size_t)size);
        copy[bit / 8] ^= (char)(1 << bit % 8);
        if (mend_model(copy, size)) load_bytes(copy, size);
    }
    free(copy);
}
END_TEST

START_TEST(bytes_after_the_end_are_refused)
{
    char *longer = calloc((size_t)size + 4, 1);
    memcpy(longer, bytes, (size_t)size);
    mend_model(longer, size + 4);
    ck_assert_int_eq(load_bytes(longer, size + 4), THAW_E_FORMAT);
    free(longer);
}
END_TEST

/* Replace text of the header by other text of the same length, set the checksum and load. */
static thaw_status load_with(const char *words, const char *others)
{
    const size_t n = strlen(words);
    ck_assert_uint_eq(n, strlen(others));
    for (int64_t at = 0; at + (int64_t)n <= size; at++) {
        if (memcmp(bytes + at, words, n) != 0) continue;
        memcpy(bytes + at, others, n);
        ck_assert(mend_model(bytes, size));
        char path[512];
        thaw_model *out;
        snprintf(path, sizeof path, "%s", temp_file("changed", bytes, (size_t)size));
        thaw_status st = load_bytes(bytes, size);
        ck_assert_int_eq(thaw_model_map(&out, path, NULL), st);
        thaw_model_free(out);
        return st;
    }
    ck_abort_msg("no %s in the file", words);
    return THAW_OK;
}

static const struct {
    const char *words, *others;
    thaw_status status;
} changes[] = {
    {"\"thaw.format\":\"3\"", "\"thaw.format\":\"4\"", THAW_E_VERSION},
    {"\"thaw.format\":\"3\"", "\"thaw.format\":\"0\"", THAW_E_FORMAT},
    {"\"thaw.format\":\"3\"", "\"thaw.format\":\"1\"", THAW_E_FORMAT} /* unknown names */,
    {"\"thaw.format\":\"3\"", "\"thaw.format\":\"x\"", THAW_E_FORMAT},
    {"\"thaw.format\"", "\"thaw.farmot\"", THAW_E_FORMAT},
    {"\"thaw.method\":\"rating\"", "\"thaw.method\":\"magics\"", THAW_E_UNSUPPORTED},
    {"\"item.embedding\"", "\"item.embodding\"", THAW_E_FORMAT},
    {"\"user.second_moment\"", "\"user.second_memory\"", THAW_E_FORMAT},
    {"\"item.feature.value\"", "\"item.feature.taste\"", THAW_E_FORMAT},
    {"\"item.bias\":{\"dtype\":\"F32\"", "\"item.bias\":{\"dtype\":\"I32\"", THAW_E_FORMAT},
    {"\"item.bias\":{\"dtype\":\"F32\"", "\"item.bias\":{\"dtype\":\"F99\"", THAW_E_FORMAT},
    {"\"item.n_ratings\"", "\"item.noise_var\"", THAW_E_FORMAT}, /* duplicate */
    {"\"__metadata__\"", "\"__netadata__\"", THAW_E_FORMAT},
    {"\\\"rank\\\":2", "\\\"rank\\\":0", THAW_E_FORMAT},
    {"\\\"rank\\\":2", "\\\"rank\\\":9", THAW_E_FORMAT},
    {"\\\"items\\\":3", "\\\"items\\\":4", THAW_E_FORMAT},
    {"\\\"items\\\":3", "\\\"items\\\":0", THAW_E_FORMAT},
    {"\\\"min_feature\\\":2", "\\\"min_feature\\\":0", THAW_E_FORMAT},
    {"\\\"mean_noise_var\\\"", "\\\"mean_noise_war\\\"", THAW_E_FORMAT},
    {"\\\"steps\\\":1", "\\\"steps\\\":-", THAW_E_FORMAT},
    {"\\\"rating_max\\\":5.0", "\\\"rating_max\\\":9e9", THAW_E_FORMAT}, /* above 1e9 */
    {"thaw.numbers\":\"{", "thaw.numbers\":\"[", THAW_E_FORMAT},
    {"\\\"levels\\\"", "\\\"lovels\\\"", THAW_E_FORMAT},
    {"\\\"scores\\\":[-", "\\\"scores\\\":[9", THAW_E_FORMAT},
    {"\"dtype\"", "\"dtipe\"", THAW_E_FORMAT},
    {"\"shape\":[3,", "\"shape\":[9,", THAW_E_FORMAT},
};

static const struct {
    const char *words, *others;
    thaw_status status;
} ranking_changes[] = {
    {"\"thaw.method\":\"ranking\"", "\"thaw.method\":\"ranklist", THAW_E_FORMAT},
    {"\"thaw.method\":\"ranking\"", "\"thaw.method\":\"rankine\"", THAW_E_UNSUPPORTED},
    {"\"item.output_embedding\"", "\"item.output_embodding\"", THAW_E_FORMAT},
    {"\"item.edge.codes\"", "\"item.edge.kodes\"", THAW_E_FORMAT},
    {"\"item.edge.codes\":{\"dtype\":\"U8\"", "\"item.edge.codes\":{\"dtype\":\"U9\"", THAW_E_FORMAT},
    {"\\\"n_edge_codes\\\"", "\\\"n_edge_kodes\\\"", THAW_E_FORMAT},
    {"\"item.retired\":{\"dtype\":\"U8\",\"shape\":[3]", "\"item.retired\":{\"dtype\":\"U8\",\"shape\":[9]",
     THAW_E_FORMAT},
    {"\"user.schedule\"", "\"user.schedole\"", THAW_E_FORMAT},
    {"\"event.weighting\"", "\"event.waighting\"", THAW_E_FORMAT},
    {"\\\"backward\\\"", "\\\"backword\\\"", THAW_E_FORMAT},
    {"\\\"target\\\":-1", "\\\"target\\\":-2", THAW_E_FORMAT},
    {"\\\"target\\\":-1", "\\\"target\\\":99", THAW_E_FORMAT},
};

START_TEST(an_inconsistent_ranking_header_is_refused)
{
    ck_assert_int_eq(load_with(ranking_changes[_i].words, ranking_changes[_i].others), ranking_changes[_i].status);
}
END_TEST

START_TEST(an_inconsistent_header_is_refused)
{
    thaw_status st = load_with(changes[_i].words, changes[_i].others);
    ck_assert_msg(st == changes[_i].status, "%s: %d, %s", changes[_i].others, st, thaw_last_error());
}
END_TEST

typedef struct bad_number {
    const char *name;
    float value; /* of the first element */
} bad_number;

static const bad_number bad_numbers[] = {
    {"item.embedding", NAN},         {"item.bias", NAN},           {"item.rating_var", NAN},
    {"item.noise_var", NAN},         {"item.selection_bias", NAN}, {"item.gamma", NAN},
    {"item.n_ratings", NAN},         {"user.second_moment", NAN},  {"user.prior.weight", NAN},
    {"item.embedding", 1e30f},       {"item.bias", -1e30f},        {"item.rating_var", -1},
    {"item.rating_var", 0},          {"item.noise_var", -1},       {"item.n_ratings", -1},
    {"item.prior.total_weight", -1}, {"item.prior.ridge", 0},      {"user.prior.ridge", -1},
    {"item.feature.value", -1},      {"item.gamma", -1},           {"user.second_moment", -1},
};

static const bad_number bad_ranking_numbers[] = {
    {"item.popularity", -1},  {"user.gram_diag", -1}, {"user.schedule", 1e4f},
    {"event.weighting", NAN}, {"item.repeat", NAN},   {"item.output_embedding", INFINITY},
};

/* The first element of a tensor in the bytes. */
static char *tensor_at(const char *name)
{
    char mark[64];
    uint64_t length = 0;
    snprintf(mark, sizeof mark, "\"%s\":", name);
    for (int k = 7; k >= 0; k--) length = length << 8 | (unsigned char)bytes[k];
    int64_t at = 8;
    while (at < (int64_t)length && memcmp(bytes + at, mark, strlen(mark)) != 0) at++;
    ck_assert(at < (int64_t)length);
    const char *offsets = strstr(bytes + at, "\"data_offsets\":[");
    ck_assert_ptr_nonnull(offsets);
    return bytes + 8 + length + strtol(offsets + 16, NULL, 10);
}

static void expect_refused(const bad_number *bad)
{
    memcpy(tensor_at(bad->name), &bad->value, sizeof bad->value);
    ck_assert(mend_model(bytes, size));
    ck_assert_msg(load_bytes(bytes, size) == THAW_E_FORMAT, "%s %g", bad->name, (double)bad->value);
}

START_TEST(a_tensor_with_numbers_out_of_range_is_refused)
{
    expect_refused(&bad_numbers[_i]);
}
END_TEST

START_TEST(a_ranking_with_numbers_out_of_range_is_refused)
{
    expect_refused(&bad_ranking_numbers[_i]);
}
END_TEST

/* Numbers that pass the checks, at their bounds: the scores of items, also of new ones, are finite. */
START_TEST(scores_of_extreme_parameters_are_finite)
{
    static const bad_number extremes[] = {{"item.embedding", 1e9f},    {"item.bias", -1e9f},
                                          {"item.rating_var", 1e9f},   {"item.noise_var", 1e-37f},
                                          {"item.prior.centre", 1e9f}, {"item.gamma", 1e9f}};
    thaw_model *m;
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n;
    const thaw_event e = {.item = 0, .value = 4};
    memcpy(tensor_at(extremes[_i].name), &extremes[_i].value, sizeof(float));
    ck_assert(mend_model(bytes, size));
    ck_assert_int_eq(thaw_model_load_buffer(&m, bytes, size, NULL), THAW_OK);
    thaw_data *more = shop_data(NULL, 10, 6, 1);
    const thaw_status added = thaw_model_add_items(m, NULL, more);
    ck_assert(added == THAW_OK || added == THAW_E_NUMERIC);
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    const thaw_status adapted = thaw_adapt(m, u, &e, 1);
    ck_assert(adapted == THAW_OK || adapted == THAW_E_NUMERIC);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, NULL), THAW_OK);
    ck_assert_int_gt(n, 0);
    for (int64_t k = 0; k < n; k++) ck_assert(isfinite(hits[k].mean) && isfinite(hits[k].variance));
    thaw_user_free(u);
    thaw_data_free(more);
    thaw_model_free(m);
}
END_TEST

START_TEST(a_missing_file_is_an_io_error_and_an_empty_file_a_format_error)
{
    thaw_status (*const open[])(thaw_model **, const char *, const thaw_config *) = {thaw_model_load, thaw_model_map};
    thaw_model *out = model;
    char folder[512];
    snprintf(folder, sizeof folder, "%s", temp_path("folder"));
    mkdir(folder, 0700);
    ck_assert_int_eq(open[_i](&out, temp_path("missing"), NULL), THAW_E_IO);
    reason("missing");
    ck_assert_ptr_null(out);
    ck_assert_int_eq(open[_i](&out, folder, NULL), THAW_E_IO);
    ck_assert_int_eq(open[_i](&out, "", NULL), THAW_E_IO);
    ck_assert_int_eq(open[_i](&out, temp_file("empty", "", 0), NULL), THAW_E_FORMAT);
    ck_assert_int_eq(open[_i](&out, temp_file("text", "user\titem\n", 10), NULL), THAW_E_FORMAT);
    ck_assert_ptr_null(out);
    rmdir(folder);
}
END_TEST

/* An independent reader of the safetensors format. Skipped without python3. */
START_TEST(python_reads_the_file_as_safetensors)
{
    static const char script[] =
        "import json,struct,sys\n"
        "b=open(sys.argv[1],'rb').read(); n=struct.unpack('<Q',b[:8])[0]; h=json.loads(b[8:8+n].decode('utf-8'))\n"
        "assert b[8:9]==b'{' and (8+n)%64==0\n"
        "m=h.pop('__metadata__'); assert all(type(v) is str for v in m.values())\n"
        "at=0; w={'U8':1,'I32':4,'I64':8,'F32':4,'F64':8}\n"
        "for t in sorted(h.values(),key=lambda t:t['data_offsets']):\n"
        "    size=w[t['dtype']]\n"
        "    for s in t['shape']: size*=s\n"
        "    assert t['data_offsets']==[at,at+size]; at+=size\n"
        "assert 8+n+at==len(b)\n";
    char command[1200], path[512];
    if (system("python3 -c pass >/dev/null 2>&1") != 0) return;
    snprintf(path, sizeof path, "%s", temp_file("model", bytes, (size_t)size));
    snprintf(command, sizeof command, "python3 '%s' '%s'", temp_file("read.py", script, sizeof script - 1), path);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model files");
    TCase *complete = tcase_create("complete");
    tcase_add_checked_fixture(complete, setup, teardown);
    tcase_add_loop_test(complete, save_load_save_gives_the_same_bytes, 0, 2);
    tcase_add_test(complete, bytes_at_any_address_load);
    tcase_add_test(complete, a_mapped_model_trains_like_a_loaded_one);
    tcase_add_test(complete, python_reads_the_file_as_safetensors);
    suite_add_tcase(suite, complete);
    TCase *damaged = tcase_create("damaged");
    tcase_set_timeout(damaged, 120);
    tcase_add_checked_fixture(damaged, setup, teardown);
    tcase_add_test(damaged, a_truncated_file_is_refused);
    tcase_add_test(damaged, a_flipped_bit_is_refused);
    tcase_add_loop_test(damaged, a_flipped_bit_with_a_valid_checksum_does_not_crash, 0, 8);
    tcase_add_test(damaged, bytes_after_the_end_are_refused);
    tcase_add_loop_test(damaged, an_inconsistent_header_is_refused, 0, (int)(sizeof changes / sizeof *changes));
    tcase_add_loop_test(damaged, a_tensor_with_numbers_out_of_range_is_refused, 0,
                        (int)(sizeof bad_numbers / sizeof *bad_numbers));
    tcase_add_loop_test(damaged, scores_of_extreme_parameters_are_finite, 0, 6);
    tcase_add_loop_test(damaged, a_missing_file_is_an_io_error_and_an_empty_file_a_format_error, 0, 2);
    suite_add_tcase(suite, damaged);
    TCase *ranking = tcase_create("ranking");
    tcase_set_timeout(ranking, 240);
    tcase_add_checked_fixture(ranking, setup_ranking, teardown);
    tcase_add_loop_test(ranking, save_load_save_gives_the_same_bytes, 0, 2);
    tcase_add_test(ranking, bytes_at_any_address_load);
    tcase_add_test(ranking, a_mapped_model_trains_like_a_loaded_one);
    tcase_add_test(ranking, python_reads_the_file_as_safetensors);
    tcase_add_test(ranking, a_truncated_file_is_refused);
    tcase_add_test(ranking, a_flipped_bit_is_refused);
    tcase_add_loop_test(ranking, a_flipped_bit_with_a_valid_checksum_does_not_crash, 0, 8);
    tcase_add_test(ranking, bytes_after_the_end_are_refused);
    tcase_add_loop_test(ranking, an_inconsistent_ranking_header_is_refused, 0,
                        (int)(sizeof ranking_changes / sizeof *ranking_changes));
    tcase_add_loop_test(ranking, a_ranking_with_numbers_out_of_range_is_refused, 0,
                        (int)(sizeof bad_ranking_numbers / sizeof *bad_ranking_numbers));
    suite_add_tcase(suite, ranking);
    return run_suite(suite);
}

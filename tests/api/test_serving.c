/* SPDX-License-Identifier: Apache-2.0
 * Guarantees of serving: users as bytes, atomic saves, threads that share a model, errors per thread.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "little_shop.h"
#include "run_suite.h"
#include "temp_file.h"

#define reason(words) ck_assert_msg(strstr(thaw_last_error(), words) != NULL, "%s", thaw_last_error())

static thaw_model *model;

static void setup(void)
{
    model = shop_model(NULL, 4, 0);
}

static void teardown(void)
{
    thaw_model_free(model);
}

static thaw_user *adapted(const thaw_model *m, int n)
{
    thaw_user *u;
    thaw_event events[64];
    for (int k = 0; k < n; k++) events[k] = shop_event(k);
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, events, n), THAW_OK);
    return u;
}

/* ---- users as bytes ---- */

/* Mean and variance of every item, in one array. */
static void predict(const thaw_model *m, const thaw_user *u, float *out)
{
    int64_t rows[SHOP_ITEMS];
    for (int i = 0; i < SHOP_ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_score(m, u, out, out + SHOP_ITEMS, rows, SHOP_ITEMS), THAW_OK);
}

/* 1e-4: saved bytes have the full P, a user in memory may have its factors; float32. */
static void check_same(const thaw_model *m, const thaw_user *a, const thaw_user *b)
{
    float x[2 * SHOP_ITEMS], y[2 * SHOP_ITEMS];
    predict(m, a, x);
    predict(m, b, y);
    for (int k = 0; k < 2 * SHOP_ITEMS; k++) ck_assert_float_eq_tol(x[k], y[k], 1e-4f * (1 + fabsf(x[k])));
    ck_assert_int_eq(thaw_user_n_events(a), thaw_user_n_events(b));
}

static const int counts[] = {0, 1, 3, 4, 5, 20};

START_TEST(a_loaded_user_and_a_copy_equal_the_user)
{
    thaw_model *m = shop_model(NULL, 4, _i % 2 ? 25 : 0);
    thaw_user *u = adapted(m, counts[_i / 2]), *copy, *loaded;
    const thaw_event next = shop_event(33);
    int64_t size, again;
    char *bytes = user_bytes(u, &size);
    ck_assert_int_eq(thaw_user_copy(&copy, u), THAW_OK);
    ck_assert_int_eq(thaw_user_load(&loaded, m, bytes, size), THAW_OK);
    check_same(m, u, copy);
    check_same(m, u, loaded);
    char *second = user_bytes(loaded, &again);
    ck_assert(again == size && memcmp(bytes, second, (size_t)size) == 0);
    ck_assert_int_eq(thaw_user_observe(m, u, &next), THAW_OK);
    ck_assert_int_eq(thaw_user_observe(m, copy, &next), THAW_OK);
    ck_assert_int_eq(thaw_user_observe(m, loaded, &next), THAW_OK);
    check_same(m, u, copy);
    check_same(m, u, loaded);
    free(bytes), free(second);
    thaw_user_free(u), thaw_user_free(copy), thaw_user_free(loaded);
    thaw_model_free(m);
}
END_TEST

START_TEST(a_short_buffer_returns_the_size_and_is_not_written)
{
    thaw_user *u = adapted(model, 2);
    int64_t size = 0, model_size = 0;
    char bytes[512], model_start[64];
    memset(bytes, 'x', sizeof bytes);
    memset(model_start, 'x', sizeof model_start);
    ck_assert_int_eq(thaw_user_save(u, bytes, 135, &size), THAW_E_SPACE);
    ck_assert(size == 136 && bytes[0] == 'x');
    ck_assert_int_eq(thaw_model_save_buffer(model, model_start, 64, &model_size), THAW_E_SPACE);
    ck_assert(model_size > 1000 && model_start[0] == 'x');
    ck_assert_int_eq(thaw_user_save(u, bytes, sizeof bytes, &size), THAW_OK);
    ck_assert(bytes[size] == 'x');
    thaw_user_free(u);
}
END_TEST

START_TEST(truncated_user_bytes_are_refused)
{
    thaw_user *u = adapted(model, 3), *out;
    int64_t size;
    char *bytes = user_bytes(u, &size);
    for (int64_t n = 0; n < size; n++) {
        char *cut = malloc((size_t)n + 1); /* exact size, so that the sanitizer detects reads past the end */
        memcpy(cut, bytes, (size_t)n);
        out = u;
        ck_assert_int_eq(thaw_user_load(&out, model, cut, n), THAW_E_FORMAT);
        ck_assert_ptr_null(out);
        if (n >= 16 && mend_user(cut, n)) ck_assert_int_ne(thaw_user_load(&out, model, cut, n), THAW_OK);
        free(cut);
    }
    free(bytes);
    thaw_user_free(u);
}
END_TEST

START_TEST(user_bytes_with_a_flipped_bit_are_refused)
{
    thaw_user *u = adapted(model, 3), *out;
    int64_t size;
    char *bytes = user_bytes(u, &size);
    for (int64_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        thaw_status st = thaw_user_load(&out, model, bytes, size);
        ck_assert(st == THAW_E_FORMAT || (st == THAW_E_VERSION && bit >= 64 && bit < 96));
        ck_assert_ptr_null(out);
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    free(bytes);
    thaw_user_free(u);
}
END_TEST

/* Invalid numbers with a valid checksum: offset, size, bytes, expected status. */
static const struct {
    int at, n;
    unsigned char bytes[8];
    thaw_status status;
} hostile[] = {
    {32, 8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, THAW_E_FORMAT}, /* -1 events */
    {32, 8, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}, THAW_E_FORMAT}, /* one more event overflows */
    {40, 8, {0, 0, 0, 0, 0, 0, 0xf8, 0x7f}, THAW_E_FORMAT},                   /* time NaN */
    {40, 8, {0, 0, 0, 0, 0, 0, 0xf0, 0x7f}, THAW_E_FORMAT},                   /* time +Inf */
    {64, 4, {0, 0, 0xc0, 0x7f}, THAW_E_FORMAT},                               /* m0 NaN */
    {80, 4, {0, 0, 0x80, 0x7f}, THAW_E_FORMAT},                               /* m Inf */
    {96, 4, {0, 0, 0xc0, 0xff}, THAW_E_FORMAT},                               /* P NaN */
    {96, 4, {0, 0, 0x80, 0xbf}, THAW_E_FORMAT},                               /* P[0, 0] -1 */
    {24, 4, {5, 0, 0, 0}, THAW_E_MISMATCH},                                   /* rank 5 */
    {28, 4, {1, 0, 0, 0}, THAW_E_MISMATCH},                                   /* fades */
    {16, 1, {0x11}, THAW_E_MISMATCH},                                         /* model */
    {8, 4, {2, 0, 0, 0}, THAW_E_VERSION},
    {8, 4, {0, 0, 0, 0}, THAW_E_FORMAT},
};

START_TEST(invalid_user_bytes_with_a_valid_checksum_are_refused)
{
    thaw_user *u = adapted(model, 3), *out;
    int64_t size;
    char *bytes = user_bytes(u, &size);
    memcpy(bytes + hostile[_i].at, hostile[_i].bytes, (size_t)hostile[_i].n);
    mend_user(bytes, size);
    ck_assert_int_eq(thaw_user_load(&out, model, bytes, size), hostile[_i].status);
    ck_assert_ptr_null(out);
    free(bytes);
    thaw_user_free(u);
}
END_TEST

/* ---- saving ---- */

START_TEST(a_failed_save_leaves_the_old_file)
{
    const char *path = temp_path("folder");
    char inside[600], beside[600];
    ck_assert_int_eq(mkdir(path, 0700), 0);
    snprintf(inside, sizeof inside, "%s/missing/model", path);
    snprintf(beside, sizeof beside, "%s", path);
    ck_assert_int_eq(thaw_model_save(model, inside), THAW_E_IO);
    reason("missing/model");
    ck_assert_int_eq(thaw_model_save(model, beside), THAW_E_IO); /* onto a directory */
    reason("not a regular file");
    ck_assert_int_eq(thaw_model_save(model, ""), THAW_E_IO);
    ck_assert_int_eq(thaw_model_save(model, "/dev/null"), THAW_E_IO);
    ck_assert_int_eq(temp_count(), 1);
    rmdir(beside);
}
END_TEST

START_TEST(a_read_only_folder_keeps_its_file)
{
    char folder[512], file[600], old[8] = "";
    snprintf(folder, sizeof folder, "%s", temp_path("locked"));
    snprintf(file, sizeof file, "%s/model", folder);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    FILE *f = fopen(file, "w");
    ck_assert(f && fputs("old", f) >= 0 && fclose(f) == 0);
    chmod(folder, 0500);
    if (access(folder, W_OK) != 0) { /* the superuser may write anywhere */
        ck_assert_int_eq(thaw_model_save(model, file), THAW_E_IO);
        f = fopen(file, "r");
        ck_assert(f && fgets(old, sizeof old, f) && fclose(f) == 0);
        ck_assert_str_eq(old, "old");
    }
    chmod(folder, 0700);
    unlink(file);
    rmdir(folder);
}
END_TEST

START_TEST(a_save_replaces_the_file_even_while_it_is_mapped)
{
    char path[512];
    snprintf(path, sizeof path, "%s", temp_file("model", "old", 3));
    thaw_model *mapped, *other = shop_model(NULL, 7, 0), *loaded;
    ck_assert_int_eq(thaw_model_save(model, path), THAW_OK);
    ck_assert_int_eq(thaw_model_map(&mapped, path, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_save(other, path), THAW_OK);
    thaw_user *u = adapted(model, 3);
    check_same(mapped, u, u);
    ck_assert_int_eq(thaw_model_load(&loaded, path, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_save(mapped, path), THAW_OK); /* to the file it was loaded from */
    thaw_user_free(u);
    thaw_model_free(mapped), thaw_model_free(loaded), thaw_model_free(other);
    unlink(path);
}
END_TEST

/* ---- threads ---- */

enum { ROUNDS = 300, ADAPTED = 20 };

typedef struct shift {
    float scores[ADAPTED][2 * SHOP_ITEMS];
    int differs;
} shift;

static void serve_once(float scores[][2 * SHOP_ITEMS])
{
    for (int s = 0; s < ADAPTED; s++) {
        thaw_user *u;
        thaw_event events[16];
        thaw_hit hits[10];
        int64_t rows[SHOP_ITEMS], n_hits;
        for (int k = 0; k < 16; k++) events[k] = shop_event(s * 7 + k);
        for (int i = 0; i < SHOP_ITEMS; i++) rows[i] = i;
        int failed = thaw_user_create(&u, model) || thaw_adapt(model, u, events, s % 8) ||
                     thaw_user_observe(model, u, &events[15]) || thaw_recommend(model, u, hits, &n_hits, NULL) ||
                     thaw_score(model, u, scores[s], scores[s] + SHOP_ITEMS, rows, SHOP_ITEMS);
        if (failed) abort();
        thaw_user_free(u);
    }
}

static void *serve(void *arg)
{
    shift *mine = arg;
    float scores[ADAPTED][2 * SHOP_ITEMS];
    for (int r = 0; r < ROUNDS; r++) {
        serve_once(scores);
        mine->differs += memcmp(scores, mine->scores, sizeof scores) != 0;
    }
    return NULL;
}

START_TEST(two_threads_on_one_model_agree_with_one)
{
    static shift shifts[2];
    pthread_t threads[2];
    for (int t = 0; t < 2; t++) {
        shifts[t].differs = 0;
        serve_once(shifts[t].scores);
        ck_assert_int_eq(pthread_create(&threads[t], NULL, serve, &shifts[t]), 0);
    }
    for (int t = 0; t < 2; t++) {
        pthread_join(threads[t], NULL);
        ck_assert_int_eq(shifts[t].differs, 0);
    }
}
END_TEST

START_TEST(training_on_threads_gives_the_same_bytes)
{
    thaw_data *data = shop_data(NULL, 300, 30, 3);
    char *bytes[2];
    int64_t size[2];
    for (int t = 0; t < 2; t++) {
        thaw_threads *pool;
        thaw_model *m;
        thaw_config config = shop_config(NULL, 5, 0);
        ck_assert_int_eq(thaw_threads_create(&pool, t ? 3 : 1), THAW_OK);
        ck_assert_int_eq(thaw_threads_parallel(pool, &config.parallel), THAW_OK);
        ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
        ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
        bytes[t] = model_bytes(m, &size[t]);
        thaw_model_free(m);
        thaw_threads_free(pool);
    }
    ck_assert(size[0] == size[1] && memcmp(bytes[0], bytes[1], (size_t)size[0]) == 0);
    free(bytes[0]), free(bytes[1]);
    thaw_data_free(data);
}
END_TEST

/* ---- errors ---- */

static void *fail_elsewhere(void *arg)
{
    thaw_config config;
    int *fine = arg;
    *fine = thaw_last_error()[0] == 0; /* no call of this thread has failed */
    *fine = *fine && thaw_config_init(&config, 1) == THAW_E_ARG && strstr(thaw_last_error(), "struct_size is 1");
    return NULL;
}

START_TEST(the_last_error_belongs_to_the_calling_thread)
{
    thaw_config config = shop_config(NULL, 2, 0);
    pthread_t other;
    int fine = 0;
    ck_assert_int_eq(thaw_config_set(&config, "rank", "300"), THAW_E_RANGE);
    ck_assert_int_eq(pthread_create(&other, NULL, fail_elsewhere, &fine), 0);
    pthread_join(other, NULL);
    ck_assert(fine);
    reason("rank is \"300\"; must be a whole number from 0 to 256");
}
END_TEST

START_TEST(a_successful_call_keeps_the_last_error)
{
    thaw_config config = shop_config(NULL, 2, 0);
    ck_assert_int_eq(thaw_config_set(&config, "rank", "300"), THAW_E_RANGE);
    ck_assert_int_eq(thaw_config_set(&config, "rank", "30"), THAW_OK);
    reason("300");
}
END_TEST

START_TEST(status_texts_are_never_null)
{
    for (int32_t s = -1; s < 20; s++) ck_assert(thaw_status_text(s) && thaw_status_text(s)[0]);
    ck_assert_str_eq(thaw_status_text(INT32_MAX), "unknown status");
    ck_assert_str_eq(thaw_status_text(THAW_E_RANGE), "out of range");
    ck_assert_ptr_eq(thaw_build_info(), thaw_build_info());
    ck_assert_int_eq(thaw_version(), 10000 * THAW_VERSION_MAJOR + 100 * THAW_VERSION_MINOR + THAW_VERSION_PATCH);
}
END_TEST

/* ---- progress ---- */

static int32_t stop_after_two(void *ctx, const thaw_report *report)
{
    int *calls = ctx;
    ck_assert_int_eq(report->struct_size, sizeof *report);
    if (report->pass == *calls) return 0; /* between two passes */
    ck_assert_int_eq(report->pass, ++*calls);
    return *calls == 2;
}

START_TEST(progress_can_stop_the_training_and_the_model_is_usable)
{
    int calls = 0;
    thaw_report report;
    thaw_data *data = shop_data(NULL, SHOP_USERS, SHOP_ITEMS, 1);
    thaw_report_init(&report, sizeof report);
    ck_assert_int_eq(thaw_pretrain(model, &report, data, stop_after_two, &calls), THAW_E_CANCELLED);
    ck_assert(calls == 2 && report.pass == 2 && isnan(report.valid_mae) && isnan(report.best_mae));
    thaw_user *u = adapted(model, 3);
    check_same(model, u, u);
    thaw_user_free(u);
    thaw_data_free(data);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api serving");
    TCase *bytes = tcase_create("bytes");
    tcase_add_checked_fixture(bytes, setup, teardown);
    tcase_add_loop_test(bytes, a_loaded_user_and_a_copy_equal_the_user, 0, 2 * (int)(sizeof counts / sizeof *counts));
    tcase_add_test(bytes, a_short_buffer_returns_the_size_and_is_not_written);
    tcase_add_test(bytes, truncated_user_bytes_are_refused);
    tcase_add_test(bytes, user_bytes_with_a_flipped_bit_are_refused);
    tcase_add_loop_test(bytes, invalid_user_bytes_with_a_valid_checksum_are_refused, 0,
                        (int)(sizeof hostile / sizeof *hostile));
    suite_add_tcase(suite, bytes);
    TCase *saving = tcase_create("saving");
    tcase_add_checked_fixture(saving, setup, teardown);
    tcase_add_test(saving, a_failed_save_leaves_the_old_file);
    tcase_add_test(saving, a_read_only_folder_keeps_its_file);
    tcase_add_test(saving, a_save_replaces_the_file_even_while_it_is_mapped);
    suite_add_tcase(suite, saving);
    TCase *threads = tcase_create("threads");
    tcase_set_timeout(threads, 60);
    tcase_add_checked_fixture(threads, setup, teardown);
    tcase_add_test(threads, two_threads_on_one_model_agree_with_one);
    tcase_add_test(threads, training_on_threads_gives_the_same_bytes);
    tcase_add_test(threads, the_last_error_belongs_to_the_calling_thread);
    tcase_add_test(threads, a_successful_call_keeps_the_last_error);
    tcase_add_test(threads, status_texts_are_never_null);
    tcase_add_test(threads, progress_can_stop_the_training_and_the_model_is_usable);
    suite_add_tcase(suite, threads);
    return run_suite(suite);
}

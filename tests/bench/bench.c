/* SPDX-License-Identifier: Apache-2.0 */

/* thaw-bench: the time of calls of thaw.h, compared with a straightforward implementation on BLAS and LAPACK. */

#include "bench.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernels.h"
#include "scan.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} parts[] = {
    {"adapt", bench_adapt, "a new user from a few events, against the normal equations by ssyrk and sposv"},
    {"episode", bench_episode, "an episode of pretraining, gradient and step, against ssyrk and sposv"},
    {"observe", bench_observe, "one more event, against a Sherman-Morrison update by BLAS"},
    {"pretrain", bench_pretrain, "passes over a table of ratings"},
    {"topn", bench_topn, "top-N of a catalogue, against sgemv or sgemm and a heap"},
};
enum { N_PARTS = sizeof parts / sizeof parts[0] };

static int usage(FILE *to, int status)
{
    fputs("usage: thaw-bench [--cpu C] PART [option…]\n\n", to);
    for (int i = 0; i < N_PARTS; i++) fprintf(to, "  %-9s %s\n", parts[i].name, parts[i].summary);
    fputs("\n  --cpu C   instructions of thaw: portable, avx2 or avx512; default: the best of this CPU\n"
          "  --json    one object per line; every part has it\n  PART -h   the options of a part\n",
          to);
    return status;
}

/* The kernels and scans of an instruction set. */
static void use_cpu(const char *name)
{
    static const char *const cpus[][2] = {{"portable", "portable"}, {"avx2", "avx2"}, {"avx512", "avx512vnni"}};
    int i = 0;
    while (i < 3 && strcmp(cpus[i][0], name) != 0) i++;
    if (i == 3) bench_refuse("--cpu is %s; must be portable, avx2 or avx512", name);
    const thaw__kernels *kernels = thaw__kernels_named(cpus[i][0]);
    const thaw__scans *scans = thaw__scans_named(cpus[i][1]);
    if (!kernels || !scans) bench_refuse("--cpu is %s; this CPU does not have it (%s)", name, cpus[i][!scans]);
    thaw__kernels_use(kernels);
    thaw__scans_use(scans);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"cpu", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
    opterr = 0;
    for (int o; (o = getopt_long(argc, argv, "+:h", options, NULL)) != -1;) {
        if (o == 'h') return usage(stdout, 0);
        if (o == 'c') use_cpu(optarg);
        else bench_refuse(o == ':' ? "%s needs a value" : "unknown option %s", argv[optind - 1]);
    }
    const int first = optind;
    optind = 0; /* the options of the part begin anew */
    for (int i = 0; first < argc && i < N_PARTS; i++)
        if (strcmp(argv[first], parts[i].name) == 0) return parts[i].run(argc - first, argv + first);
    return usage(stderr, 2);
}

/* ---- arguments ------------------------------------------------------------------------------------------------ */

void bench_refuse(const char *format, ...)
{
    va_list args;
    fputs("thaw-bench: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

void bench_check(thaw_status status, const char *call)
{
    if (status == THAW_OK) return;
    fprintf(stderr, "thaw-bench: %s: %s: %s\n", call, thaw_status_text(status), thaw_last_error());
    exit(1);
}

int64_t bench_integer(const char *flag, const char *text, int64_t min, int64_t max)
{
    char *end;
    errno = 0;
    const long long n = strtoll(text, &end, 10);
    if (errno || end == text || *end || n < min || n > max)
        bench_refuse("%s is %s; must be %lld to %lld", flag, text, (long long)min, (long long)max);
    return n;
}

int bench_option(int argc, char **argv, const struct option *options, const char *help)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, ":h", options, NULL);
    if (option == 'h') {
        fputs(help, stdout);
        exit(0);
    }
    if (option == ':') bench_refuse("%s needs a value", argv[optind - 1]);
    if (option == '?') bench_refuse("unknown option %s of %s", argv[optind - 1], argv[0]);
    if (option == -1 && optind < argc) bench_refuse("%s belongs to no option", argv[optind]);
    return option;
}

void *bench_alloc(int64_t count, size_t size)
{
    const size_t bytes = ((size_t)count * size + 63) / 64 * 64;
    void *p = aligned_alloc(64, bytes ? bytes : 64);
    if (!p) {
        fputs("thaw-bench: out of memory\n", stderr);
        exit(1);
    }
    return memset(p, 0, bytes);
}

/* ---- random numbers ------------------------------------------------------------------------------------------- */

double bench_uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

float *bench_table(int64_t n, int64_t d, uint64_t seed)
{
    float *table = bench_alloc(n * d, sizeof *table);
    for (int64_t i = 0; i < n * d; i++) table[i] = (float)(1.04 * (bench_uniform(&seed) - 0.5));
    return table;
}

thaw_event *bench_events(int64_t n, int64_t items)
{
    uint64_t state = 7;
    thaw_event *events = bench_alloc(n, sizeof *events);
    for (int64_t k = 0; k < n; k++) {
        events[k].item = (int64_t)(bench_uniform(&state) * (double)items);
        events[k].value = (float)(1 + (int)(bench_uniform(&state) * 5));
    }
    return events;
}

enum { MODEL_USERS = 400, RATED = 40, KEY = 24 };

/* Add items 0 … n-1 by a feature, so that all of them are in the catalogue. */
static void add_items(thaw_data *data, int64_t n)
{
    char(*text)[KEY] = bench_alloc(n, sizeof *text);
    const char **keys = bench_alloc(n, sizeof *keys);
    for (int64_t i = 0; i < n; i++) {
        snprintf(text[i], sizeof text[i], "%lld", (long long)i);
        keys[i] = text[i];
    }
    CHECK(thaw_data_add_feature(data, THAW_TABLE_ITEMS, "shelf", THAW_TYPE_TOKEN, keys, keys, n));
    free(keys);
    free(text);
}

static void add_ratings(thaw_data *data, const thaw_event *events, int64_t n)
{
    char(*text)[2][KEY] = bench_alloc(n, sizeof *text);
    const char **users = bench_alloc(n, sizeof *users), **items = bench_alloc(n, sizeof *items);
    float *values = bench_alloc(n, sizeof *values);
    for (int64_t k = 0; k < n; k++) {
        snprintf(text[k][0], KEY, "%lld", (long long)(k / RATED));
        snprintf(text[k][1], KEY, "%lld", (long long)events[k].item);
        users[k] = text[k][0];
        items[k] = text[k][1];
        values[k] = events[k].value;
    }
    const thaw_event_columns columns = {
        .struct_size = sizeof columns, .users = users, .items = items, .values = values};
    CHECK(thaw_data_add_events(data, &columns, n));
    free(users);
    free(items);
    free(values);
    free(text);
}

thaw_model *bench_model(int64_t items, int32_t rank, int32_t passes)
{
    thaw_data *data;
    thaw_model *model;
    thaw_config config;
    thaw_event *events = bench_events(MODEL_USERS * RATED, items);
    CHECK(thaw_config_init(&config, sizeof config));
    config.rank = rank;
    config.passes = passes ? passes : 1;
    CHECK(thaw_data_create(&data, &config));
    add_items(data, items);
    add_ratings(data, events, MODEL_USERS * RATED);
    CHECK(thaw_model_create(&model, &config, data));
    if (passes) CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);
    free(events);
    return model;
}

/* ---- measuring ------------------------------------------------------------------------------------------------ */

void bench_one_blas_thread(void)
{
    static const char *const names[] = {"openblas_set_num_threads", "bli_thread_set_num_threads",
                                        "MKL_Set_Num_Threads"};
    for (int i = 0; i < 3; i++) {
        void *symbol = dlsym(RTLD_DEFAULT, names[i]);
        void (*set)(int) = NULL;
        memcpy(&set, &symbol, sizeof set);
        if (set) set(1);
    }
}

double bench_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void bench_compare(bench_candidate *candidates, int n)
{
    double us[BENCH_CANDIDATES][BENCH_ROUNDS];
    for (int round = -1; round < BENCH_ROUNDS; round++)
        for (int r = 0; r < n; r++) {
            const double start = bench_seconds();
            candidates[r].run(candidates[r].arg, round + 1);
            if (round >= 0) us[r][round] = 1e6 * (bench_seconds() - start) / (double)candidates[r].calls;
        }
    for (int r = 0; r < n; r++) {
        qsort(us[r], BENCH_ROUNDS, sizeof us[r][0], ascending);
        candidates[r].us = us[r][BENCH_ROUNDS / 2];
    }
}

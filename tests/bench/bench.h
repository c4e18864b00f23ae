/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_BENCH_H
#define THAW_BENCH_H

/* Shared by the parts of thaw-bench: arguments, a made-up shop, and timing that is robust on a busy machine. All calls
 * go through thaw.h, as in a host program. */

#include <getopt.h>
#include <stdint.h>

#include "thaw/thaw.h"

/** The parts. argv[0] is the name of the part; each returns the exit status. */
int bench_adapt(int argc, char **argv);
int bench_episode(int argc, char **argv);
int bench_observe(int argc, char **argv);
int bench_pretrain(int argc, char **argv);
int bench_topn(int argc, char **argv);

#define CHECK(call) bench_check((call), #call)

/** Exit with 1 and a message unless status is THAW_OK. */
void bench_check(thaw_status status, const char *call);

/** Print one line about invalid arguments and exit with 2. */
__attribute__((format(printf, 1, 2), noreturn)) void bench_refuse(const char *format, ...);

/** Allocate zeroed memory, aligned to 64 bytes; exits with 1 if there is no memory. Release it with free(). */
void *bench_alloc(int64_t count, size_t size);

/** Parse an integer in min … max; exits with 2 if it is invalid. */
int64_t bench_integer(const char *flag, const char *text, int64_t min, int64_t max);

/** The next option, as getopt_long() returns it; -1 after the last. -h prints the help and exits with 0. */
int bench_option(int argc, char **argv, const struct option *options, const char *help);

/** Draw a uniform number in [0, 1) and advance the state. */
double bench_uniform(uint64_t *state);

/** A random table [n, d] with mean 0 and standard deviation 0.3. */
float *bench_table(int64_t n, int64_t d, uint64_t seed);

/** A model of `items` made-up items with 40 ratings of each of 400 users. passes 0: not trained. */
thaw_model *bench_model(int64_t items, int32_t rank, int32_t passes);

/** Random events [n]. */
thaw_event *bench_events(int64_t n, int64_t items);

/** Limit the BLAS calls of this program to one thread, for any BLAS library. */
void bench_one_blas_thread(void);

/** Seconds of a monotonic clock. */
double bench_seconds(void);

enum { BENCH_ROUNDS = 41, BENCH_CANDIDATES = 4 };

/** An implementation to compare: run(arg, round) does the work `calls` times. */
typedef struct bench_candidate {
    void (*run)(void *arg, int64_t round);
    void *arg;
    int64_t calls;
    double us; /**< microseconds per call: the median over the rounds */
} bench_candidate;

/** Time the candidates in turn, for BENCH_ROUNDS rounds after a warm-up round, so that other load slows all of them. */
void bench_compare(bench_candidate *candidates, int n);

#endif

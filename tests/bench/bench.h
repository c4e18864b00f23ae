/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_BENCH_H
#define THAW_BENCH_H

/* What the parts of thaw-bench share: arguments, a made-up shop, and a clock that a busy machine does not fool. Everything goes
 * through thaw.h, as a host program would do it. */

#include <getopt.h>
#include <stdint.h>

#include "thaw/thaw.h"

/** The parts. argv[0] is the part's name; each returns the exit code. */
int bench_adapt(int argc, char **argv);
int bench_episode(int argc, char **argv);
int bench_observe(int argc, char **argv);
int bench_pretrain(int argc, char **argv);
int bench_topn(int argc, char **argv);

#define CHECK(call) bench_check((call), #call)

/** Leave with 1 and say why unless status is THAW_OK. */
void bench_check(thaw_status status, const char *call);

/** Leave with 2 and one line. */
__attribute__((format(printf, 1, 2), noreturn)) void bench_refuse(const char *format, ...);

/** Zeroed memory that begins at a cache line; leaves with 1 if there is none. End it with free(). */
void *bench_alloc(int64_t count, size_t size);

/** A whole number within bounds from the text of a flag, or bench_refuse(). */
int64_t bench_integer(const char *flag, const char *text, int64_t least, int64_t most);

/** The next option as getopt_long() gives it; -1 after the last. -h prints the help and leaves with 0. */
int bench_option(int argc, char **argv, const struct option *options, const char *help);

/** Uniform in [0, 1), and its state moves on. */
double bench_uniform(uint64_t *state);

/** Table [n, d] of numbers around 0 with standard deviation 0.3. */
float *bench_table(int64_t n, int64_t d, uint64_t seed);

/** A model of `items` made-up items: every one of 400 shoppers rated 40 of them. passes 0: not trained. */
thaw_model *bench_model(int64_t items, int32_t rank, int32_t passes);

/** Events [n] of made-up shoppers. */
thaw_event *bench_events(int64_t n, int64_t items);

/** One thread for the BLAS that this program calls itself, whatever its vendor. */
void bench_one_blas_thread(void);

/** Seconds on a clock that never goes back. */
double bench_seconds(void);

enum { BENCH_ROUNDS = 41, BENCH_RIVALS = 4 };

/** What is compared: run(arg, round) does the work `calls` times. */
typedef struct bench_rival {
    void (*run)(void *arg, int64_t round);
    void *arg;
    int64_t calls;
    double us; /**< microseconds per call: the median over the rounds */
} bench_rival;

/** Run the rivals in turn, BENCH_ROUNDS times after one that does not count, so that whatever slows the machine slows all. */
void bench_race(bench_rival *rivals, int n);

#endif

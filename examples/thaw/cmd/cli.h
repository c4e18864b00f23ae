/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_H
#define THAW_CLI_H

/* Shared by all verbs of the command line: messages, exit status, and parsing of arguments.
 *
 * Exit status: 0 success, 1 failure, 2 invalid arguments. A verb returns 0, or 1 after cli_fail(); cli_refuse() exits
 * with 2. Results go to standard output, everything else to standard error. */

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>

#include "thaw/thaw.h"

/** The verbs. argv[0] is the verb's name. */
int cmd_split(int argc, char **argv);
int cmd_pretrain(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_update(int argc, char **argv);
int cmd_recommend(int argc, char **argv);
int cmd_similar(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_info(int argc, char **argv);

/** Set the verb that messages begin with. */
void cli_begin(const char *verb);

/** Print a line on standard error: "thaw VERB: …". */
__attribute__((format(printf, 1, 2))) void cli_say(const char *format, ...);

/** Print a message about a failure and return 1. cli_fail() prints thaw_last_error(). */
__attribute__((format(printf, 1, 2))) int cli_failf(const char *format, ...);
int cli_fail(void);

/** Print thaw_last_error() with the path of the file and return 1. */
int cli_fail_at(const char *path);

/** Print a message about invalid arguments and exit with 2. */
__attribute__((format(printf, 1, 2), noreturn)) void cli_refuse(const char *format, ...);

/** Initialise and get the info of a model: 0, or 1 with a message. */
int cli_model_info(thaw_model_info *out, const thaw_model *model);

/** Allocate zeroed memory for count elements; exits with 1 if there is no memory. */
void *cli_alloc(size_t count, size_t size);

/** The next option, as getopt_long() returns it; -1 after the last. Prints the parts of help, which NULL ends, and
 *  exits with 0 on -h and --help. Exits with 2 on unknown options and on arguments that belong to no option. */
int cli_option(int argc, char **argv, const struct option *options, const char *const *help);

/** Parse a number in min … max; exits with 2 if it is invalid. */
int64_t cli_integer(const char *flag, const char *text, int64_t min, int64_t max);
double cli_number(const char *flag, const char *text, double min, double max);

/** Parse a time: a number, or a date of ISO 8601 as seconds since 1970; exits with 2 if it is neither. */
double cli_time(const char *flag, const char *text);

/** Split "key=value" in place and return the value; exits with 2 if it is invalid. */
char *cli_pair(const char *flag, char *text);

/** Split a comma separated list in place; returns the number of parts, exits with 2 above max or on an empty part. */
int cli_list(const char *flag, char *text, char **parts, int max);

/** Exit with 2 if text is NULL, that is, the flag was not given. */
void cli_require(const char *flag, const char *text);

/** Two decimals, or as many as show two digits of a number; at most nine. */
int cli_decimals(double number);

/** Cores of the machine, 1 … 1024. */
int32_t cli_cores(void);

/** Flush standard output: 0, or 1 with a message if it cannot be written. */
int cli_finish(void);

#endif

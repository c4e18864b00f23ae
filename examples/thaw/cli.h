/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_H
#define THAW_CLI_H

/* What all verbs of the command line share: how they end, and the numbers and lists in their arguments.
 *
 * A verb returns its exit code: 0, 1 after cli_fail(), and 2 is left by cli_refuse() for arguments that make no sense.
 * Results go to standard output, everything else to standard error. */

#include <getopt.h>
#include <stddef.h>
#include <stdint.h>

#include "thaw/thaw.h"

/** The verbs. argv[0] is the verb's name. */
int cmd_split(int argc, char **argv);
int cmd_pretrain(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_recommend(int argc, char **argv);
int cmd_info(int argc, char **argv);

/** Name the verb that messages begin with. */
void cli_begin(const char *verb);

/** One line on standard error: "thaw VERB: …". */
__attribute__((format(printf, 1, 2))) void cli_say(const char *format, ...);

/** Say what failed and return 1; without a format: thaw_last_error(). */
__attribute__((format(printf, 1, 2))) int cli_failf(const char *format, ...);
int cli_fail(void);

/** The same for a failure with a file, which the line names. */
int cli_fail_at(const char *path);

/** Say what is wrong with the arguments and leave with 2. */
__attribute__((format(printf, 1, 2), noreturn)) void cli_refuse(const char *format, ...);

/** Fetch the numbers of a model: 0, or 1 with a message. */
int cli_model_info(thaw_model_info *out, const thaw_model *model);

/** Zeroed memory for count things of size; leaves with 1 if there is none. */
void *cli_alloc(size_t count, size_t size);

/** The next option as getopt_long() gives it, -1 after the last. On -h and --help it prints the parts of help, which NULL
 *  ends, and exits with 0. Unknown options and words that belong to no option are refused. */
int cli_option(int argc, char **argv, const struct option *options, const char *const *help);

/** A number within bounds, or cli_refuse(). */
int64_t cli_integer(const char *flag, const char *text, int64_t least, int64_t most);
double cli_number(const char *flag, const char *text, double least, double most);

/** Cut "key=value" in place and return the value, or cli_refuse(). */
char *cli_pair(const char *flag, char *text);

/** Cut a comma list in place into at most `most` parts; their number, or cli_refuse(). */
int cli_list(const char *flag, char *text, char **parts, int most);

/** Refuse if text is NULL: the flag was not given. */
void cli_require(const char *flag, const char *text);

/** Write out standard output: 0, or 1 with a message where it cannot be written. */
int cli_finish(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_OUTPUT_H
#define THAW_CLI_OUTPUT_H

/* Output files of a verb. Before the work, they are compared with its inputs and tried. A file is written beside its
 * path under a temporary name, and renamed when it is complete, so that an older file stays whole until then. */

#include <stdio.h>

#include "tables.h"

enum { MAX_FILES = 16 };

/** The files of a command, by the option that names them. */
typedef struct file_list {
    struct named_file {
        const char *flag, *path;
    } inputs[MAX_FILES], outputs[MAX_FILES];
    int n_inputs, n_outputs;
} file_list;

/** Add a file; NULL is no file. */
void files_add_input(file_list *files, const char *flag, const char *path);
void files_add_output(file_list *files, const char *flag, const char *path);

/** Add the files of --inter, --item and --user, also those of queries. */
void files_add_tables(file_list *files, const tables *tables);

/** cli_refuse() an output that is an input or another output, by whatever path or link. Returns 0, or 1 with a message
 *  if an output cannot be written; nothing is changed or left. */
int files_check(const file_list *files);

/** cli_refuse() the name of a plot that does not end in .svg. */
void files_check_plot(const char *flag, const char *path);

typedef struct output {
    const char *path;
    char *part; /* the temporary name; NULL: not open */
    FILE *file;
} output;

/** Open the temporary file: 0, or 1 with a message. */
int output_open(output *out, const char *path);

/** Close it, and give it its name: each 0, or 1 with a message. */
int output_close(output *out);
int output_publish(output *out);

/** Remove the temporary file, if there is one. */
void output_discard(output *out);

/** Remove all temporary files; safe in a signal handler. */
void output_remove_unfinished(void);

#endif

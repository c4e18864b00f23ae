/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* ---- the files of a command -------------------------------------------------------------------------------------- */

void files_add_input(file_list *f, const char *flag, const char *path)
{
    if (path) f->inputs[f->n_inputs++] = (struct named_file){flag, path};
}

void files_add_output(file_list *f, const char *flag, const char *path)
{
    if (path) f->outputs[f->n_outputs++] = (struct named_file){flag, path};
}

/* A table, the database of a query, or what standard input comes from. */
static void add_table(file_list *f, const char *flag, const char *table)
{
    if (table && strcmp(table, "-") == 0) table = "/dev/stdin";
    files_add_input(f, flag, table && tables_is_query(table) ? tables_database(table) : table);
}

void files_add_tables(file_list *f, const tables *t)
{
    add_table(f, "--inter", t->inter);
    add_table(f, "--item", t->item);
    add_table(f, "--user", t->user);
}

/* The folder of a path, and the name in it. */
static void split_path(char **folder, const char **name, const char *path)
{
    const char *slash = strrchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) : 0;
    *name = slash ? slash + 1 : path;
    *folder = cli_alloc(length + 2, 1);
    if (!slash) strcpy(*folder, ".");
    else memcpy(*folder, path, length ? length : 1);
}

static int same_node(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* 1 if both paths lead to one file, or would if it existed. */
static int same_file(const char *a, const char *b)
{
    if (same_node(a, b)) return 1;
    char *folder_a, *folder_b;
    const char *name_a, *name_b;
    split_path(&folder_a, &name_a, a);
    split_path(&folder_b, &name_b, b);
    const int same = strcmp(name_a, name_b) == 0 && same_node(folder_a, folder_b);
    free(folder_a);
    free(folder_b);
    return same;
}

static void refuse_same(const struct named_file *out, const struct named_file *other)
{
    if (same_file(out->path, other->path))
        cli_refuse("%s %s is the file of %s %s", out->flag, out->path, other->flag, other->path);
}

/* Try to create a file beside the path. */
static int try_output(const struct named_file *f)
{
    struct stat s;
    if (stat(f->path, &s) == 0 && !S_ISREG(s.st_mode))
        return cli_failf("%s %s is not a regular file; it cannot be replaced", f->flag, f->path);
    output o;
    if (output_open(&o, f->path)) return 1;
    output_discard(&o);
    return 0;
}

int files_check(const file_list *f)
{
    for (int k = 0; k < f->n_outputs; k++) {
        for (int i = 0; i < f->n_inputs; i++) refuse_same(&f->outputs[k], &f->inputs[i]);
        for (int i = 0; i < k; i++) refuse_same(&f->outputs[k], &f->outputs[i]);
    }
    for (int k = 0; k < f->n_outputs; k++)
        if (try_output(&f->outputs[k])) return 1;
    return 0;
}

void files_check_plot(const char *flag, const char *path)
{
    const size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 4, ".svg") != 0)
        cli_refuse("%s is \"%s\"; plots are SVG, the name must end in .svg", flag, path);
}

/* ---- one output -------------------------------------------------------------------------------------------------- */

static char *volatile unfinished[MAX_FILES]; /* the temporary files, for a signal handler */

static void replace_unfinished(char *from, char *to)
{
    int k = 0;
    while (k < MAX_FILES && unfinished[k] != from) k++;
    if (k < MAX_FILES) unfinished[k] = to;
}

void output_remove_unfinished(void)
{
    for (int k = 0; k < MAX_FILES; k++)
        if (unfinished[k]) unlink(unfinished[k]);
}

/* The permission bits of the file that is replaced, or those of a new file. */
static mode_t mode_of(const char *path)
{
    struct stat s;
    if (stat(path, &s) == 0) return s.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int fail_to_write(const char *path)
{
    return cli_failf("%s cannot be written: %s", path, strerror(errno));
}

int output_open(output *o, const char *path)
{
    *o = (output){.path = path, .part = cli_alloc(strlen(path) + 8, 1)};
    sprintf(o->part, "%s.XXXXXX", path);
    const int file = mkstemp(o->part);
    if (file < 0) {
        const int bad = fail_to_write(path);
        free(o->part);
        o->part = NULL;
        return bad;
    }
    replace_unfinished(NULL, o->part);
    o->file = fchmod(file, mode_of(path)) == 0 ? fdopen(file, "wb") : NULL;
    if (o->file) return 0;
    const int bad = fail_to_write(path);
    close(file);
    output_discard(o);
    return bad;
}

int output_close(output *o)
{
    const int bad = ferror(o->file) | fclose(o->file);
    o->file = NULL;
    return bad ? fail_to_write(o->path) : 0;
}

static void forget(output *o)
{
    replace_unfinished(o->part, NULL);
    free(o->part);
    o->part = NULL;
}

int output_publish(output *o)
{
    if (rename(o->part, o->path) != 0) return fail_to_write(o->path);
    forget(o);
    return 0;
}

void output_discard(output *o)
{
    if (o->file) fclose(o->file);
    o->file = NULL;
    if (!o->part) return;
    remove(o->part);
    forget(o);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "text_lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Append a copy of the line; *room lines fit. */
static void append(text_lines *out, int64_t *room, const char *line, size_t length)
{
    if (out->n == *room) {
        *room = *room ? 2 * *room : 64;
        out->lines = realloc(out->lines, (size_t)*room * sizeof *out->lines);
        if (!out->lines) exit(cli_failf("out of memory"));
    }
    out->lines[out->n] = cli_alloc(length + 1, 1);
    memcpy(out->lines[out->n++], line, length);
}

int text_lines_read(text_lines *out, const char *path)
{
    *out = (text_lines){0};
    FILE *file = fopen(path, "r");
    if (!file) return cli_failf("%s cannot be opened: %s", path, strerror(errno));
    char *line = NULL;
    size_t capacity = 0;
    int64_t room = 0;
    while (getline(&line, &capacity, file) >= 0) {
        const size_t length = strcspn(line, "\r\n");
        if (length) append(out, &room, line, length);
    }
    free(line);
    const int bad = ferror(file) ? cli_failf("%s cannot be read: %s", path, strerror(errno)) : 0;
    fclose(file);
    if (bad) text_lines_free(out);
    return bad;
}

void text_lines_free(text_lines *t)
{
    for (int64_t i = 0; i < t->n; i++) free(t->lines[i]);
    free(t->lines);
    *t = (text_lines){0};
}

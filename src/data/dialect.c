/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect.h"

#include <string.h>

#include "status.h"

thaw_status thaw__refuse_format(const char *bytes, size_t size)
{
    static const struct {
        const char *magic;
        size_t n;
        const char *name;
    } formats[] = {{"PAR1", 4, "Parquet"},    {"PK\3\4", 4, "xlsx, ods or zip"}, {"\xd0\xcf\x11\xe0", 4, "xls"},
                   {"\xff\xfe", 2, "UTF-16"}, {"\xfe\xff", 2, "UTF-16"},         {"\x28\xb5\x2f\xfd", 4, "zstd"},
                   {"BZh9", 4, "bzip2"},      {"\xfd\x37zXZ", 5, "xz"},          {"ARROW1", 6, "Arrow"},
                   {"Obj\1", 4, "Avro"},      {"SQLite format 3", 15, "SQLite"}, {"{\"", 2, "JSON"}};
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++)
        if (size >= formats[k].n && memcmp(bytes, formats[k].magic, formats[k].n) == 0)
            return thaw__fail(THAW_E_FORMAT, "the bytes are %s; must be CSV or tab separated UTF-8, plain or gzip",
                              formats[k].name);
    return THAW_OK;
}

/* "…csv" or "…csv.gz", in any case. */
static int ends_in_csv(const char *path)
{
    size_t n = path ? strlen(path) : 0;
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0) n -= 3;
    return n >= 4 && path[n - 4] == '.' && (path[n - 3] | 32) == 'c' && (path[n - 2] | 32) == 's' &&
           (path[n - 1] | 32) == 'v';
}

/* How often the first line has c outside of quotes. */
static size_t count_in_first_line(const char *bytes, size_t size, char c)
{
    size_t n = 0;
    int quoted = 0;
    for (size_t i = 0; i < size && (quoted || bytes[i] != '\n'); i++) {
        quoted ^= bytes[i] == '"';
        n += !quoted && bytes[i] == c;
    }
    return n;
}

static char find_delimiter(int csv, const char *bytes, size_t size)
{
    const char *const order = csv ? ",\t;|" : "\t,;|";
    char best = *order;
    size_t most = 0;
    for (const char *c = order; *c; c++) {
        const size_t n = count_in_first_line(bytes, size, *c);
        if (n <= most) continue;
        best = *c;
        most = n;
    }
    return best;
}

thaw__dialect thaw__dialect_of(const thaw_read_options *options, const char *path, const char *bytes, size_t size)
{
    const int csv = options->format == THAW_FORMAT_CSV || (options->format == THAW_FORMAT_AUTO && ends_in_csv(path));
    char delimiter = (char)options->delimiter;
    if (!delimiter && options->format == THAW_FORMAT_AUTO) delimiter = find_delimiter(csv, bytes, size);
    if (!delimiter) delimiter = csv ? ',' : '\t';
    return (thaw__dialect){delimiter, csv || delimiter != '\t'};
}

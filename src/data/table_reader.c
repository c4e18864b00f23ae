/* SPDX-License-Identifier: Apache-2.0
 * Splitting bytes into records and fields. */
#include "table_reader.h"

#include <string.h>

#include "mem.h"
#include "status.h"
#include "thaw/thaw.h"
#include "utf8.h"

/* THAW_E_FORMAT unless all bytes are UTF-8 without zero bytes. Lines are searched only after the whole check failed. */
static thaw_status check_bytes(const char *bytes, size_t size)
{
    if (size == 0 || (!memchr(bytes, 0, size) && thaw__utf8_valid(bytes, size))) return THAW_OK;
    const char *at = bytes, *end = bytes + size;
    for (int64_t line = 1;; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const size_t n = (size_t)((stop ? stop : end) - at);
        if (memchr(at, 0, n)) return thaw__fail(THAW_E_FORMAT, "line %lld: has a zero byte", (long long)line);
        if (!thaw__utf8_valid(at, n)) return thaw__fail(THAW_E_FORMAT, "line %lld: is not UTF-8", (long long)line);
        at = stop + 1; /* not NULL: a bad line follows */
    }
}

/* A field without quotes: up to the separator, the end of the line or of the table. */
static void read_bare(thaw__reader *r, thaw__field *field)
{
    const char *at = r->at;
    while (at < r->end && *at != r->dialect.delimiter && *at != '\n') at++;
    size_t n = (size_t)(at - r->at);
    const int line_ends = at == r->end || *at == '\n';
    if (line_ends && n && at[-1] == '\r') n--;
    *field = (thaw__field){{r->at, n}, 0};
    r->at = at;
}

/* The closing quote of the text that begins at `at`; NULL: there is none. */
static const char *closing_quote(const thaw__reader *r, const char *at, int *doubled)
{
    for (;; at += 2, *doubled = 1) {
        at = at < r->end ? memchr(at, '"', (size_t)(r->end - at)) : NULL;
        if (!at || at + 1 == r->end || at[1] != '"') return at;
    }
}

/* A field in quotes, which may hold separators, line ends and doubled quotes. */
static thaw_status read_quoted(thaw__reader *r, thaw__field *field)
{
    const int64_t line = r->next_line;
    const char *from = r->at + 1;
    int doubled = 0;
    const char *to = closing_quote(r, from, &doubled);
    if (!to) return thaw__fail(THAW_E_FORMAT, "line %lld: a quote is not closed", (long long)line);
    *field = (thaw__field){{from, (size_t)(to - from)}, doubled};
    for (const char *at = from; (at = memchr(at, '\n', (size_t)(to - at))); at++) r->next_line++;

    r->at = to + 1;
    if (r->at < r->end && *r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n')) r->at++;
    if (r->at < r->end && *r->at != r->dialect.delimiter && *r->at != '\n')
        return thaw__fail(THAW_E_FORMAT, "line %lld: text after a closing quote", (long long)r->next_line);
    return THAW_OK;
}

/* Skip the separator or line end after a field; returns 1 at the end of the record. */
static int skip_end(thaw__reader *r)
{
    if (r->at == r->end) return 1;
    if (*r->at++ == r->dialect.delimiter) return 0;
    r->next_line++;
    return 1;
}

/* Read one field. Fields beyond the columns are counted only; the header has no bound. */
static thaw_status read_field(thaw__reader *r)
{
    thaw__field field;
    if (r->dialect.quotes && r->at < r->end && *r->at == '"') THAW__TRY(read_quoted(r, &field));
    else read_bare(r, &field);

    const size_t i = r->n_fields++;
    if (r->n_columns && i >= r->n_columns) return THAW_OK;
    THAW__TRY(thaw__grow(r->allocator, &r->fields, &r->cap_fields, i, i + 1, sizeof *r->fields));
    r->fields[i] = field;
    return THAW_OK;
}

static thaw_status read_record(thaw__reader *r)
{
    r->line = r->next_line;
    r->n_fields = 0;
    do THAW__TRY(read_field(r));
    while (!skip_end(r));
    return THAW_OK;
}

/* Copy a field without the first of each two quotes; returns the end of the copy. */
static char *copy_unquoted(char *to, thaw__field *field)
{
    char *begin = to;
    const char *from = field->text.at, *end = from + field->text.n;
    while (from < end) {
        if (*from == '"') from++;
        *to++ = *from++;
    }
    field->text = (thaw__text){begin, (size_t)(to - begin)};
    return to;
}

/* Copy the fields with doubled quotes into scratch, without the doubling. */
static thaw_status unquote(thaw__reader *r)
{
    size_t need = 0;
    for (size_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].doubled) need += r->fields[i].text.n;
    if (need == 0) return THAW_OK;

    THAW__TRY(thaw__grow(r->allocator, &r->scratch, &r->cap_scratch, 0, need, 1));
    char *to = r->scratch;
    for (size_t i = 0; i < r->n_fields; i++)
        if (r->fields[i].doubled) to = copy_unquoted(to, &r->fields[i]);
    return THAW_OK;
}

thaw_status thaw__reader_next(thaw__reader *r, int *more)
{
    *more = r->at < r->end;
    if (!*more) return THAW_OK;
    THAW__TRY(read_record(r));
    if (r->n_fields != r->n_columns)
        return thaw__fail(THAW_E_FORMAT, "line %lld: has %zu columns; the first line has %zu", (long long)r->line,
                          r->n_fields, r->n_columns);
    return unquote(r);
}

static int type_of(thaw__text word)
{
    static const char *const words[] = {"token", "token_seq", "float", "float_seq", "text"};
    for (int i = 0; i < 5; i++)
        if (thaw__text_is(word, words[i])) return i;
    return THAW__UNTYPED;
}

/* "name" or "name:type" */
static thaw_status name_column(thaw__reader *r, size_t i)
{
    thaw__text name = thaw__reader_text(r, (int64_t)i);
    const int shown = name.n < 100 ? (int)name.n : 100;
    const char *full = name.at;
    r->types[i] = THAW__UNTYPED;
    for (size_t colon = name.n; colon-- > 0;) {
        if (full[colon] != ':') continue;
        r->types[i] = type_of((thaw__text){full + colon + 1, name.n - colon - 1});
        if (r->types[i] == THAW__UNTYPED)
            return thaw__fail(THAW_E_FORMAT, "line 1: column \"%.*s\" has an unknown type", shown, full);
        name.n = colon;
        break;
    }
    int64_t row;
    THAW__TRY(thaw__keymap_add(&r->names, &row, name.at, name.n));
    if ((size_t)row != i) return thaw__fail(THAW_E_FORMAT, "line 1: column \"%.*s\" is named twice", shown, full);
    return THAW_OK;
}

static thaw_status read_header(thaw__reader *r)
{
    if (r->at == r->end) return thaw__fail(THAW_E_FORMAT, "line 1: missing; must name the columns");
    THAW__TRY(read_record(r));
    THAW__TRY(unquote(r));
    r->types = thaw__alloc(r->allocator, r->n_fields, sizeof *r->types);
    if (!r->types) return THAW_E_NOMEM;
    for (size_t i = 0; i < r->n_fields; i++) THAW__TRY(name_column(r, i));
    r->n_columns = r->n_fields;
    r->first = r->at;
    r->first_line = r->next_line;
    return THAW_OK;
}

thaw_status thaw__reader_open(thaw__reader *r, const char *bytes, size_t size, thaw__dialect dialect,
                              const thaw_allocator *allocator)
{
    *r = (thaw__reader){.allocator = allocator, .dialect = dialect, .next_line = 1};
    if (size == 0) bytes = ""; /* may be NULL */
    thaw__keymap_init(&r->names, allocator);
    THAW__TRY(check_bytes(bytes, size));
    const int mark = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    r->at = bytes + (mark ? 3 : 0);
    r->end = bytes + size;
    const thaw_status st = read_header(r);
    if (st != THAW_OK) thaw__reader_close(r);
    return st;
}

void thaw__reader_close(thaw__reader *r)
{
    thaw__keymap_free(&r->names);
    thaw__free(r->allocator, r->types);
    thaw__free(r->allocator, r->fields);
    thaw__free(r->allocator, r->scratch);
    *r = (thaw__reader){.allocator = r->allocator};
}

void thaw__reader_rewind(thaw__reader *r)
{
    r->at = r->first;
    r->next_line = r->first_line;
}

int64_t thaw__reader_column(const thaw__reader *r, const char *name)
{
    return thaw__keymap_find(&r->names, name, strlen(name));
}

/* SPDX-License-Identifier: Apache-2.0
 * A reader of tables in memory, record by record, with any delimiter and with or without quotes.
 *
 * The bytes do not change, and fields point into them; only fields with doubled quotes are copied. Lines end in LF or
 * CRLF; the last may have no end. Every record has as many fields as the first, which names the columns. A quote inside
 * an unquoted field is text. Errors are THAW_E_FORMAT and begin with the line number.
 */
#ifndef THAW_DATA_TABLE_READER_H
#define THAW_DATA_TABLE_READER_H

#include "keymap.h"
#include "text.h"

enum { THAW__UNTYPED = -1 };

/** How fields are separated. Quotes are those of RFC 4180, or ordinary text. */
typedef struct thaw__dialect {
    char delimiter;
    int quotes;
} thaw__dialect;

typedef struct thaw__field {
    thaw__text text;
    int doubled; /* contains "" for " */
} thaw__field;

typedef struct thaw__reader {
    const thaw_allocator *allocator;
    const char *at, *end, *first; /* the next record, the end of the bytes, the first record after the header */
    thaw__dialect dialect;
    int64_t line, next_line; /* of the current and the next record, counted from 1 */
    int64_t first_line;
    thaw__keymap names;  /* of the columns */
    int32_t *types;      /* [n_columns] THAW_TYPE_TOKEN … THAW_TYPE_TEXT or THAW__UNTYPED */
    thaw__field *fields; /* [n_fields] the current record */
    size_t n_columns, n_fields, cap_fields;
    char *scratch; /* unquoted text of the current record */
    size_t cap_scratch;
} thaw__reader;

/** Check the bytes and read the header. The reader is empty on error. */
thaw_status thaw__reader_open(thaw__reader *reader, const char *bytes, size_t size, thaw__dialect dialect,
                              const thaw_allocator *allocator);
void thaw__reader_close(thaw__reader *reader);

/** Read the next record; *more is 0 at the end. */
thaw_status thaw__reader_next(thaw__reader *reader, int *more);

/** Go back to the first record after the header. */
void thaw__reader_rewind(thaw__reader *reader);

/** The number of the column with this name, or -1. */
int64_t thaw__reader_column(const thaw__reader *reader, const char *name);

/** A field of the current record; valid until the next call of thaw__reader_next(). */
static inline thaw__text thaw__reader_text(const thaw__reader *reader, int64_t column)
{
    return reader->fields[column].text;
}

#endif

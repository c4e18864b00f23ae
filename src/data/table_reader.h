/* SPDX-License-Identifier: Apache-2.0
 * A table in memory, record by record: tab separated, or comma separated with the quotes of RFC 4180.
 *
 * The bytes are never changed and fields point into them; only a field with doubled quotes is copied to take them out.
 * Lines end in LF or CRLF, the last one also without. Every record has as many fields as the first, which names the
 * columns. A quote that does not begin a field is text like any other. Errors are THAW_E_FORMAT and name the line.
 */
#ifndef THAW_DATA_TABLE_READER_H
#define THAW_DATA_TABLE_READER_H

#include "keymap.h"
#include "text.h"

enum { THAW__UNTYPED = -1 };

typedef struct thaw__field {
    thaw__text text;
    int doubled; /* holds "" for " */
} thaw__field;

typedef struct thaw__reader {
    const thaw_allocator *allocator;
    const char *at, *end, *first; /* the next record, the end, the first record after the header */
    char separator;
    int64_t line, next_line; /* where the current record and the next one begin, from 1 */
    int64_t first_line;
    thaw__keymap names;  /* of the columns */
    int32_t *types;      /* [n_columns] THAW_TYPE_TOKEN … THAW_TYPE_TEXT or THAW__UNTYPED */
    thaw__field *fields; /* [n_fields] the current record */
    size_t n_columns, n_fields, cap_fields;
    char *scratch; /* unquoted text of the current record */
    size_t cap_scratch;
} thaw__reader;

/** Check the bytes and read the header. The reader is empty on error. */
thaw_status thaw__reader_open(thaw__reader *reader, const char *bytes, size_t size, int csv,
                              const thaw_allocator *allocator);
void thaw__reader_close(thaw__reader *reader);

/** Read the next record; *more is 0 at the end. */
thaw_status thaw__reader_next(thaw__reader *reader, int *more);

/** Begin again after the header. */
void thaw__reader_rewind(thaw__reader *reader);

/** The column of a name, or -1. */
int64_t thaw__reader_column(const thaw__reader *reader, const char *name);

/** A field of the current record; lent until the next one. */
static inline thaw__text thaw__reader_text(const thaw__reader *reader, int64_t column)
{
    return reader->fields[column].text;
}

#endif

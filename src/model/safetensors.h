/* SPDX-License-Identifier: Apache-2.0
 * safetensors files: 8 bytes little-endian header length, a JSON header, the tensors without a gap.
 *
 * Ours add to the header's metadata a checksum over the whole file (XXH3 64, its own 16 digits counted as zeros), and pad
 * the header so that the tensors begin at a multiple of 64 bytes. Reading trusts nothing: every claim is checked against the
 * bytes that are there before anything is allocated for it.
 */
#ifndef THAW_SAFETENSORS_H
#define THAW_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>

#include "file.h"
#include "thaw/thaw_status.h"

typedef enum thaw__dtype { THAW__U8, THAW__I32, THAW__I64, THAW__F32, THAW__F64 } thaw__dtype;

/** Bytes of an element. */
size_t thaw__dtype_size(thaw__dtype type);

/** "F32" and the like. */
const char *thaw__dtype_name(thaw__dtype type);

typedef struct thaw__tensor {
    const char *name;
    thaw__dtype type;
    int64_t rows;
    int64_t columns; /* 0: a vector of `rows` */
    const void *bytes;
} thaw__tensor;

/** JSON as text of *length bytes and a zero byte, to be freed with the allocator; NULL: out of memory. Of json_dumps() one gets
 *  a text with holes when memory runs out. */
char *thaw__json_text(size_t *length, const json_t *json, size_t flags, const thaw_allocator *allocator);

/** An object from text; `what` names it in the reason. THAW_E_NOMEM where jansson says so: within a string it calls it bad syntax. */
thaw_status thaw__json_object(json_t **out, const char *text, size_t length, const char *what);

/** Lay out a file: spans [n + 1] receive the header, which the caller frees as *header with the allocator, and
 *  the tensors. metadata is an object of strings. */
thaw_status thaw__safetensors_spans(thaw__span *spans, char **header, const json_t *metadata,
                                    const thaw__tensor *tensors, size_t n, const thaw_allocator *allocator);

/** A file that was checked: structure, bounds, checksum. Pointers lead into the bytes it was opened on. */
typedef struct thaw__safetensors {
    json_t *header;
    const json_t *metadata;
    const char *data;
} thaw__safetensors;

/** @return THAW_E_FORMAT with what is wrong. The bytes must stay while the result is used. */
thaw_status thaw__safetensors_open(thaw__safetensors *out, const char *bytes, size_t size);
void thaw__safetensors_close(thaw__safetensors *file);

/** A tensor that must be there with this type and shape (columns 0: a vector; rows -1: any, told in *rows). */
thaw_status thaw__safetensors_get(const thaw__safetensors *file, const void **bytes, int64_t *rows, const char *name,
                                  thaw__dtype type, int64_t want_rows, int64_t want_columns);

/** A string of the metadata, or NULL. */
const char *thaw__safetensors_meta(const thaw__safetensors *file, const char *key);

#endif

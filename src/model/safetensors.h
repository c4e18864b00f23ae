/* SPDX-License-Identifier: Apache-2.0
 * safetensors files: 8 bytes of header length (little-endian), a JSON header, the tensors without gaps.
 *
 * Two additions: the header's metadata have a checksum of the whole file (XXH3 64, with its own 16 digits counted as
 * zeros), and the header is padded so that the tensors begin at a multiple of 64 bytes. Reading checks every offset and
 * shape against the size of the file before anything is allocated.
 */
#ifndef THAW_SAFETENSORS_H
#define THAW_SAFETENSORS_H

#include <jansson.h>
#include <stddef.h>

#include "file.h"
#include "json.h"
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

/** JSON as text of *length bytes and a zero byte, to be freed with the allocator; NULL: out of memory. (The text of
 *  json_dumps() can be incomplete if memory runs out.) */
char *thaw__json_text(size_t *length, const json_t *json, size_t flags, const thaw_allocator *allocator);

/** The spans [n + 1] of a file: the header, which the caller frees as *header, and the tensors. metadata is an object
 *  of strings. */
thaw_status thaw__safetensors_spans(thaw__span *spans, char **header, const json_t *metadata,
                                    const thaw__tensor *tensors, size_t n, const thaw_allocator *allocator);

/** An open file, with structure, bounds and checksum checked. Pointers are into the bytes it was opened on. */
typedef struct thaw__safetensors {
    thaw__json metadata;
    const char *data;
    int n;
    thaw__json_cursor entries[THAW__JSON_MEMBERS]; /* [n] name and description of each tensor */
} thaw__safetensors;

/** THAW_E_FORMAT if the file is damaged. The bytes must outlive the result, which needs no memory. */
thaw_status thaw__safetensors_open(thaw__safetensors *out, const char *bytes, size_t size);

/** The description of a tensor, if there is one. */
thaw__json thaw__safetensors_find(const thaw__safetensors *file, const char *name);

/** A tensor; THAW_E_FORMAT unless it has this type and shape (columns 0: a vector; rows -1: any number, into *rows). */
thaw_status thaw__safetensors_get(const thaw__safetensors *file, const void **bytes, int64_t *rows, const char *name,
                                  thaw__dtype type, int64_t expected_rows, int64_t expected_columns);

/** A value of the metadata. */
thaw__json thaw__safetensors_meta(const thaw__safetensors *file, const char *key);

#endif

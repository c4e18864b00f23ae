/* SPDX-License-Identifier: Apache-2.0
 * A copy of everything a step of training changes, so that a failed step or a worse pass can be undone. */
#ifndef THAW_SNAPSHOT_H
#define THAW_SNAPSHOT_H

#include "model.h"

typedef struct thaw__snapshot {
    thaw_model numbers; /* scalars; its pointers lead into block */
    float *block;
    size_t size;        /* floats */
} thaw__snapshot;

/** Copy into a snapshot, which is zeroed or was taken of the same model before. */
thaw_status thaw__snapshot_take(thaw__snapshot *s, thaw_model *m);

/** Put the numbers back; the model's items and features are those of the taking. */
void thaw__snapshot_restore(const thaw__snapshot *s, thaw_model *m);

void thaw__snapshot_free(thaw__snapshot *s, const thaw_allocator *a);

#endif

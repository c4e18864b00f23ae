/* SPDX-License-Identifier: Apache-2.0
 * A copy of the rows of a role, such as everything that training changes, to undo a failed round or a worse pass. */
#ifndef THAW_SNAPSHOT_H
#define THAW_SNAPSHOT_H

#include "model.h"

typedef struct thaw__snapshot {
    int n; /* 0: none was taken */
    uint64_t id;
    void *copy[THAW__PARAMS]; /* of the rows of the parameter table; NULL: not copied */
    size_t bytes[THAW__PARAMS];
} thaw__snapshot;

/** Copy the rows that have one of the roles. The snapshot must be zeroed, or taken of the same model before. */
thaw_status thaw__snapshot_take(thaw__snapshot *s, thaw_model *m, unsigned roles);

/** Restore the copies, if any were taken. An array that has changed its size is replaced by the copy itself, so a
 *  snapshot can be restored only once. */
void thaw__snapshot_restore(thaw__snapshot *s, thaw_model *m);

void thaw__snapshot_free(thaw__snapshot *s, const thaw_allocator *a);

#endif

/* SPDX-License-Identifier: Apache-2.0
 * A copy of everything that training changes, so that a failed step or a worse pass can be undone. */
#ifndef THAW_SNAPSHOT_H
#define THAW_SNAPSHOT_H

#include "model.h"

typedef struct thaw__snapshot {
    int n;                     /* 0: none was taken */
    uint64_t id;
    void *copy[THAW__PARAMS];  /* of the rows of the parameter table; NULL: not of this kind */
    size_t bytes[THAW__PARAMS];
} thaw__snapshot;

/** Copy the rows that have one of the roles into a snapshot, which is zeroed or was taken of the same model before. */
thaw_status thaw__snapshot_take(thaw__snapshot *s, thaw_model *m, unsigned roles);

/** Put the copies back; nothing to do if none were taken. Arrays that have another size by now become those of the snapshot, which then lacks them: restore once. */
void thaw__snapshot_restore(thaw__snapshot *s, thaw_model *m);

void thaw__snapshot_free(thaw__snapshot *s, const thaw_allocator *a);

#endif

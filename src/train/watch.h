/* SPDX-License-Identifier: Apache-2.0
 * Calls the progress callback of a run: after each pass, and about four times a second while training works. A result
 * other than 0 cancels the run.
 *
 * Most of the time of training is in parallel loops. During a run the model's parallel hook is therefore replaced by
 * one that wraps each task. The thread that called thaw_pretrain(), if it runs tasks itself, calls progress() between
 * two of them; after a cancel the remaining tasks are skipped, and the loop fails. The driver then restores the model,
 * as after any failed round.
 */
#ifndef THAW_WATCH_H
#define THAW_WATCH_H

#include <stdatomic.h>

#include "method.h"

typedef struct thaw__watch {
    thaw__run *run;
    thaw_progress progress; /* NULL: none */
    void *ctx;
    thaw_parallel hook; /* the model's own */
    const void *caller; /* the thread that called thaw_pretrain() */
    double begin, last; /* of the run, and of the last call of progress(), on the clock of thaw__seconds() */
    thaw__round round;  /* the present round: how much of the run it is */
    atomic_int cancelled;
} thaw__watch;

/** Begin to watch a run, whose model, data and report are set. */
void thaw__watch_begin(thaw__watch *w, thaw__run *run, thaw_progress progress, void *ctx);

/** Restore the model's hook. */
void thaw__watch_end(thaw__watch *w);

/** THAW_E_CANCELLED once progress() has returned a number other than 0. */
thaw_status thaw__watch_status(const thaw__watch *w);

/** Report that `part` of the present round, 0 … 1, is done: calls progress() if it is time, or `now`. Returns
 *  thaw__watch_status(). */
thaw_status thaw__watch_report(thaw__watch *w, double part, int now);

#endif

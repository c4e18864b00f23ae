/* SPDX-License-Identifier: Apache-2.0 */
#include "training.h"

#include "rank_valid.h"
#include "status.h"
#include "thread.h"

thaw_status thaw__training_tell(const thaw__training *t, int32_t pass, double loss)
{
    const int32_t passes = t->m->config.passes;
    thaw_report *report = t->report;
    report->pass = pass;
    report->events = t->j.n_events;
    report->train_rmse = loss;
    report->seconds = thaw__seconds() - t->begin;
    report->seconds_left = report->seconds / pass * (passes - pass);
    if (t->progress && t->progress(t->ctx, report)) return thaw__fail(THAW_E_CANCELLED, "cancelled after pass %d", pass);
    return THAW_OK;
}

thaw_status thaw__training_consider(thaw__training *t, int *better)
{
    thaw__rank_quality q;
    THAW__TRY(thaw__rank_validate(&q, t->m, &t->basis, &t->j, t->users + t->n - t->n_judges, t->n_judges));
    *better = q.recall + q.ndcg > t->best;
    if (!*better) return THAW_OK;
    t->best = q.recall + q.ndcg;
    t->report->valid_recall = q.recall;
    t->report->valid_ndcg = q.ndcg;
    return THAW_OK;
}

/* SPDX-License-Identifier: Apache-2.0
 * The loop over rounds of method.h, with two snapshots: of the last valid model and of the best one. */
#include "train.h"

#include <math.h>

#include "method.h"
#include "snapshot.h"
#include "status.h"
#include "watch.h"

typedef struct driver {
    thaw__run run;
    const thaw__method *method;
    thaw__watch watch;
    thaw__snapshot valid; /* the model to restore if a round fails */
    thaw__snapshot best;  /* the best model on the validation users */
    double quality;       /* of the best */
    int32_t waited;       /* evaluations since the best */
} driver;

/* ---- passes ------------------------------------------------------------------------------------------------------ */

/* Evaluate on the validation users; takes a snapshot if the model is the best so far. */
static thaw_status evaluate(driver *d)
{
    double quality;
    THAW__TRY(d->method->evaluate(&d->run, &quality));
    d->waited++;
    if (quality <= d->quality) return THAW_OK;
    d->quality = quality;
    d->waited = 0;
    return thaw__snapshot_take(&d->best, d->run.m, THAW__LEARNED);
}

/* Early stopping: `patience` evaluations without a better model. */
static int stops_early(const driver *d)
{
    const int32_t patience = d->run.m->config.patience;
    return patience && d->best.n && d->waited >= patience;
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

static thaw_status contribute(driver *d, const thaw__round *round)
{
    const int64_t chunk = round->chunk ? round->chunk : round->n;
    for (int64_t first = 0; first < round->n; first += chunk) {
        const int64_t n = round->n - first < chunk ? round->n - first : chunk;
        THAW__TRY(d->method->contribute(&d->run, first, n));
        THAW__TRY(thaw__watch_report(&d->watch, (double)(first + n) / (double)round->n, 0));
    }
    return THAW_OK;
}

static thaw_status run_round(driver *d, thaw__round *round)
{
    *round = (thaw__round){0};
    THAW__TRY(d->method->begin_round(&d->run, round));
    d->watch.round = *round;
    if (round->last) return THAW_OK;
    if (round->restorable) THAW__TRY(thaw__snapshot_take(&d->valid, d->run.m, THAW__LEARNED));
    THAW__TRY(thaw__watch_status(&d->watch));
    THAW__TRY(contribute(d, round));
    return d->method->end_round(&d->run);
}

/* After a round: evaluate, and report the pass that it ends. After a cancel, the next run_round() knows whether the
 * model is valid as it is. */
static thaw_status end_pass(driver *d, const thaw__round *round)
{
    if (round->evaluate) THAW__TRY(evaluate(d));
    if (round->pass) d->run.report.pass = round->pass;
    thaw__watch_report(&d->watch, 1, round->pass > 0);
    return THAW_OK;
}

static thaw_status run_rounds(driver *d)
{
    for (thaw__round round = {0}; !stops_early(d);) {
        const thaw_status st = run_round(d, &round);
        if (st != THAW_OK) thaw__snapshot_restore(&d->valid, d->run.m);
        if (st != THAW_OK || round.last) return st;
        THAW__TRY(end_pass(d, &round));
    }
    return THAW_OK;
}

/* ---- a run ------------------------------------------------------------------------------------------------------- */

static thaw_status run(driver *d, thaw_progress progress, void *ctx)
{
    thaw_model *m = d->run.m;
    const thaw_allocator *a = &m->config.allocator;
    d->method = thaw__method_of(m);
    d->quality = (double)-INFINITY;
    thaw__watch_begin(&d->watch, &d->run, progress, ctx);
    thaw_status st = thaw__snapshot_take(&d->valid, m, THAW__LEARNED);
    if (st == THAW_OK) st = d->method->open(&d->run);
    if (st == THAW_OK) st = run_rounds(d);
    else thaw__snapshot_restore(&d->valid, m);
    thaw__snapshot_restore(&d->best, m);
    if (thaw__watch_status(&d->watch) != THAW_OK) st = THAW_E_CANCELLED;
    d->method->close(&d->run);
    thaw__watch_end(&d->watch);
    thaw__snapshot_free(&d->valid, a);
    thaw__snapshot_free(&d->best, a);
    return st;
}

thaw_status thaw__train(thaw_model *m, thaw_report *report, const thaw_data *data, thaw_progress progress, void *ctx)
{
    driver d = {.run = {.m = m, .data = data, .since = (double)-INFINITY, .report = *report}};
    const thaw_status st = run(&d, progress, ctx);
    *report = d.run.report;
    return st;
}

/* Users are rows of data, none twice. */
static thaw_status check_users(const thaw_model *m, const thaw_data *data, const int64_t *users, int64_t n_users)
{
    const thaw_allocator *a = &m->config.allocator;
    uint8_t *marks = thaw__alloc(a, (size_t)data->users.keys.n, 1);
    const thaw_status st = marks ? thaw__data_mark_users(data, marks, users, n_users) : THAW_E_NOMEM;
    thaw__free(a, marks);
    return st;
}

thaw_status thaw__train_step(thaw_model *m, thaw_report *report, const thaw_data *data, const int64_t *users,
                             int64_t n_users, double since)
{
    driver d = {.run = {.m = m, .data = data, .online = 1, .since = since, .report = *report}};
    d.run.users = users;
    d.run.n_users = users ? n_users : 0;
    if (users) THAW__TRY(check_users(m, data, users, n_users));
    const thaw_status st = run(&d, NULL, NULL);
    *report = d.run.report;
    return st;
}

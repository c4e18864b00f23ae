/* SPDX-License-Identifier: Apache-2.0
 * Phases for the rows of V and the scoring rows beyond what moments make of them: a regression of what came next, rows tuned by
 * gradient, the judges choosing among a few ridges and numbers of epochs; then everybody's rows under what was chosen. */
#include <string.h>

#include "status.h"
#include "ranking_fit.h"

/* Judges are asked every so many epochs; tuning is given up unless they like it so much better after the first, and in the end. */
enum { EPOCHS_PER_VERDICT = 2 };
#define WORTH_AT_FIRST 1.005
#define WORTH 1.003

/* ---- the regression ---------------------------------------------------------------------------------------------- */

static const float ridges[] = {0.1f, 0.5f, 2};
enum { N_RIDGES = sizeof ridges / sizeof *ridges };

static thaw_status begin_readout(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->n_now;
    return thaw__output_regression_begin(&t->readout, t->m, &t->basis, &t->j, t->users, t->n_now);
}

static thaw_status add_readout(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    thaw__output_regression_add(&t->readout, first, n);
    return THAW_OK;
}

/* The ridge that the judges like best; 0: none is better than nothing. */
static thaw_status choose_ridge(thaw__ranking_fit *t)
{
    t->ridge = 0;
    thaw__output_regression_end(&t->readout);
    for (int k = 0; k < N_RIDGES; k++) {
        int better = 0;
        THAW__TRY(thaw__output_regression_solve(&t->readout, ridges[k]));
        thaw__output_regression_apply(&t->basis, t->readout.R, 1);
        const thaw_status st = thaw__ranking_evaluate_candidate(t, &better);
        thaw__output_regression_apply(&t->basis, t->readout.R, -1);
        if (st != THAW_OK) return st;
        if (better) t->ridge = ridges[k];
    }
    thaw__output_regression_free(&t->readout);
    return THAW_OK;
}

static thaw_status begin_regression(thaw__ranking_fit *t, int64_t *n)
{
    t->plain.rules = t->best;
    return t->run->cancelled ? THAW_OK : begin_readout(t, n);
}

/* What it comes to without tuning; tuning starts from the rules again. */
static thaw_status end_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    THAW__TRY(choose_ridge(t));
    t->plain.best = t->best;
    t->plain.ridge = t->ridge;
    t->plain.recall = t->run->report.valid_recall;
    t->plain.ndcg = t->run->report.valid_ndcg;
    t->best = t->plain.rules;
    return THAW_OK;
}

const thaw__phase thaw__phase_regression = {begin_regression, add_readout, end_regression};

/* ---- how long to tune -------------------------------------------------------------------------------------------- */

/* All that tuning moves, to or from the copy [items (stride + width) + 2 stride]. */
static void copy_rows(const thaw__ranking_fit *t, int back)
{
    const thaw__basis *b = &t->basis;
    const thaw__ranking *r = thaw__ranking_of(t->m);
    float *const at[] = {r->item_embedding, b->rows, r->gram_diag, r->gram_popularity}, *copy = t->rows;
    const int64_t size[] = {b->items * b->stride, b->items * b->width, b->stride, b->stride};
    for (int k = 0; k < 4; copy += size[k++]) memcpy(back ? at[k] : copy, back ? copy : at[k], (size_t)size[k] * sizeof *copy);
}

static thaw_status open_tuning(thaw__ranking_fit *t)
{
    const thaw__basis *b = &t->basis;
    t->worth = WORTH_AT_FIRST * t->best;
    t->rows = thaw__alloc(&t->m->config.allocator, (size_t)(b->items * (b->stride + b->width) + 2 * b->stride), sizeof *t->rows);
    if (!t->rows) return THAW_E_NOMEM;
    copy_rows(t, 0);
    return thaw__fine_tuning_create(&t->tune, t->m, &t->basis, &t->j, t->users, t->n_now);
}

static void close_tuning(thaw__ranking_fit *t)
{
    copy_rows(t, 1);
    thaw__fine_tuning_free(&t->tune);
    thaw__free(&t->m->config.allocator, t->rows);
    t->rows = NULL;
}

static thaw_status begin_choose_epochs(thaw__ranking_fit *t, int64_t *n)
{
    const int cancelled = t->run->cancelled;
    if (!t->begun && (cancelled || t->basis.items > THAW__FINE_TUNING_ITEMS)) return THAW_OK;
    if (!t->begun) THAW__TRY(open_tuning(t));
    if (cancelled) t->epochs = 0;
    if (cancelled || t->tune.over) {
        close_tuning(t);
        return THAW_OK;
    }
    *n = THAW__FINE_TUNING_BATCH;
    if ((t->tune.step + 1) % thaw__fine_tuning_batches(&t->tune) == 0) t->pass = t->m->config.passes;
    return THAW_OK;
}

static thaw_status add_tune(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    return thaw__fine_tuning_add(&t->tune, first, n);
}

/* Whether the judges want more, after an epoch. */
static thaw_status judge_epoch(thaw__ranking_fit *t, int32_t epoch)
{
    int better;
    if (epoch % EPOCHS_PER_VERDICT) return THAW_OK;
    THAW__TRY(thaw__ranking_evaluate_candidate(t, &better));
    if (better && t->best >= t->worth) {
        t->epochs = epoch;
        copy_rows(t, 0);
    }
    t->tune.over = t->best < t->worth || epoch + EPOCHS_PER_VERDICT > THAW__FINE_TUNING_EPOCHS;
    return THAW_OK;
}

static thaw_status end_choose_epochs(thaw__ranking_fit *t, int *again)
{
    *again = 1; /* begin sees when it is over */
    THAW__TRY(thaw__fine_tuning_step(&t->tune));
    t->run->report.loss = t->tune.loss;
    const int64_t batches = thaw__fine_tuning_batches(&t->tune);
    return t->tune.step % batches ? THAW_OK : judge_epoch(t, (int32_t)(t->tune.step / batches));
}

const thaw__phase thaw__phase_choose_epochs = {begin_choose_epochs, add_tune, end_choose_epochs};

/* ---- whether tuning is worth it with the regression that follows, against the regression alone ------------------- */

static void go_plain(thaw__ranking_fit *t)
{
    t->epochs = 0;
    t->ridge = t->plain.ridge;
    if (!(t->plain.best > 0)) return; /* cancelled before */
    t->run->report.valid_recall = t->plain.recall;
    t->run->report.valid_ndcg = t->plain.ndcg;
    t->best = t->plain.best;
}

static thaw_status begin_tuned_regression(thaw__ranking_fit *t, int64_t *n)
{
    if (t->epochs) return begin_readout(t, n);
    go_plain(t);
    return THAW_OK;
}

static thaw_status end_tuned_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    THAW__TRY(choose_ridge(t));
    if (t->best < WORTH * t->plain.best) go_plain(t);
    return THAW_OK;
}

const thaw__phase thaw__phase_tuned_regression = {begin_tuned_regression, add_readout, end_tuned_regression};

/* ---- everybody's ------------------------------------------------------------------------------------------------- */

static thaw_status begin_tune(thaw__ranking_fit *t, int64_t *n)
{
    if (!t->epochs) return THAW_OK;
    *n = THAW__FINE_TUNING_BATCH;
    return t->begun ? THAW_OK : thaw__fine_tuning_create(&t->tune, t->m, &t->basis, &t->j, t->users, t->n_now);
}

static thaw_status end_tune(thaw__ranking_fit *t, int *again)
{
    THAW__TRY(thaw__fine_tuning_step(&t->tune));
    *again = t->tune.step < t->epochs * thaw__fine_tuning_batches(&t->tune);
    if (!*again) thaw__fine_tuning_free(&t->tune);
    return THAW_OK;
}

const thaw__phase thaw__phase_tune = {begin_tune, add_tune, end_tune};

static thaw_status begin_last_regression(thaw__ranking_fit *t, int64_t *n)
{
    return t->ridge > 0 ? begin_readout(t, n) : THAW_OK;
}

static thaw_status end_last_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__output_regression_end(&t->readout);
    THAW__TRY(thaw__output_regression_solve(&t->readout, t->ridge));
    thaw__output_regression_apply(&t->basis, t->readout.R, 1);
    thaw__output_regression_free(&t->readout);
    return THAW_OK;
}

const thaw__phase thaw__phase_last_regression = {begin_last_regression, add_readout, end_last_regression};

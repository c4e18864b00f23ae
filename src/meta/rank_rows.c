/* SPDX-License-Identifier: Apache-2.0 */
#include "rank_rows.h"

#include <string.h>

#include "rank_prior.h"
#include "readout.h"
#include "status.h"
#include "tune.h"

/* ---- the embeddings ---------------------------------------------------------------------------------------------- */

/* Judges are asked every so many epochs; tuning is given up unless they like it so much better after the first, and in the end. */
enum { EPOCHS_PER_VERDICT = 2 };
#define WORTH_AT_FIRST 1.005
#define WORTH 1.003

/* All that tuning moves, to or from a copy [items (stride + width) + 2 stride]. */
static void copy_rows(const thaw__training *t, float *copy, int back)
{
    const thaw__basis *b = &t->basis;
    float *const at[] = {thaw__ranking_of(t->m)->factor, b->rows, thaw__ranking_of(t->m)->silent, thaw__ranking_of(t->m)->pull};
    const int64_t size[] = {b->items * b->stride, b->items * b->width, b->stride, b->stride};
    for (int k = 0; k < 4; copy += size[k++]) memcpy(back ? at[k] : copy, back ? copy : at[k], (size_t)size[k] * sizeof *copy);
}

static thaw_status run_epochs(const thaw__training *t, thaw__tune *tune, int32_t n)
{
    for (int32_t k = 0; k < n; k++) {
        double loss;
        THAW__TRY(thaw__tune_epoch(tune, &loss));
        THAW__TRY(thaw__training_tell(t, t->m->config.passes, loss));
    }
    return THAW_OK;
}

/* Tune as long as the judges like it; *epochs are kept. */
static thaw_status choose_epochs(thaw__training *t, int32_t *epochs)
{
    const thaw_allocator *a = &t->m->config.allocator;
    const double worth = WORTH_AT_FIRST * t->best;
    thaw__tune tune;
    *epochs = 0;
    if (t->basis.items > THAW__TUNE_ITEMS) return THAW_OK;
    float *copy = thaw__alloc(a, (size_t)(t->basis.items * (t->basis.stride + t->basis.width) + 2 * t->basis.stride), sizeof *copy);
    if (!copy) return THAW_E_NOMEM;
    thaw_status st = thaw__tune_create(&tune, t->m, &t->basis, &t->j, t->users, t->n_moments);
    copy_rows(t, copy, 0);
    for (int32_t k = EPOCHS_PER_VERDICT; st == THAW_OK && k <= THAW__TUNE_EPOCHS; k += EPOCHS_PER_VERDICT) {
        int better = 0;
        st = run_epochs(t, &tune, EPOCHS_PER_VERDICT);
        if (st == THAW_OK) st = thaw__training_consider(t, &better);
        if (t->best < worth) break;
        if (!better) continue;
        *epochs = k;
        copy_rows(t, copy, 0);
    }
    copy_rows(t, copy, 1);
    thaw__tune_free(&tune);
    thaw__free(a, copy);
    return st;
}

/* ---- the regression ---------------------------------------------------------------------------------------------- */

static const float ridges[] = {0.1f, 0.5f, 2};
enum { N_RIDGES = sizeof ridges / sizeof *ridges };

/* The ridge of the readout that the judges like best; 0: none is better than nothing. */
static thaw_status choose_ridge(thaw__training *t, float *best)
{
    thaw__readout r;
    *best = 0;
    THAW__TRY(thaw__readout_take(&r, t->m, &t->basis, &t->j, t->users, t->n_moments));
    thaw_status st = THAW_OK;
    for (int k = 0; st == THAW_OK && k < N_RIDGES; k++) {
        int better = 0;
        st = thaw__readout_solve(&r, t->m, &t->basis, ridges[k]);
        if (st != THAW_OK) break;
        thaw__readout_add(&t->basis, r.R, 1);
        st = thaw__training_consider(t, &better);
        thaw__readout_add(&t->basis, r.R, -1);
        if (better) *best = ridges[k];
    }
    thaw__readout_free(&r, &t->m->config.allocator);
    return st;
}

/* Epochs and ridge. Tuning has to be worth it with the regression that follows, against the regression alone; the basis is spent then. */
thaw_status thaw__rank_rows_choose(thaw__training *t, int32_t *epochs, float *ridge)
{
    const double rules = t->best;
    float plain_ridge;
    THAW__TRY(choose_ridge(t, &plain_ridge));
    const double plain = t->best;
    const thaw_report told = *t->report;
    t->best = rules;
    const thaw_status st = choose_epochs(t, epochs);
    if (st == THAW_E_CANCELLED) *epochs = 0;
    else if (st != THAW_OK) return st;
    if (*epochs) {
        THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n_moments)); /* of the space as it is now */
        THAW__TRY(choose_ridge(t, ridge));
    }
    if (*epochs && t->best >= WORTH * plain) return THAW_OK;
    *epochs = 0;
    *ridge = plain_ridge;
    t->report->valid_recall = told.valid_recall;
    t->report->valid_ndcg = told.valid_ndcg;
    t->best = plain;
    return st;
}

/* ---- everybody's ------------------------------------------------------------------------------------------------- */

static thaw_status tune_everybody(thaw__training *t, int32_t epochs)
{
    thaw__tune tune;
    double loss;
    THAW__TRY(thaw__tune_create(&tune, t->m, &t->basis, &t->j, t->users, t->n));
    thaw_status st = THAW_OK;
    for (int32_t k = 0; st == THAW_OK && k < epochs; k++) st = thaw__tune_epoch(&tune, &loss);
    thaw__tune_free(&tune);
    return st;
}

thaw_status thaw__rank_rows_make(thaw__training *t, int32_t epochs, float ridge)
{
    if (epochs) {
        THAW__TRY(tune_everybody(t, epochs));
        THAW__TRY(thaw__rank_prior_learn(t->m, &t->j, t->users, t->n)); /* of the space as it is now */
    }
    return ridge > 0 ? thaw__readout_learn(&t->basis, t->m, &t->j, t->users, t->n, ridge) : THAW_OK;
}

/* SPDX-License-Identifier: Apache-2.0
 * Phases of the embeddings after the statistics: output regression and fine-tuning, of the statistics users, with the
 * ridge and the number of epochs chosen by the validation users; then both again of all users with what was chosen.
 */
#include <string.h>

#include "status.h"
#include "ranking_fit.h"

/* Fine-tuning is evaluated every second epoch. It is kept if recall + NDCG improves by these factors: at the first
 * evaluation over the schedules alone, and at the end, with the output regression, over the output regression alone. */
enum { EPOCHS_PER_EVALUATION = 2 };
#define FIRST_GAIN 1.005
#define TOTAL_GAIN 1.003

/* ---- output regression ------------------------------------------------------------------------------------------- */

static const float ridges[] = {0.1f, 0.5f, 2};
enum { N_RIDGES = sizeof ridges / sizeof *ridges };

static thaw_status begin_output_regression(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->n_now;
    return thaw__output_regression_begin(&t->regression, t->m, &t->basis, &t->histories, t->users, t->n_now);
}

static thaw_status add_output_regression(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    thaw__output_regression_add(&t->regression, first, n);
    return THAW_OK;
}

/* Choose the ridge with the best recall + NDCG; 0 if no ridge improves on the best so far. */
static thaw_status choose_ridge(thaw__ranking_fit *t)
{
    t->ridge = 0;
    thaw__output_regression_end(&t->regression);
    for (int k = 0; k < N_RIDGES; k++) {
        int better = 0;
        THAW__TRY(thaw__output_regression_solve(&t->regression, ridges[k]));
        thaw__output_regression_apply(&t->basis, t->regression.R, 1);
        const thaw_status st = thaw__ranking_evaluate_candidate(t, &better);
        thaw__output_regression_apply(&t->basis, t->regression.R, -1);
        if (st != THAW_OK) return st;
        if (better) t->ridge = ridges[k];
    }
    thaw__output_regression_free(&t->regression);
    return THAW_OK;
}

static thaw_status begin_regression(thaw__ranking_fit *t, int64_t *n)
{
    t->regression_only.start = t->best;
    return begin_output_regression(t, n);
}

/* Store the result without fine-tuning; fine-tuning is compared with the schedules alone at first. */
static thaw_status end_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    THAW__TRY(choose_ridge(t));
    t->regression_only.best = t->best;
    t->regression_only.ridge = t->ridge;
    t->regression_only.recall = t->run->report.valid_recall;
    t->regression_only.ndcg = t->run->report.valid_ndcg;
    t->best = t->regression_only.start;
    return THAW_OK;
}

const thaw__phase thaw__phase_regression = {"output regression", begin_regression, add_output_regression,
                                            end_regression, 0};

/* ---- number of epochs -------------------------------------------------------------------------------------------- */

/* Copy what fine-tuning changes to saved_rows [items (stride + width) + 2 stride], or back. */
static void copy_rows(const thaw__ranking_fit *t, int back)
{
    const thaw__basis *b = &t->basis;
    const thaw__ranking *r = thaw__ranking_of(t->m);
    float *const at[] = {b->rows, r->gram_diag, r->gram_popularity}, *copy = t->saved_rows + b->items * b->stride;
    const int64_t size[] = {b->items * b->width, b->stride, b->stride};
    if (back) thaw__basis_scatter(b, r->item_embedding, t->saved_rows, b->stride);
    else thaw__basis_gather(b, t->saved_rows, r->item_embedding);
    for (int k = 0; k < 3; copy += size[k++])
        memcpy(back ? at[k] : copy, back ? copy : at[k], (size_t)size[k] * sizeof *copy);
}

static thaw_status open_fine_tuning(thaw__ranking_fit *t)
{
    const thaw__basis *b = &t->basis;
    t->required = FIRST_GAIN * t->best;
    t->saved_rows = thaw__alloc(&t->m->config.allocator, (size_t)(b->items * (b->stride + b->width) + 2 * b->stride),
                                sizeof *t->saved_rows);
    if (!t->saved_rows) return THAW_E_NOMEM;
    copy_rows(t, 0);
    return thaw__fine_tuning_create(&t->fine_tuning, t->m, &t->basis, &t->histories, t->users, t->n_now);
}

static void close_fine_tuning(thaw__ranking_fit *t)
{
    copy_rows(t, 1);
    thaw__fine_tuning_free(&t->fine_tuning);
    thaw__free(&t->m->config.allocator, t->saved_rows);
    t->saved_rows = NULL;
}

/* Of at most so many epochs. */
static void set_progress(thaw__ranking_fit *t, int32_t epochs)
{
    t->share = 1 / (double)(epochs * thaw__fine_tuning_batches(&t->fine_tuning));
    t->done = t->share * (double)t->fine_tuning.step;
}

static thaw_status begin_choose_epochs(thaw__ranking_fit *t, int64_t *n)
{
    if (!t->begun && t->basis.items > THAW__FINE_TUNING_ITEMS) return THAW_OK;
    if (!t->begun) THAW__TRY(open_fine_tuning(t));
    if (t->fine_tuning.finished) {
        close_fine_tuning(t);
        return THAW_OK;
    }
    *n = THAW__FINE_TUNING_BATCH;
    set_progress(t, THAW__FINE_TUNING_EPOCHS);
    return THAW_OK;
}

static thaw_status add_fine_tuning(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    return thaw__fine_tuning_add(&t->fine_tuning, first, n);
}

/* Evaluate after an epoch; decides whether there is another one. */
static thaw_status evaluate_epoch(thaw__ranking_fit *t, int32_t epoch)
{
    int better;
    if (epoch % EPOCHS_PER_EVALUATION) return THAW_OK;
    THAW__TRY(thaw__ranking_evaluate_candidate(t, &better));
    if (better && t->best >= t->required) {
        t->epochs = epoch;
        copy_rows(t, 0);
    }
    t->fine_tuning.finished = t->best < t->required || epoch + EPOCHS_PER_EVALUATION > THAW__FINE_TUNING_EPOCHS;
    return THAW_OK;
}

static thaw_status end_choose_epochs(thaw__ranking_fit *t, int *again)
{
    *again = 1; /* begin_choose_epochs() ends the phase */
    THAW__TRY(thaw__fine_tuning_step(&t->fine_tuning));
    t->run->report.loss = t->fine_tuning.loss;
    const int64_t batches = thaw__fine_tuning_batches(&t->fine_tuning);
    return t->fine_tuning.step % batches ? THAW_OK : evaluate_epoch(t, (int32_t)(t->fine_tuning.step / batches));
}

const thaw__phase thaw__phase_choose_epochs = {"number of fine-tuning epochs", begin_choose_epochs, add_fine_tuning,
                                               end_choose_epochs, 0};

/* ---- output regression after fine-tuning, compared with the output regression alone ------------------------------ */

static void use_regression_only(thaw__ranking_fit *t)
{
    t->epochs = 0;
    t->ridge = t->regression_only.ridge;
    t->run->report.valid_recall = t->regression_only.recall;
    t->run->report.valid_ndcg = t->regression_only.ndcg;
    t->best = t->regression_only.best;
}

static thaw_status begin_fine_tuned_regression(thaw__ranking_fit *t, int64_t *n)
{
    if (t->epochs) return begin_output_regression(t, n);
    use_regression_only(t);
    return THAW_OK;
}

static thaw_status end_fine_tuned_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    THAW__TRY(choose_ridge(t));
    if (t->best < TOTAL_GAIN * t->regression_only.best) use_regression_only(t);
    return THAW_OK;
}

const thaw__phase thaw__phase_fine_tuned_regression = {"output regression", begin_fine_tuned_regression,
                                                       add_output_regression, end_fine_tuned_regression, 0};

/* ---- all users --------------------------------------------------------------------------------------------------- */

static thaw_status begin_fine_tuning(thaw__ranking_fit *t, int64_t *n)
{
    if (!t->epochs) return THAW_OK;
    *n = THAW__FINE_TUNING_BATCH;
    if (!t->begun)
        THAW__TRY(thaw__fine_tuning_create(&t->fine_tuning, t->m, &t->basis, &t->histories, t->users, t->n_now));
    set_progress(t, t->epochs);
    return THAW_OK;
}

static thaw_status end_fine_tuning(thaw__ranking_fit *t, int *again)
{
    THAW__TRY(thaw__fine_tuning_step(&t->fine_tuning));
    *again = t->fine_tuning.step < t->epochs * thaw__fine_tuning_batches(&t->fine_tuning);
    if (!*again) thaw__fine_tuning_free(&t->fine_tuning);
    return THAW_OK;
}

const thaw__phase thaw__phase_fine_tuning = {"fine-tuning", begin_fine_tuning, add_fine_tuning, end_fine_tuning, 0};

static thaw_status begin_last_regression(thaw__ranking_fit *t, int64_t *n)
{
    return t->ridge > 0 ? begin_output_regression(t, n) : THAW_OK;
}

static thaw_status end_last_regression(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__output_regression_end(&t->regression);
    THAW__TRY(thaw__output_regression_solve(&t->regression, t->ridge));
    thaw__output_regression_apply(&t->basis, t->regression.R, 1);
    thaw__output_regression_free(&t->regression);
    return THAW_OK;
}

const thaw__phase thaw__phase_last_regression = {"output regression", begin_last_regression, add_output_regression,
                                                 end_last_regression, 0};

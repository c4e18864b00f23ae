/* SPDX-License-Identifier: Apache-2.0
 * The phases of the statistics, over the first n_now users: popularity, latent space, order, neighbours, user prior.
 * Each is one additive pass; the latent space is one pass for each product with the covariance.
 */
#include "content_similarity.h"
#include "status.h"
#include "ranking_fit.h"

static thaw_status begin_popularity(thaw__ranking_fit *t, int64_t *n)
{
    thaw__statistics_close(&t->statistics);
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    *n = t->n_now;
    return thaw__popularity_begin(&t->statistics, t->m, &t->basis, &t->histories, t->users, t->n_now);
}

static thaw_status add_popularity(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    thaw__popularity_add(&t->statistics, first, n);
    return THAW_OK;
}

static thaw_status end_popularity(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__popularity_end(&t->statistics);
    return THAW_OK;
}

const thaw__phase thaw__phase_popularity = {begin_popularity, add_popularity, end_popularity};

static thaw_status begin_space(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->n_now;
    return thaw__space_begin(&t->statistics);
}

static thaw_status add_space(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    thaw__space_add(&t->statistics, first, n);
    return THAW_OK;
}

static thaw_status end_space(thaw__ranking_fit *t, int *again)
{
    return thaw__space_end(&t->statistics, again);
}

const thaw__phase thaw__phase_space = {begin_space, add_space, end_space};

static thaw_status begin_order(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->n_now;
    return thaw__order_begin(&t->statistics);
}

static thaw_status add_order(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    thaw__order_add(&t->statistics, first, n);
    return THAW_OK;
}

static thaw_status end_order(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__order_end(&t->statistics);
    return THAW_OK;
}

const thaw__phase thaw__phase_order = {begin_order, add_order, end_order};

static thaw_status begin_neighbours(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->n_now;
    return THAW_OK;
}

/* One contribution: the pass is parallel over items, not over users. */
static thaw_status add_neighbours(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    (void)first, (void)n;
    return thaw__statistics_neighbours(&t->statistics);
}

static thaw_status end_neighbours(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__statistics_close(&t->statistics);
    return thaw__content_similarity_update(t->m);
}

const thaw__phase thaw__phase_neighbours = {begin_neighbours, add_neighbours, end_neighbours};

/* ---- prior of users ---------------------------------------------------------------------------------------------- */

static thaw_status begin_user_prior(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->m->user_prior.features.width ? t->n_now : 0;
    return *n ? thaw__user_prior_begin(&t->user_prior, t->m, &t->histories, t->users, t->n_now) : THAW_OK;
}

static thaw_status add_user_prior(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    return thaw__user_prior_add(&t->user_prior, first, n);
}

static thaw_status end_user_prior(thaw__ranking_fit *t, int *again)
{
    (void)again;
    thaw__user_prior_end(&t->user_prior);
    thaw__user_prior_close(&t->user_prior);
    return THAW_OK;
}

const thaw__phase thaw__phase_user_prior = {begin_user_prior, add_user_prior, end_user_prior};

/* The same in the latent space after fine-tuning; skipped without fine-tuning. */
static thaw_status begin_fine_tuned_prior(thaw__ranking_fit *t, int64_t *n)
{
    return t->epochs ? begin_user_prior(t, n) : THAW_OK;
}

const thaw__phase thaw__phase_fine_tuned_prior = {begin_fine_tuned_prior, add_user_prior, end_user_prior};

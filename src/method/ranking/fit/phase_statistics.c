/* SPDX-License-Identifier: Apache-2.0
 * The phases of the statistics, over the first n_now users: popularity, latent space, order, neighbours, user prior.
 * Each is one additive pass; the latent space is one pass for each product with the covariance.
 */
#include "content_similarity.h"
#include "status.h"
#include "ranking_fit.h"

/* Users of two items or more, with the given sign. */
static thaw_status add_all(thaw__ranking_fit *t, const thaw__histories *h, int sign)
{
    int64_t *users = thaw__alloc(&t->m->config.allocator, (size_t)h->n, sizeof *users);
    if (!users) return THAW_E_NOMEM;
    const thaw_status st = thaw__statistics_add_users(&t->statistics, h, users, thaw__histories_of_two(users, h), sign);
    thaw__free(&t->m->config.allocator, users);
    return st;
}

/* Pretraining: the first n_now users. Online: what users were is taken out, what they are is added. */
static thaw_status begin_popularity(thaw__ranking_fit *t, int64_t *n)
{
    const int online = t->run->online;
    thaw__statistics_close(&t->statistics);
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    THAW__TRY(
        thaw__statistics_begin(&t->statistics, t->m, &t->basis, &t->histories, online ? &t->before : NULL, online));
    if (online) THAW__TRY(add_all(t, &t->before, -1));
    THAW__TRY(online ? add_all(t, &t->histories, 1)
                     : thaw__statistics_add_users(&t->statistics, &t->histories, t->users, t->n_now, 1));
    *n = t->statistics.n;
    return thaw__popularity_begin(&t->statistics);
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

const thaw__phase thaw__phase_popularity = {"popularity of items", begin_popularity, add_popularity, end_popularity, 0};

static thaw_status begin_space(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->statistics.n;
    t->share = 1.0 / THAW__SPACE_ROUNDS;
    t->done = t->share * t->statistics.iteration;
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

const thaw__phase thaw__phase_space = {"embeddings of items", begin_space, add_space, end_space, 0};

static thaw_status begin_order(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->statistics.n;
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

const thaw__phase thaw__phase_order = {"order of events", begin_order, add_order, end_order, 0};

static thaw_status begin_neighbours(thaw__ranking_fit *t, int64_t *n)
{
    *n = t->statistics.n;
    return THAW_OK;
}

/* One contribution: the pass is parallel over items, not over users. */
static thaw_status add_neighbours(thaw__ranking_fit *t, int64_t first, int64_t n)
{
    (void)first, (void)n;
    return thaw__cooccurrence_update(&t->statistics);
}

static thaw_status end_neighbours(thaw__ranking_fit *t, int *again)
{
    (void)again;
    t->kept = (float)thaw__kept_part(&t->statistics);
    thaw__statistics_close(&t->statistics);
    return thaw__content_similarity_update(t->m);
}

const thaw__phase thaw__phase_neighbours = {"neighbours of items", begin_neighbours, add_neighbours, end_neighbours, 1};

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

const thaw__phase thaw__phase_user_prior = {"features of users", begin_user_prior, add_user_prior, end_user_prior, 0};

/* The same in the latent space after fine-tuning; skipped without fine-tuning. */
static thaw_status begin_fine_tuned_prior(thaw__ranking_fit *t, int64_t *n)
{
    return t->epochs ? begin_user_prior(t, n) : THAW_OK;
}

const thaw__phase thaw__phase_fine_tuned_prior = {"features of users", begin_fine_tuned_prior, add_user_prior,
                                                  end_user_prior, 0};

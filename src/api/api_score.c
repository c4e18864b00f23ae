/* SPDX-License-Identifier: Apache-2.0
 * Public functions: score and recommend. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api_check.h"
#include "api_user.h"
#include "score.h"
#include "similar.h"
#include "thread.h"

thaw_status thaw_score(const thaw_model *model, const thaw_user *user, float *mean, float *variance,
                       const int64_t *items, int64_t n)
{
    THAW__TRY(thaw__check_user(model, user));
    THAW__TRY(thaw__check_rows(model, items, n, "items"));
    if (mean || variance) thaw__score(model, user, mean, variance, items, n);
    return THAW_OK;
}

static const thaw_query default_query = {.struct_size = sizeof(thaw_query), .top = 10, .min_score = -INFINITY};

static thaw_status check_query_size(uint32_t struct_size)
{
    return thaw__check_grown("query", struct_size, offsetof(thaw_query, groups), sizeof(thaw_query));
}

thaw_status thaw_query_init(thaw_query *query, uint32_t struct_size)
{
    if (!query) return thaw__fail(THAW_E_ARG, "query is required");
    THAW__TRY(check_query_size(struct_size));
    memcpy(query, &default_query, struct_size); /* the fields that the caller's struct has */
    query->struct_size = struct_size;
    return THAW_OK;
}

static thaw_status check_groups(const thaw_model *model, const thaw_query *q)
{
    const int64_t n_items = thaw__n_items(model);
    if (q->group_cap < 0)
        return thaw__fail(THAW_E_RANGE, "group_cap is %" PRId64 "; must not be negative", q->group_cap);
    if (q->n_allow_groups < 0)
        return thaw__fail(THAW_E_RANGE, "n_allow_groups is %" PRId64 "; must not be negative", q->n_allow_groups);
    if (q->n_allow_groups && !q->allow_groups) return thaw__fail(THAW_E_ARG, "allow_groups is required");
    if (!q->groups && (q->group_cap || q->allow_groups)) return thaw__fail(THAW_E_ARG, "groups is required");
    if (q->groups && q->n_groups != n_items)
        return thaw__fail(THAW_E_RANGE, "n_groups is %" PRId64 "; must be %" PRId64 ", the items of the model",
                          q->n_groups, n_items);
    return THAW_OK;
}

static thaw_status check_query(const thaw_model *model, const thaw_query *q)
{
    if (q->top < 1) return thaw__fail(THAW_E_RANGE, "top is %" PRId64 "; must be at least 1", q->top);
    THAW__TRY(thaw__check_rows(model, q->exclude, q->n_exclude, "exclude"));
    if (q->allow) THAW__TRY(thaw__check_rows(model, q->allow, q->n_allow, "allow"));
    THAW__TRY(check_groups(model, q));
    if (isnan(q->min_score)) return thaw__fail(THAW_E_RANGE, "min_score is NaN; must be a number");
    if (!(q->risk_aversion >= 0) || isinf(q->risk_aversion))
        return thaw__fail(THAW_E_RANGE, "risk_aversion is %g; must be 0 or more and finite", (double)q->risk_aversion);
    return thaw__parallel_check(&q->parallel);
}

/* A checked copy of the caller's query, with defaults for the fields that it does not have. */
static thaw_status take_query(const thaw_model *model, thaw_query *out, const thaw_query *query)
{
    *out = default_query;
    if (!query) return THAW_OK;
    THAW__TRY(check_query_size(query->struct_size));
    memcpy(out, query, query->struct_size);
    return check_query(model, out);
}

thaw_status thaw_recommend(const thaw_model *model, const thaw_user *user, thaw_hit *hits, int64_t *n_hits,
                           const thaw_query *query)
{
    thaw_query checked;
    THAW__TRY(thaw__check_user(model, user));
    if (!hits || !n_hits) return thaw__fail(THAW_E_ARG, "hits and n_hits are required");
    THAW__TRY(take_query(model, &checked, query));
    return thaw__recommend(model, hits, n_hits, &user, 1, &checked);
}

thaw_status thaw_recommend_many(const thaw_model *model, thaw_hit *hits, int64_t *n_hits, const thaw_user *const *users,
                                int64_t n_users, const thaw_query *query)
{
    thaw_query checked;
    if (!model) return thaw__fail(THAW_E_ARG, "model is required");
    if (n_users < 0) return thaw__fail(THAW_E_RANGE, "n_users is %" PRId64 "; must not be negative", n_users);
    if (n_users && (!hits || !n_hits || !users)) return thaw__fail(THAW_E_ARG, "hits, n_hits and users are required");
    THAW__TRY(take_query(model, &checked, query));
    if (n_users && checked.top > PTRDIFF_MAX / (int64_t)sizeof *hits / n_users)
        return thaw__fail(THAW_E_RANGE, "%" PRId64 " users by top %" PRId64 " do not fit into memory", n_users,
                          checked.top);
    for (int64_t i = 0; i < n_users; i++) THAW__TRY(thaw__check_user(model, users[i]));
    return thaw__recommend(model, hits, n_hits, users, n_users, &checked);
}

thaw_status thaw_similar_items(const thaw_model *model, thaw_hit *hits, int64_t *n_hits, int64_t item,
                               const thaw_query *query)
{
    thaw_query checked;
    if (!model) return thaw__fail(THAW_E_ARG, "model is required");
    if (!hits || !n_hits) return thaw__fail(THAW_E_ARG, "hits and n_hits are required");
    THAW__TRY(thaw__check_rows(model, &item, 1, "item"));
    THAW__TRY(take_query(model, &checked, query));
    return thaw__similar(model, hits, n_hits, item, &checked);
}

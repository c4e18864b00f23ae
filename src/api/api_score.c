/* SPDX-License-Identifier: Apache-2.0
 * Score and recommend. */
#include <inttypes.h>

#include "api_check.h"
#include "api_user.h"
#include "score.h"

static thaw_status check_rows(const thaw_model *model, const int64_t *rows, int64_t n, const char *name)
{
    const int64_t n_items = thaw__n_items(model);
    if (n < 0) return thaw__fail(THAW_E_RANGE, "the length of %s is %" PRId64 "; must not be negative", name, n);
    if (n && !rows) return thaw__fail(THAW_E_ARG, "%s is required", name);
    for (int64_t k = 0; k < n; k++)
        if (rows[k] < 0 || rows[k] >= n_items)
            return thaw__fail(THAW_E_RANGE, "%s[%" PRId64 "] is %" PRId64 "; must be 0 to %" PRId64, name, k, rows[k],
                              n_items - 1);
    return THAW_OK;
}

thaw_status thaw_score(const thaw_model *model, const thaw_user *user, float *mean, float *variance,
                       const int64_t *items, int64_t n)
{
    THAW__TRY(thaw__check_user(model, user));
    THAW__TRY(check_rows(model, items, n, "items"));
    if (mean || variance) thaw__score(model, user, mean, variance, items, n);
    return THAW_OK;
}

thaw_status thaw_query_init(thaw_query *query, uint32_t struct_size)
{
    if (!query) return thaw__fail(THAW_E_ARG, "query is required");
    THAW__TRY(thaw__check_struct("query", struct_size, sizeof *query));
    *query = (thaw_query){.struct_size = struct_size, .top = 10};
    return THAW_OK;
}

thaw_status thaw_recommend(const thaw_model *model, const thaw_user *user, thaw_hit *hits, int64_t *n_hits,
                           const thaw_query *query)
{
    static const thaw_query ten = {.struct_size = sizeof ten, .top = 10};
    THAW__TRY(thaw__check_user(model, user));
    if (!hits || !n_hits) return thaw__fail(THAW_E_ARG, "hits and n_hits are required");
    if (!query) query = &ten;
    THAW__TRY(thaw__check_struct("query", query->struct_size, sizeof *query));
    if (query->top < 1) return thaw__fail(THAW_E_RANGE, "top is %" PRId64 "; must be at least 1", query->top);
    THAW__TRY(check_rows(model, query->exclude, query->n_exclude, "exclude"));
    if (query->allow) THAW__TRY(check_rows(model, query->allow, query->n_allow, "allow"));
    *n_hits = thaw__recommend(model, user, hits, query);
    return THAW_OK;
}

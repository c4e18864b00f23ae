/* SPDX-License-Identifier: Apache-2.0
 * Input: bytes of a user, as patches of valid bytes, 2 bytes each (offset, value), with a valid checksum. A user that
 * loads has finite scores, and can be saved and loaded again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"

static void check_scores(const thaw_model *m, const thaw_user *u)
{
    int64_t n;
    thaw_hit hits[10];
    if (thaw_recommend(m, u, hits, &n, NULL) != THAW_OK) abort();
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(hits[k].mean) || !isfinite(hits[k].variance) || hits[k].variance < 0) abort();
}

/* What loads can be used, and saved and loaded again. */
static void use(const thaw_model *m, thaw_user *u)
{
    float mean[SHOP_ITEMS], covariance[9];
    int64_t n;
    thaw_user *again;
    const thaw_event e = shop_event(2);
    if (thaw_user_posterior(m, u, mean, covariance) != THAW_OK) abort();
    check_scores(m, u);
    char *bytes = user_bytes(u, &n);
    if (thaw_user_load(&again, m, bytes, n) != THAW_OK) abort();
    thaw_user_free(again);
    free(bytes);
    thaw_user_observe(m, u, &e);
    check_scores(m, u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static thaw_model *models[3];
    static char *users[3];
    static int64_t sizes[3];
    for (int k = 0; k < 3 && !users[k]; k++) {
        thaw_user *u;
        const thaw_event e = shop_event(1);
        models[k] = k == 2 ? shop_ranking(NULL, 3) : shop_model(NULL, 3, k ? 10 : 0);
        if (thaw_user_create(&u, models[k]) || thaw_adapt(models[k], u, &e, 1)) abort();
        users[k] = user_bytes(u, &sizes[k]);
        thaw_user_free(u);
    }
    if (size == 0) return 0;
    const int k = data[0] % 4 == 1 ? 1 : data[0] & 4 ? 2 : 0;
    const int64_t n = data[0] & 2 ? (int64_t)size - 1 : sizes[k];
    char *bytes = malloc((size_t)n + 1);
    memcpy(bytes, data[0] & 2 ? (const char *)data + 1 : users[k], (size_t)n);
    for (size_t at = 1; !(data[0] & 2) && at + 2 <= size; at += 2) bytes[data[at] % n] = (char)data[at + 1];
    mend_user(bytes, n);
    thaw_user *u;
    if (thaw_user_load(&u, models[k], bytes, n) == THAW_OK) use(models[k], u);
    thaw_user_free(u);
    free(bytes);
    return 0;
}

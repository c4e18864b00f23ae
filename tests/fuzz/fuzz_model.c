/* SPDX-License-Identifier: Apache-2.0
 * Input: bytes of a model. Bit 0 of the first byte: 0, patches of a valid file, 3 bytes each (offset, 2 bytes, and
 * value); 1, a complete file. Bit 1: the patched file is a rating model (0) or a ranking (1). The checksum is set to a
 * valid one, so that the code after the check is reached. A model that loads has finite scores, can be
 * trained, and can be saved and loaded again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"

static char *files[2];
static int64_t file_sizes[2];

static void check_scores(const thaw_model *m, const thaw_user *u)
{
    int64_t n, zero = 0;
    float mean, variance;
    thaw_hit hits[10];
    if (thaw_score(m, u, &mean, &variance, &zero, 1) != THAW_OK || !isfinite(mean) || !isfinite(variance)) abort();
    if (thaw_recommend(m, u, hits, &n, NULL) != THAW_OK) abort();
    for (int64_t k = 0; k < n; k++)
        if (!isfinite(hits[k].mean) || !isfinite(hits[k].variance) || hits[k].variance < 0) abort();
}

static void use_user(const thaw_model *m)
{
    thaw_user *u;
    thaw_model_info info = {.struct_size = sizeof info};
    thaw_model_get_info(m, &info);
    const thaw_event event = {.value = info.rating_min};
    if (thaw_user_create(&u, m) != THAW_OK) return;
    check_scores(m, u);
    thaw_adapt(m, u, &event, 1);
    check_scores(m, u);
    thaw_user_observe(m, u, &event);
    check_scores(m, u);
    thaw_user_free(u);
}

static void load_again(const thaw_model *m)
{
    int64_t n;
    thaw_model *again;
    char *bytes = model_bytes(m, &n);
    if (thaw_model_load_buffer(&again, bytes, n, NULL) != THAW_OK) abort();
    thaw_model_free(again);
    free(bytes);
}

static void use(thaw_model *m)
{
    thaw_data *data = shop_data(NULL, 4, 5, 1);
    use_user(m);
    load_again(m);
    thaw_model_add_items(m, NULL, data);
    use_user(m);
    thaw_pretrain_step(m, NULL, data, NULL, 0);
    thaw_data_free(data);
    use_user(m);
    load_again(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int ranks = 0; ranks < 2 && !files[ranks]; ranks++) {
        thaw_model *m = ranks ? shop_ranking(NULL, 2) : shop_model(NULL, 2, 0);
        files[ranks] = model_bytes(m, &file_sizes[ranks]);
        thaw_model_free(m);
    }
    if (size == 0) return 0;
    const int complete = data[0] & 1, ranks = data[0] >> 1 & 1;
    const int64_t n = complete ? (int64_t)size - 1 : file_sizes[ranks];
    char *bytes = malloc((size_t)n + 1);
    memcpy(bytes, complete ? (const char *)data + 1 : files[ranks], (size_t)n);
    for (size_t at = 1; !complete && at + 3 <= size; at += 3) {
        const int64_t offset = (data[at] | data[at + 1] << 8) % n;
        bytes[offset] = (char)data[at + 2];
    }
    mend_model(bytes, n);
    thaw_model *m;
    thaw_status st = thaw_model_load_buffer(&m, bytes, n, NULL);
    free(bytes);
    if (st == THAW_OK) use(m);
    thaw_model_free(m);
    return 0;
}

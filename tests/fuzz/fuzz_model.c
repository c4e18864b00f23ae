/* SPDX-License-Identifier: Apache-2.0
 * Bytes as a model. Input: patches of a whole file, 3 bytes each (place, place, value), or, after a first odd byte, a whole file; bit 1
 * of the first byte says whether the file patched is a ranking; the
 * checksum is set right so that what lies behind it is reached. A model that loads is used, trained on and saved.
 */
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"

static char *wholes[2];
static int64_t whole_sizes[2];

static void use(thaw_model *m)
{
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n, zero = 0;
    float mean, variance;
    thaw_model_info info = {.struct_size = sizeof info};
    thaw_model_get_info(m, &info);
    thaw_event event = {.value = info.rating_min};
    if (thaw_user_create(&u, m) == THAW_OK) {
        thaw_adapt(m, u, &event, 1);
        thaw_user_observe(m, u, &event);
        thaw_score(m, u, &mean, &variance, &zero, 1);
        thaw_recommend(m, u, hits, &n, NULL);
        thaw_user_free(u);
    }
    thaw_data *data = shop_data(NULL, 4, 5, 1);
    thaw_model_add_items(m, NULL, data);
    thaw_pretrain_step(m, NULL, data, NULL, 0);
    thaw_data_free(data);
    free(model_bytes(m, &n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int ranks = 0; ranks < 2 && !wholes[ranks]; ranks++) {
        thaw_model *m = ranks ? shop_ranking(NULL, 2) : shop_model(NULL, 2, 0);
        wholes[ranks] = model_bytes(m, &whole_sizes[ranks]);
        thaw_model_free(m);
    }
    if (size == 0) return 0;
    const int given = data[0] & 1, ranks = data[0] >> 1 & 1;
    const int64_t n = given ? (int64_t)size - 1 : whole_sizes[ranks];
    char *bytes = malloc((size_t)n + 1);
    memcpy(bytes, given ? (const char *)data + 1 : wholes[ranks], (size_t)n);
    for (size_t at = 1; !given && at + 3 <= size; at += 3) {
        const int64_t place = (data[at] | data[at + 1] << 8) % n;
        bytes[place] = (char)data[at + 2];
    }
    mend_model(bytes, n);
    thaw_model *m;
    thaw_status st = thaw_model_load_buffer(&m, bytes, n, NULL);
    free(bytes);
    if (st == THAW_OK) use(m);
    thaw_model_free(m);
    return 0;
}

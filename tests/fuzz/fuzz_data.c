/* SPDX-License-Identifier: Apache-2.0
 * Input: bytes of a table, or event arrays. The data that is read is split and used for training. */
#include <string.h>

#include "little_shop.h"

enum { EVENTS = 8, STRIDES = 4, ARRAYS_BYTES = 4 * (EVENTS + 1) + 5 };

/* Offsets of 4 or 8 bytes, most of which ascend a little. */
static thaw_string_array strings_of(int64_t offsets[EVENTS + 1], const uint8_t *c, const uint8_t *bytes, size_t n_bytes)
{
    const int32_t size = c[0] & 16 ? 4 : 8;
    int64_t at = 0;
    for (int i = 0; i <= EVENTS; i++) {
        at = c[i] < 250 ? at + c[i] % 4 : c[i] < 254 ? at - c[i] % 4 : INT64_MAX / 2 * (c[i] == 254 ? -1 : 1);
        const int32_t narrow = (int32_t)at;
        if (size == 4) memcpy((char *)offsets + 4 * i, &narrow, sizeof narrow);
        else offsets[i] = at;
    }
    return (thaw_string_array){c[0] & 32 ? offsets : NULL, (const char *)bytes, (int64_t)n_bytes, size, 0};
}

/* Numbers in the middle of a block that has room for the strides that are tried. */
static thaw_number_array numbers_of(const double *block, const uint8_t *c)
{
    static const int32_t strides[STRIDES] = {0, 8, -16, 12};
    return (thaw_number_array){c[0] % 6 == 5 ? NULL : block + 2 * EVENTS, c[0] % 6, strides[c[1] % STRIDES]};
}

/* c [ARRAYS_BYTES] describes the columns; the strings, which end where the input ends, are shared. */
static void add_arrays(thaw_data *data, const uint8_t *c, const uint8_t *bytes, size_t n_bytes)
{
    int64_t offsets[4][EVENTS + 1];
    double block[4 * EVENTS];
    thaw_event_arrays arrays;
    for (int i = 0; i < 4 * EVENTS; i++) block[i] = (double)c[i] / 8;
    if (thaw_event_arrays_init(&arrays, sizeof arrays)) return;
    arrays.users = strings_of(offsets[0], c, bytes, n_bytes);
    arrays.items = strings_of(offsets[1], c + (EVENTS + 1), bytes, n_bytes);
    arrays.events = strings_of(offsets[2], c + 2 * (EVENTS + 1), bytes, n_bytes);
    arrays.baskets = strings_of(offsets[3], c + 3 * (EVENTS + 1), bytes, n_bytes);
    c += 4 * (EVENTS + 1);
    arrays.values = numbers_of(block, c);
    arrays.times = numbers_of(block, c + 2);
    thaw_data_add_event_arrays(data, &arrays, c[4] % (EVENTS + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    thaw_data *data, *train, *test;
    thaw_model *model;
    thaw_read_options options;
    if (size < 2 || thaw_data_create(&data, NULL) || thaw_read_options_init(&options, sizeof options)) return 0;
    options.table = bytes[0] % 3;
    options.format = bytes[1] % 3;
    const uint8_t *rest = bytes + 2;
    size -= 2;
    if (bytes[0] < 128) thaw_data_read_buffer(data, rest, (int64_t)size, &options);
    else if (size >= ARRAYS_BYTES) add_arrays(data, rest, rest + ARRAYS_BYTES, size - ARRAYS_BYTES);
    if (thaw_data_split(data, &train, &test, NULL) == THAW_OK) {
        thaw_data_free(train);
        thaw_data_free(test);
    }
    const thaw_config config = shop_config(NULL, 2, 0);
    if (thaw_model_create(&model, &config, data) == THAW_OK) thaw_pretrain_step(model, NULL, data, NULL, 0);
    thaw_model_free(model);
    thaw_data_free(data);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 * Input: bytes of a table. The data that is read is split and used for training. */
#include "little_shop.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    thaw_data *data, *train, *test;
    thaw_model *model;
    thaw_read_options options;
    if (size < 2 || thaw_data_create(&data, NULL) || thaw_read_options_init(&options, sizeof options)) return 0;
    options.table = bytes[0] % 3;
    options.format = bytes[1] % 3;
    thaw_data_read_buffer(data, bytes + 2, (int64_t)size - 2, &options);
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

/* SPDX-License-Identifier: Apache-2.0
 * Input: a setting as "key value". */
#include <string.h>

#include "little_shop.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[128] = "";
    thaw_config config = shop_config(NULL, 2, 0);
    if (size >= sizeof text) return 0;
    memcpy(text, data, size);
    char *space = strchr(text, ' ');
    if (!space) return 0;
    *space = 0;
    thaw_config_set(&config, text, space + 1);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 * Sizes of the public structs by name. tests/headers/layout.sh compares the table with the headers. */
#include <string.h>

#include "thaw/thaw.h"

#define TYPE(type) #type, (int32_t)sizeof(type)

static const struct {
    const char *name;
    int32_t size;
} structs[] = {
    {TYPE(thaw_allocator)},     {TYPE(thaw_parallel)},        {TYPE(thaw_config)},       {TYPE(thaw_event_columns)},
    {TYPE(thaw_string_array)},  {TYPE(thaw_number_array)},    {TYPE(thaw_event_arrays)}, {TYPE(thaw_read_options)},
    {TYPE(thaw_data_info)},     {TYPE(thaw_event_info)},      {TYPE(thaw_event_view)},   {TYPE(thaw_split_options)},
    {TYPE(thaw_clean_options)}, {TYPE(thaw_clean_report)},    {TYPE(thaw_report)},       {TYPE(thaw_model_info)},
    {TYPE(thaw_param_info)},    {TYPE(thaw_event_weighting)}, {TYPE(thaw_event)},        {TYPE(thaw_hit)},
    {TYPE(thaw_query)},
};

int32_t thaw_struct_size(const char *name)
{
    for (size_t k = 0; name && k < sizeof structs / sizeof *structs; k++)
        if (strcmp(name, structs[k].name) == 0) return structs[k].size;
    return 0;
}

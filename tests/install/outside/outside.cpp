// SPDX-License-Identifier: Apache-2.0

// The headers from C++, and a link that resolves everything a program would use.

#include <thaw/thaw.h>
#ifdef USE_SQLITE
#include <thaw/thaw_sqlite.h>
#endif

#include <cstdio>
#include <cstring>

int main()
{
    thaw_data *data = nullptr;
    thaw_model *model = nullptr;
    if (thaw_data_create(&data, nullptr) != THAW_OK) return 1;
    const thaw_status status = thaw_model_create(&model, nullptr, data); // no item: refused, with a reason
    thaw_data_free(data);
#ifdef USE_SQLITE
    if (thaw_sqlite_last_error() == nullptr) return 1;
#endif
    std::printf("%s; %s\n", thaw_build_info(), thaw_last_error());
    return status == THAW_E_RANGE && model == nullptr && std::strlen(thaw_last_error()) > 0 ? 0 : 1;
}

/* SPDX-License-Identifier: Apache-2.0
 * What kind of bytes a table is: compression, delimiter, quotes; and formats that are recognised to refuse them by
 * name. */
#ifndef THAW_DATA_DIALECT_H
#define THAW_DATA_DIALECT_H

#include "table_reader.h"
#include "thaw/thaw.h"

/** THAW_E_FORMAT with the name of the format if bytes begin as Parquet, xlsx, UTF-16 and others do. */
thaw_status thaw__refuse_format(const char *bytes, size_t size);

/** The dialect of a table. A delimiter that options do not give is the one of tab, comma, semicolon and bar that the
 *  first line has most often outside of quotes; of equally many, a comma if the path ends in ".csv" (or ".csv.gz"),
 *  else the first in this order. path: NULL for memory. */
thaw__dialect thaw__dialect_of(const thaw_read_options *options, const char *path, const char *bytes, size_t size);

#endif

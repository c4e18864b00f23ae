/* SPDX-License-Identifier: Apache-2.0
 * Notes on reading: everything that was decided without being asked for. The same note is kept once. */
#ifndef THAW_DATA_NOTES_H
#define THAW_DATA_NOTES_H

#include "data.h"

/** Add a note of at most 255 bytes; longer ones are cut. */
thaw_status thaw__note(thaw_data *data, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

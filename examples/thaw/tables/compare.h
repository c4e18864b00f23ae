/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_CLI_COMPARE_H
#define THAW_CLI_COMPARE_H

/* Comparison functions for qsort() in ascending order. */

int compare_int64(const void *a, const void *b);
int compare_double(const void *a, const void *b);

#endif

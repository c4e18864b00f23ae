/* SPDX-License-Identifier: Apache-2.0
 * Filters: which rows may be recommended. A search tests a row only if its score would put it on the list. */
#ifndef THAW_FILTER_H
#define THAW_FILTER_H

#include <stdint.h>

typedef struct thaw__filter {
    const int64_t *exclude; /* [n_exclude] */
    int64_t n_exclude;
    int ascending;               /* exclude is sorted */
    const int32_t *groups;       /* [rows] only read with allow_groups */
    const int32_t *allow_groups; /* [n_allow_groups]; NULL: all */
    int64_t n_allow_groups;
    const uint8_t *hidden; /* [n_hidden] not 0: never recommended; NULL: none is hidden */
    int64_t n_hidden;
} thaw__filter;

/** Whether rows [n] are in ascending order. */
static inline int thaw__ascends(const int64_t *rows, int64_t n)
{
    for (int64_t k = 1; k < n; k++)
        if (rows[k - 1] > rows[k]) return 0;
    return 1;
}

/** Whether a row is in the exclude list. */
static inline int thaw__is_excluded(const thaw__filter *f, int64_t row)
{
    int64_t low = 0, high = f->n_exclude;
    if (!f->ascending) {
        while (low < high && f->exclude[low] != row) low++;
        return low < high;
    }
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (f->exclude[middle] < row) low = middle + 1;
        else high = middle;
    }
    return low < f->n_exclude && f->exclude[low] == row;
}

/** Whether a row passes the filter. */
static inline int thaw__passes(const thaw__filter *f, int64_t row)
{
    if (row < f->n_hidden && f->hidden[row]) return 0;
    int of_group = !f->allow_groups;
    for (int64_t k = 0; k < f->n_allow_groups && !of_group; k++) of_group = f->allow_groups[k] == f->groups[row];
    return of_group && !thaw__is_excluded(f, row);
}

#endif

/* SPDX-License-Identifier: Apache-2.0
 * The item graph as bytes of a file, about a quarter of its size in memory. Row after row:
 *
 *     u8       n, the number of neighbours, 0 … THAW__NEIGHBOURS; a row of 0 ends here
 *     varint   the first neighbour, then for each other one its distance to the one before, less 1 (LEB128)
 *     u8       columns: bit c is set if column c follows
 *     column   a bitmap of n bits, lowest first: which neighbours have a number that is not 0; then these numbers,
 *              u16 each, little-endian
 *
 * The columns are the numbers of thaw__edge in their order. Without the column of `both` (bit 2), both = after +
 * before, which is so in every ranking without a target; without another column its numbers are 0.
 *
 * A number x in [2^-31, 2) is coded as its float32 without the sign, the three highest bits of the exponent and the 12
 * lowest bits of the mantissa: relative error at most 2^-12. A smaller one is 0.
 */
#ifndef THAW_EDGE_CODES_H
#define THAW_EDGE_CODES_H

#include "item_graph.h"

/** Encode the rows of this many items; the caller frees *out [*size]. */
thaw_status thaw__edge_codes_write(uint8_t **out, int64_t *size, const thaw__item_graph *graph, int64_t items,
                                   const thaw_allocator *a);

/** Decode. THAW_E_FORMAT if the bytes are not such a graph. out is zeroed on error. */
thaw_status thaw__edge_codes_read(thaw__item_graph *out, const uint8_t *bytes, int64_t size, int64_t items,
                                  const thaw_allocator *a);

/** The room for the edges of a catalogue: at rank 64 a file then has at most 1 KB an item. Catalogues of less than
 *  18,725 items have 8 MB, so that small ones keep their lists. */
static inline int64_t thaw__edge_room(int64_t items)
{
    const int64_t of_item = 448, least = 8 << 20;
    return items * of_item > least ? items * of_item : least;
}

/** Make a graph what a file holds. Every number is rounded to one that has a code, up or down at random with the exact
 *  number as the mean, so that many small updates add up. Then the weakest neighbours of long rows are dropped: all
 *  rows are cut to the same number of bytes, as many as `room` for all of them allows. The result is a function of
 *  the graph, the room and the seed. With `additive`, both is set to after + before. */
void thaw__edge_codes_fit(thaw__item_graph *graph, int64_t items, int64_t room, int additive, uint64_t seed);

#endif

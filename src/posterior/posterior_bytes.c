/* SPDX-License-Identifier: Apache-2.0 */
#include "finite.h"
#include "little_endian.h"
#include "posterior.h"

int64_t thaw__posterior_bytes(int32_t rank, int fades)
{
    const int64_t d = rank;
    return (int64_t)sizeof(float) * (2 * d + (fades ? 2 : 1) * d * (d + 1) / 2);
}

static unsigned char *put_triangle(unsigned char *at, const float *M, int32_t d, int64_t stride)
{
    for (int32_t r = 0; r < d; r++) at = thaw__put_floats(at, M + r * stride, r + 1);
    return at;
}

static const unsigned char *get_triangle(const unsigned char *at, thaw__precision M)
{
    thaw__precision_clear(M);
    for (int32_t r = 0; r < M.rank; r++) at = thaw__get_floats(at, M.A + r * M.stride, r + 1);
    thaw__precision_mirror(M);
    return at;
}

void thaw__posterior_write(const thaw__posterior *p, unsigned char *bytes)
{
    unsigned char *at = thaw__put_floats(bytes, p->prior, p->rank);
    at = thaw__put_floats(at, p->mean, p->rank);
    at = put_triangle(at, p->main, p->rank, p->stride);
    if (p->information) put_triangle(at, p->information, p->rank, p->stride);
}

static int is_sound(const thaw__posterior *p)
{
    const int64_t matrix = p->rank * p->stride;
    for (int64_t j = 0; j < p->rank; j++)
        if (p->main[j * p->stride + j] < 0) return 0; /* a variance */
    return thaw__is_finite(p->prior, p->rank) && thaw__is_finite(p->mean, p->rank) &&
           thaw__is_finite(p->main, matrix) && (!p->information || thaw__is_finite(p->information, matrix));
}

int thaw__posterior_read(thaw__posterior *p, const unsigned char *bytes)
{
    float prior[THAW__STRIDE_MAX];
    const unsigned char *at = thaw__get_floats(bytes, prior, p->rank);
    thaw__posterior_set_prior(p, prior);
    at = thaw__get_floats(at, p->mean, p->rank);
    at = get_triangle(at, (thaw__precision){p->main, p->rank, p->stride});
    if (p->information) get_triangle(at, (thaw__precision){p->information, p->rank, p->stride});
    p->form = THAW__COVARIANCE;
    return !is_sound(p);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

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

#define TOLERANCE 1e-3f /* of the eigenvalues of P, which are in (0, 1]: many observations round them */

/* Whether M + ridge I is positive definite, by a factor at `side`. */
static int is_definite(const thaw__posterior *p, const float *M, float ridge)
{
    const thaw__precision A = {p->side, p->rank, p->stride};
    memcpy(p->side, M, (size_t)p->rank * (size_t)p->stride * sizeof *M);
    for (int32_t j = 0; j < p->rank; j++) p->side[j * p->stride + j] += ridge;
    return !thaw__precision_factor(A);
}

/* Whether P can be (I + J)^-1, and J be added to. */
static int is_sound(const thaw__posterior *p)
{
    const int64_t matrix = p->rank * p->stride;
    if (!thaw__is_bounded(p->prior, p->rank) || !thaw__is_bounded(p->mean, p->rank)) return 0;
    if (!thaw__is_bounded(p->main, matrix) || (p->information && !thaw__is_bounded(p->information, matrix))) return 0;
    for (int64_t j = 0; j < p->rank; j++)
        if (p->main[j * p->stride + j] > 1 + TOLERANCE) return 0; /* above the prior variance */
    return is_definite(p, p->main, TOLERANCE) && (!p->information || is_definite(p, p->information, 1));
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

/* SPDX-License-Identifier: Apache-2.0
 * Dot products, the rank-one update of a covariance, and X'X of a few rows. Strides are multiples of
 * THAW__LANES floats: BLOCK registers. */

enum { BLOCK = THAW__LANES / W };

static float dot(int64_t n, const float *x, const float *y)
{
    vec part[4];
    clear(4, part);
    int64_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W)
        UNROLL for (int p = 0; p < 4; p++) part[p] += load_any(x + i + p * W) * load_any(y + i + p * W);
    for (; i + W <= n; i += W) part[0] += load_any(x + i) * load_any(y + i);
    float sum = total((part[0] + part[1]) + (part[2] + part[3]));
    for (; i < n; i++) sum += x[i] * y[i];
    return sum;
}

static void axpy(int64_t n, float a, const float *x, float *y)
{
    int64_t i = 0;
    for (; i + W <= n; i += W) *(vec_any *)(y + i) = load_any(y + i) + a * load_any(x + i);
    for (; i < n; i++) y[i] += a * x[i];
}

static void scale(int64_t n, float a, const float *x, float *y)
{
    for (int64_t i = 0; i < n; i += W) store(y + i, a * load(x + i));
}

/* g = N registers of P x: sum_i x[i] P[i, …], with separate sums of even and odd rows. */
INLINE void times_columns(int N, int64_t d, int64_t stride, const float *P, const float *x, vec *g)
{
    vec even[4], odd[4];
    clear(N, even);
    clear(N, odd);
    int64_t i = 0;
    for (; i + 2 <= d; i += 2) {
        const float *row = P + i * stride;
        UNROLL for (int c = 0; c < N; c++) even[c] += x[i] * load(row + c * W);
        UNROLL for (int c = 0; c < N; c++) odd[c] += x[i + 1] * load(row + stride + c * W);
    }
    if (i < d) UNROLL for (int c = 0; c < N; c++) even[c] += x[i] * load(P + i * stride + c * W);
    UNROLL for (int c = 0; c < N; c++) g[c] = even[c] + odd[c];
}

/* g = P x unless g is NULL; returns x' P x. P is symmetric, so its rows are used as columns. */
INLINE float symmetric_times(int64_t d, int64_t stride, const float *P, const float *x, float *g)
{
    vec s = {0};
    int64_t c = 0;
    while (c < stride) {
        vec part[4];
        const int n = stride - c >= 4 * W ? 4 : BLOCK;
        if (n == 4) times_columns(4, d, stride, P + c, x, part);
        else times_columns(BLOCK, d, stride, P + c, x, part);
        for (int p = 0; p < n; p++, c += W) {
            if (g) store(g + c, part[p]);
            s += part[p] * load(x + c);
        }
    }
    return total(s);
}

/* Rows [n] of BLOCK registers: P[i] -= left[i] right. */
INLINE void subtract_outer(int64_t n, int64_t stride, const float *left, const float *right, float *P)
{
    vec columns[BLOCK];
    UNROLL for (int k = 0; k < BLOCK; k++) columns[k] = load(right + k * W);
    for (int64_t i = 0; i < n; i++) {
        float *row = P + i * stride;
        UNROLL for (int k = 0; k < BLOCK; k++) store(row + k * W, load(row + k * W) - left[i] * columns[k]);
    }
}

/* With h = g / sqrt(1 + s), h[i] h[j] = h[j] h[i] exactly, so P stays exactly symmetric. */
static float rank_one(int64_t d, int64_t stride, float *P, const float *x, float *g)
{
    float h[THAW__STRIDE_MAX] __attribute__((aligned(64)));
    const float s = symmetric_times(d, stride, P, x, g);
    const float scale = 1.0f / sqrtf(1.0f + s);
    for (int64_t c = 0; c < stride; c += W) store(h + c, scale * load(g + c));
    for (int64_t i = 0; i < d; i += THAW__LANES)
        for (int64_t c = 0; c < stride; c += THAW__LANES)
            subtract_outer(d - i < THAW__LANES ? d - i : THAW__LANES, stride, h + i, h + c, P + i * stride + c);
    return s;
}

static float quadratic(int64_t d, int64_t stride, const float *P, const float *x)
{
    return symmetric_times(d, stride, P, x, NULL);
}

/* A product of two entries of X is the same in either order, and b is 1 or -1, so P is exactly symmetric. */
static void crossprod(int64_t n, int64_t d, int64_t stride, float a, float b, const float *X, float *P)
{
    for (int64_t r = 0; r < d; r++)
        for (int64_t c = 0; c < stride; c += THAW__LANES) {
            vec sum[BLOCK];
            const vec at = unit((int)(r % W));
            UNROLL for (int k = 0; k < BLOCK; k++) sum[k] = (r / W == c / W + k ? a : 0) * at;
            for (int64_t e = 0; e < n; e++) {
                const float *x = X + e * stride;
                UNROLL for (int k = 0; k < BLOCK; k++) sum[k] += b * x[r] * load(x + c + k * W);
            }
            UNROLL for (int k = 0; k < BLOCK; k++) store(P + r * stride + c + k * W, sum[k]);
        }
}

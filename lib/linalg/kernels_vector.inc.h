/* SPDX-License-Identifier: Apache-2.0
 * Dot products, scans of the catalogue, and the rank-one update of a covariance. */

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

/* Lane r of the result is dot(row[r], z). */
INLINE vec dots(int64_t stride, const float *const row[W], const float *z)
{
    vec sum[W];
    clear(W, sum);
    for (int64_t c = 0; c < stride; c += W) {
        const vec zc = load(z + c);
        UNROLL for (int r = 0; r < W; r++) sum[r] += load(row[r] + c) * zc;
    }
    return sums(sum);
}

/* Stored in the width that the other kernels load: a load that spans narrower stores waits until they have left the core. */
static void scaled_row(int64_t stride, float a, const float *x, float *row)
{
    for (int64_t i = 0; i < stride; i += W) store(row + i, a * load(x + i));
}

/* W rows at a time; the last rows may be fewer, then the missing ones repeat the last. */
static void scan(int64_t n, int64_t stride, const float *base, const float *table, const float *z, float *out)
{
    for (int64_t i = 0; i < n; i += W) {
        const int64_t here = n - i < W ? n - i : W;
        const float *row[W];
        UNROLL for (int r = 0; r < W; r++) row[r] = table + (i + (r < here ? r : here - 1)) * stride;
        const vec d = dots(stride, row, z);
        if (here == W)
            *(vec_any *)(out + i) = load_any(base + i) + d;
        else
            for (int64_t r = 0; r < here; r++) out[i + r] = base[i + r] + d[r];
    }
}

/* N registers of P x, from column c on: sum_i x[i] P[i, c …], even and odd rows in their own sums. */
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
    if (i < d)
        UNROLL for (int c = 0; c < N; c++) even[c] += x[i] * load(P + i * stride + c * W);
    UNROLL for (int c = 0; c < N; c++) g[c] = even[c] + odd[c];
}

/* g = P x if g is given; returns x' P x. P is symmetric in full, so rows serve as columns. */
INLINE float symmetric_times(int64_t d, int64_t stride, const float *P, const float *x, float *g)
{
    vec s = {0};
    int64_t c = 0;
    while (c < stride) {
        vec part[4];
        const int n = stride - c >= 4 * W ? 4 : 1;
        if (n == 4)
            times_columns(4, d, stride, P + c, x, part);
        else
            times_columns(1, d, stride, P + c, x, part);
        for (int p = 0; p < n; p++, c += W) {
            if (g) store(g + c, part[p]);
            s += part[p] * load(x + c);
        }
    }
    return total(s);
}

/* With h = g / sqrt(1 + s) both h[i] h[j] and h[j] h[i] are one product: P stays symmetric to the last bit. */
static float rank_one(int64_t d, int64_t stride, float *P, const float *x, float *g)
{
    float h[THAW__STRIDE_MAX] __attribute__((aligned(64)));
    const float s = symmetric_times(d, stride, P, x, g);
    const float scale = 1.0f / sqrtf(1.0f + s);
    for (int64_t c = 0; c < stride; c += W) store(h + c, scale * load(g + c));
    for (int64_t i = 0; i < d; i++)
        for (int64_t c = 0; c < stride; c += W)
            store(P + i * stride + c, load(P + i * stride + c) - h[i] * load(h + c));
    return s;
}

static float quadratic(int64_t d, int64_t stride, const float *P, const float *x)
{
    return symmetric_times(d, stride, P, x, NULL);
}

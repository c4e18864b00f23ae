/* SPDX-License-Identifier: Apache-2.0
 * The ridge dual of W users at once, one user per lane: the scalar algorithm, with a register for every number.
 *
 * Rows are transposed in slabs of W columns, so that X[k, c] of all users is one register and a slab fits into the L1
 * cache:
 *     X [n + 4][W] registers, rows from n on zero;   G [n + 1][n + 4] registers, upper triangle;   a [n] registers
 * The sizes are padded so that the Gram matrix is summed in tiles of 2 x 4 without a tail.
 */

enum { GRAM_ROWS = 2, GRAM_COLUMNS = 4 };

/* X[k, c] = columns c0 … c0 + W of row k of every user. */
INLINE void transpose_rows(int64_t n, int64_t stride, int64_t c0, const float *table, const int64_t *rows, vec *X)
{
    for (int64_t k = 0; k < n; k++) {
        vec part[W];
        UNROLL for (int u = 0; u < W; u++) part[u] = load(table + rows[u * n + k] * stride + c0);
        transpose(part);
        UNROLL for (int c = 0; c < W; c++) X[k * W + c] = part[c];
    }
}

/* G[i, j] += sum_c X[i, c] X[j, c] over the slab, for the upper triangle and the rest of its tiles. */
INLINE void add_gram(int64_t n, const vec *X, vec *G)
{
    const int64_t ld = n + GRAM_COLUMNS;
    for (int64_t i = 0; i < n; i += GRAM_ROWS)
        for (int64_t j = i; j < n; j += GRAM_COLUMNS) {
            vec sum[GRAM_ROWS][GRAM_COLUMNS];
            UNROLL for (int r = 0; r < GRAM_ROWS; r++) UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) sum[r][q] =
                G[(i + r) * ld + j + q];
            for (int c = 0; c < W; c++)
                UNROLL for (int r = 0; r < GRAM_ROWS; r++) UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) sum[r][q] +=
                    X[(i + r) * W + c] * X[(j + q) * W + c];
            UNROLL for (int r = 0; r < GRAM_ROWS; r++) UNROLL for (int q = 0; q < GRAM_COLUMNS; q++)
                G[(i + r) * ld + j + q] = sum[r][q];
        }
}

/* out[k] = value k of every user, from [W, n]. */
INLINE void transpose_values(int64_t n, const float *values, vec *out)
{
    for (int64_t k = 0; k < n; k++) UNROLL for (int u = 0; u < W; u++) out[k][u] = values[u * n + k];
}

/* G <- I + S G S, then L D L' with forward substitution, then back substitution:
 *     row_k -= (G[i,k] / d_i) row_i,  a_k -= (G[i,k] / d_i) a_i  for k > i
 *     a_i <- (a_i - sum_{j>i} G[i,j] a_j) / d_i */
INLINE void solve_lanes(int64_t n, const vec *scale, vec *G, vec *a)
{
    const int64_t ld = n + GRAM_COLUMNS;
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = i; j < n; j++) G[i * ld + j] *= scale[i] * scale[j];
        G[i * ld + i] += 1.0f;
    }
    for (int64_t i = 0; i < n; i++) {
        const vec inverse = 1.0f / G[i * ld + i];
        for (int64_t k = i + 1; k < n; k++) {
            const vec f = G[i * ld + k] * inverse;
            for (int64_t j = k; j < n; j++) G[k * ld + j] -= f * G[i * ld + j];
            a[k] -= f * a[i];
        }
    }
    for (int64_t i = n - 1; i >= 0; i--) {
        vec rest = a[i];
        for (int64_t j = i + 1; j < n; j++) rest -= G[i * ld + j] * a[j];
        a[i] = rest / G[i * ld + i];
    }
}

enum { COLUMNS = WIDTH < 16 ? 8 : 4 }; /* registers that combine_rows() sums at once */

/* z = sum_k weight[k W] table row rows[k], N registers of columns. */
INLINE void combine_columns(int N, int64_t n, int64_t stride, const float *table, const int64_t *rows,
                            const float *weight, float *z)
{
    vec sum[COLUMNS];
    clear(N, sum);
    for (int64_t k = 0; k < n; k++) {
        const float *row = table + rows[k] * stride;
        UNROLL for (int c = 0; c < N; c++) sum[c] += weight[k * W] * load(row + c * W);
    }
    UNROLL for (int c = 0; c < N; c++) store(z + c * W, sum[c]);
}

/* z_u = sum_k a[k][u] table row rows[u n + k] */
INLINE void combine_rows(int64_t n, int64_t stride, const float *table, const int64_t *rows, const vec *a, float *z)
{
    const float *weight = (const float *)a;
    for (int u = 0; u < W; u++, rows += n, z += stride) {
        int64_t c = 0;
        for (; c + COLUMNS * W <= stride; c += COLUMNS * W)
            combine_columns(COLUMNS, n, stride, table + c, rows, weight + u, z + c);
        for (; c < stride; c += THAW__LANES) combine_columns(BLOCK, n, stride, table + c, rows, weight + u, z + c);
    }
}

/* W users, one per lane. */
static void solve_in_lanes(int64_t n, int64_t stride, const float *table, const int64_t *rows, const float *scale,
                           const float *t, float *z, float *scratch)
{
    vec *G = (vec *)scratch;
    vec *X = G + (n + 1) * (n + GRAM_COLUMNS);
    vec *a = X + (n + GRAM_COLUMNS) * W;
    vec *s = a + n;
    memset(scratch, 0, (size_t)((n + 1) * (n + GRAM_COLUMNS) + (n + GRAM_COLUMNS) * W) * sizeof(vec));
    for (int64_t c0 = 0; c0 < stride; c0 += W) {
        transpose_rows(n, stride, c0, table, rows, X);
        add_gram(n, X, G);
    }
    transpose_values(n, scale, s);
    transpose_values(n, t, a);
    solve_lanes(n, s, G, a);
    for (int64_t k = 0; k < n; k++) a[k] *= s[k];
    combine_rows(n, stride, table, rows, a, z);
}

/* One user by ridge_dual; z is NaN if it fails. */
static void solve_alone(int64_t n, int64_t stride, const float *table, const int64_t *rows, const float *scale,
                        const float *t, float *z, float *scratch)
{
    const int64_t ld = (n + 16) / 16 * 16;
    float *X = scratch, *G = X + n * stride, *a = G + ld * ld;
    for (int64_t k = 0; k < n; k++)
        for (int64_t c = 0; c < stride; c += W)
            store(X + k * stride + c, scale[k] * load(table + rows[k] * stride + c));
    memcpy(a, t, (size_t)n * sizeof *a);
    memset(z, 0, (size_t)stride * sizeof *z);
    if (ridge_dual(n, stride, X, G, ld, a, z) != 0)
        for (int64_t c = 0; c < stride; c++) z[c] = NAN;
}

static void ridge_dual16(int64_t n, int64_t stride, const float *table, const int64_t *rows, const float *scale,
                         const float *t, float *z, float *scratch)
{
    if (n <= THAW__LANES_MAX)
        for (int64_t u = 0; u < THAW__LANES; u += W)
            solve_in_lanes(n, stride, table, rows + u * n, scale + u * n, t + u * n, z + u * stride, scratch);
    else
        for (int64_t u = 0; u < THAW__LANES; u++)
            solve_alone(n, stride, table, rows + u * n, scale + u * n, t + u * n, z + u * stride, scratch);
}

/* ------------------------------------------------------------------------------------------ explained variance of
 * rows */

enum { GROUPS = WIDTH < 16 ? 2 : 1, AT_ONCE = GROUPS * WIDTH }; /* two registers hide the latency of a division */

/* v[k] = row k of X times AT_ONCE rows, which x has by columns. */
INLINE void times_rows(int64_t n, int64_t stride, const float *X, vec (*x)[GROUPS], vec (*v)[GROUPS])
{
    for (int64_t k = 0; k < n; k += GRAM_COLUMNS) {
        const float *row[GRAM_COLUMNS];
        vec sum[GRAM_COLUMNS][GROUPS];
        UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) row[q] = X + (k + q < n ? k + q : n - 1) * stride;
        UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) clear(GROUPS, sum[q]);
        for (int64_t c = 0; c < stride; c++)
            UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) UNROLL for (int g = 0; g < GROUPS; g++) sum[q][g] +=
                row[q][c] * x[c][g];
        UNROLL for (int q = 0; q < GRAM_COLUMNS; q++) UNROLL for (int g = 0; g < GROUPS; g++) v[k + q][g] = sum[q][g];
    }
}

/* |v|^2 for AT_ONCE rows x, one per lane, where U' v = X x is solved by forward substitution. */
static void explain(int64_t n, int64_t stride, const float *X, const float *U, int64_t ldu, const float *const *rows,
                    float *out)
{
    vec x[THAW__STRIDE_MAX][GROUPS], v[THAW__DUAL_MAX + GRAM_COLUMNS][GROUPS], sum[GROUPS];
    for (int g = 0; g < GROUPS; g++)
        for (int64_t c = 0; c < stride; c += W) {
            vec part[W];
            UNROLL for (int r = 0; r < W; r++) part[r] = load(rows[g * W + r] + c);
            transpose(part);
            UNROLL for (int r = 0; r < W; r++) x[c + r][g] = part[r];
        }
    times_rows(n, stride, X, x, v);
    clear(GROUPS, sum);
    for (int64_t i = 0; i < n; i++) {
        UNROLL for (int g = 0; g < GROUPS; g++) v[i][g] /= U[i * ldu + i], sum[g] += v[i][g] * v[i][g];
        for (int64_t j = i + 1; j < n; j++) UNROLL for (int g = 0; g < GROUPS; g++) v[j][g] -= U[i * ldu + j] * v[i][g];
    }
    UNROLL for (int g = 0; g < GROUPS; g++) * (vec_any *)(out + g * W) = sum[g];
}

static void explained16(int64_t n, int64_t stride, const float *X, const float *U, int64_t ldu,
                        const float *const *rows, float *out)
{
    for (int first = 0; first < THAW__LANES; first += AT_ONCE) explain(n, stride, X, U, ldu, rows + first, out + first);
}

/* SPDX-License-Identifier: Apache-2.0
 * Cholesky and inverse of small systems, in blocks of W x W; a block is W registers.
 *
 * G = U' U with U upper; a register has part of a row. A diagonal block is eliminated in registers and its triangle is
 * inverted once (V = U_jj^-T, lower). The rest is products with V and sums of outer products, without chains of
 * dependent divisions. Columns to the right of G can be included: C becomes U^-T C, so a right-hand side stored as one
 * more column is solved forward. Rows and lanes beyond the system are undefined; they do not affect results.
 */

enum { DUAL_BLOCKS = THAW__DUAL_MAX / W, SMALL = THAW__SMALL_MAX };

/* sum[r] += sum_{p<n} A[p, r] B[p, …W]        A and B point at their first column */
INLINE void add_products(vec sum[W], int64_t n, const float *A, const float *B, int64_t ld)
{
    for (int64_t p = 0; p < n; p++) {
        const vec b = load(B + p * ld);
        UNROLL for (int r = 0; r < W; r++) sum[r] += A[p * ld + r] * b;
    }
}

/* row <- V row with V [W, W] lower triangular, from the last row up. */
INLINE void lower_times(const float *V, vec row[W])
{
    UNROLL for (int i = W - 1; i >= 0; i--)
    {
        vec sum = V[i * W] * row[0];
        UNROLL for (int p = 1; p <= i; p++) sum += V[i * W + p] * row[p];
        row[i] = sum;
    }
}

/* L D L' in registers, n pivots; the same row operations on the identity give L^-1:
 *     d_i = row_i[i],   row_p -= (row_i[p] / d_i) row_i,   inverse_p -= (row_i[p] / d_i) inverse_i   for p > i.
 * Returns d, in lanes. */
INLINE vec eliminate(int64_t n, vec row[W], vec inverse[W])
{
    vec d = {0};
    UNROLL for (int i = 0; i < W; i++)
    {
        if (i == n) break;
        const vec pivot = lane(row[i], i), scaled = row[i] / pivot;
        d = with_lane(d, i, pivot);
        UNROLL for (int p = i + 1; p < W; p++)
        {
            row[p] -= lane(scaled, p) * row[i];
            inverse[p] -= lane(scaled, p) * inverse[i];
        }
    }
    return d;
}

/* Factor the diagonal block at j, of n rows. A pivot that is not positive and finite makes U[i,i] not finite. */
INLINE void factor_diagonal(int64_t n, int64_t j, float *G, int64_t ld, float *V)
{
    float *block = G + j * ld + j;
    vec row[W], inverse[W], sum[W];
    clear(W, sum);
    add_products(sum, j, G + j, G + j, ld);
    UNROLL for (int i = 0; i < W; i++) row[i] = load(block + i * ld) - sum[i];
    UNROLL for (int i = 0; i < W; i++) inverse[i] = unit(i);
    const vec s = 1.0f / root(eliminate(n, row, inverse));
    UNROLL for (int i = 0; i < W; i++)
    {
        if (i == n) break;
        store(block + i * ld, row[i] * lane(s, i));
        store(V + i * W, inverse[i] * lane(s, i));
    }
}

/* Factor the block at row j, column c > j:  U_jc = V_j (G_jc - sum_p U_pj' U_pc) */
INLINE void factor_beside(int64_t j, int64_t c, float *G, int64_t ld, const float *V)
{
    vec row[W], sum[W];
    clear(W, sum);
    add_products(sum, j, G + j, G + c, ld);
    UNROLL for (int i = 0; i < W; i++) row[i] = load(G + (j + i) * ld + c) - sum[i];
    lower_times(V, row);
    UNROLL for (int i = 0; i < W; i++) store(G + (j + i) * ld + c, row[i]);
}

/* U in the upper triangle of the first n columns of G, U^-T C in the columns n … m; V [blocks][W, W]. */
static void factor(int64_t n, int64_t m, float *G, int64_t ld, float *V)
{
    for (int64_t j = 0; j < n; j += W) {
        factor_diagonal(n - j < W ? n - j : W, j, G, ld, V + j * W);
        for (int64_t c = j + W; c < m; c += W) factor_beside(j, c, G, ld, V + j * W);
    }
}

/* sum_{c>j} U_jc z_c */
INLINE vec times_beside(int64_t j, int64_t n, const float *G, int64_t ld, const float *z)
{
    vec part[W];
    clear(W, part);
    for (int64_t c = j + W; c < n; c += W)
        UNROLL for (int i = 0; i < W; i++) part[i] += load(G + (j + i) * ld + c) * load(z + c);
    return sums(part);
}

/* U x = z in place, from the last block up:  x_j = V_j' (z_j - sum_{c>j} U_jc x_c).   z [whole blocks] */
static void solve_upper(int64_t n, const float *G, int64_t ld, const float *V, float *z)
{
    for (int64_t j = (n - 1) / W * W; j >= 0; j -= W) {
        vec rest = load(z + j), x = {0};
        if (j + W < n) rest -= times_beside(j, n, G, ld, z);
        UNROLL for (int i = 0; i < W; i++)
        {
            if (j + i == n) break;
            x += lane(rest, i) * load(V + (j + i) * W);
        }
        store(z + j, x);
    }
}

/* ------------------------------------------------------------------------------------------------- the ridge dual */

enum { TILE = W / 4 }; /* W dot products at once: TILE rows times 4 rows, with one register of sums each */

/* G[i + r, j + q] = dot(x_{i+r}, x_{j+q}), r < TILE, q < 4. Rows beyond n repeat the last one. */
INLINE void gram_tile(int64_t i, int64_t j, int64_t n, int64_t stride, const float *X, float *G, int64_t ld)
{
    const float *a[TILE], *b[4];
    UNROLL for (int r = 0; r < TILE; r++) a[r] = X + (i + r < n ? i + r : n - 1) * stride;
    UNROLL for (int q = 0; q < 4; q++) b[q] = X + (j + q < n ? j + q : n - 1) * stride;
    vec sum[W];
    clear(W, sum);
    for (int64_t c = 0; c < stride; c += W)
        UNROLL for (int r = 0; r < TILE; r++) UNROLL for (int q = 0; q < 4; q++) sum[4 * r + q] +=
            load(a[r] + c) * load(b[q] + c);
    const vec tile = sums(sum);
    UNROLL for (int r = 0; r < TILE; r++) memcpy(G + (i + r) * ld + j, (const float *)&tile + 4 * r, 4 * sizeof *G);
}

/* The upper triangle of I + X X', and t as column n. */
INLINE void gram(int64_t n, int64_t stride, const float *X, const float *t, float *G, int64_t ld)
{
    for (int64_t i = 0; i < n; i++) store(G + i * ld + n / W * W, (vec){0}); /* lanes that are not in a tile */
    for (int64_t i = 0; i < n; i += TILE)
        for (int64_t j = i & ~INT64_C(3); j < n; j += 4) gram_tile(i, j, n, stride, X, G, ld);
    for (int64_t i = 0; i < n; i++) {
        G[i * ld + i] += 1.0f;
        G[i * ld + n] = t[i];
    }
}

/* z += sum_k a[k] x_k */
INLINE void add_rows(int64_t n, int64_t stride, const float *X, const float *a, float *z)
{
    int64_t c = 0;
    for (; c + 4 * W <= stride; c += 4 * W) {
        vec sum[4];
        UNROLL for (int q = 0; q < 4; q++) sum[q] = load(z + c + q * W);
        for (int64_t k = 0; k < n; k++)
            UNROLL for (int q = 0; q < 4; q++) sum[q] += a[k] * load(X + k * stride + c + q * W);
        UNROLL for (int q = 0; q < 4; q++) store(z + c + q * W, sum[q]);
    }
    for (; c < stride; c += W) {
        vec sum = load(z + c);
        for (int64_t k = 0; k < n; k++) sum += a[k] * load(X + k * stride + c);
        store(z + c, sum);
    }
}

/* One row: t <- t / (1 + |x|^2). */
INLINE int ridge_one(int64_t stride, const float *x, float *G, float *t, float *z)
{
    const float g = 1 + dot(stride, x, x);
    G[0] = sqrtf(g);
    t[0] /= g;
    axpy(stride, t[0], x, z);
    return (t[0] + G[0]) * 0 != 0;
}

static int ridge_dual(int64_t n, int64_t stride, const float *X, float *G, int64_t ld, float *t, float *z)
{
    if (n == 0) return 0;
    if (n == 1) return ridge_one(stride, X, G, t, z);
    float V[DUAL_BLOCKS * W * W] __attribute__((aligned(64)));
    float a[THAW__DUAL_MAX] __attribute__((aligned(64)));
    gram(n, stride, X, t, G, ld);
    factor(n, n + 1, G, ld, V);

    store(a + n / W * W - (n % W == 0) * W, (vec){0});
    for (int64_t k = 0; k < n; k++) a[k] = G[k * ld + n];
    solve_upper(n, G, ld, V, a);

    float probe = 0.0f; /* x * 0 is 0 for every finite x, and NaN otherwise */
    for (int64_t k = 0; k < n; k++) {
        t[k] = a[k];
        probe += (a[k] + G[k * ld + k]) * 0.0f;
    }
    add_rows(n, stride, X, a, z);
    return probe != 0.0f;
}

/* -------------------------------------------------------------------------------------- thaw__potrf, thaw__potri */

/* to[c, r] = from[r, c] for one block, at any alignment. */
INLINE void transpose_block(const float *from, int64_t ld_from, float *to, int64_t ld_to)
{
    vec row[W];
    UNROLL for (int r = 0; r < W; r++) row[r] = load_any(from + r * ld_from);
    transpose(row);
    UNROLL for (int r = 0; r < W; r++) * (vec_any *)(to + r * ld_to) = row[r];
}

/* U = L' in a buffer of whole blocks: block by block, then the remaining rows of L. */
INLINE void read_lower(int64_t n, const float *L, int64_t ldl, float *U, int64_t ld)
{
    memset(U, 0, (size_t)(ld * ld) * sizeof *U);
    int64_t i = 0;
    for (; i + W <= n; i += W)
        for (int64_t j = 0; j <= i; j += W) transpose_block(L + i * ldl + j, ldl, U + j * ld + i, ld);
    for (; i < n; i++)
        for (int64_t j = 0; j <= i; j++) U[j * ld + i] = L[i * ldl + j];
}

/* L = U': whole blocks left of the diagonal, then the rest of each row. The strict upper triangle of L does not
 * change. */
INLINE void write_lower(int64_t n, const float *U, int64_t ld, float *L, int64_t ldl)
{
    for (int64_t i = 0; i + W <= n; i += W)
        for (int64_t j = 0; j < i; j += W) transpose_block(U + j * ld + i, ld, L + i * ldl + j, ldl);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i < n / W * W ? i / W * W : 0; j <= i; j++) L[i * ldl + j] = U[j * ld + i];
}

INLINE int64_t whole_blocks(int64_t n)
{
    return (n + W - 1) / W * W;
}

static int64_t small_potrf(int64_t n, float *A, int64_t lda)
{
    float U[SMALL * SMALL] __attribute__((aligned(64)));
    float V[SMALL * W] __attribute__((aligned(64)));
    const int64_t ld = whole_blocks(n);
    read_lower(n, A, lda, U, ld);
    factor(n, n, U, ld, V);
    for (int64_t i = 0; i < n; i++)
        if (!(U[i * ld + i] <= FLT_MAX)) return i + 1;
    write_lower(n, U, ld, A, lda);
    return 0;
}

/* V = U^-T of the first n rows of a diagonal block, by rows: V_i = (e_i - sum_{p<i} U[p,i] V_p) s_i, s_i = 1 /
 * U[i,i] */
INLINE void invert_block(int64_t n, const float *U, int64_t ld, vec s, float *V)
{
    vec row[W];
    UNROLL for (int i = 0; i < W; i++) row[i] = unit(i);
    UNROLL for (int i = 0; i < W; i++)
    {
        if (i == n) break;
        row[i] *= lane(s, i);
        store(V + i * W, row[i]);
        UNROLL for (int p = i + 1; p < W; p++) row[p] -= U[i * ld + p] * row[i];
    }
}

/* M = U^-T, lower, by blocks:  M_jj = V_j,  M_jc = -V_j sum_{c<=p<j} U_pj' M_pc.   Returns the k of thaw__potrf. */
INLINE int64_t invert_upper(int64_t n, const float *U, int64_t ld, float *M)
{
    for (int64_t j = 0; j < n; j += W) {
        const int64_t rows = n - j < W ? n - j : W;
        float s[W] __attribute__((aligned(64))) = {0}, V[W * W] __attribute__((aligned(64)));
        for (int64_t i = 0; i < rows; i++) {
            const float d = U[(j + i) * ld + j + i];
            if (!(d > 0.0f && d <= FLT_MAX)) return j + i + 1;
            s[i] = 1.0f / d;
        }
        invert_block(rows, U + j * ld + j, ld, load(s), V);
        for (int64_t c = 0; c < j; c += W) {
            vec sum[W];
            clear(W, sum);
            add_products(sum, j - c, U + c * ld + j, M + c * ld + c, ld);
            lower_times(V, sum);
            for (int64_t i = 0; i < rows; i++) store(M + (j + i) * ld + c, -sum[i]);
        }
        for (int64_t i = 0; i < rows; i++) store(M + (j + i) * ld + j, load(V + i * W));
    }
    return 0;
}

/* A^-1 = M' M by blocks; rows p < max(i, c) are 0 in one of the two factors. */
static int64_t small_potri(int64_t n, float *A, int64_t lda)
{
    float U[SMALL * SMALL] __attribute__((aligned(64)));
    float M[SMALL * SMALL] __attribute__((aligned(64)));
    const int64_t ld = whole_blocks(n);
    read_lower(n, A, lda, U, ld);
    const int64_t bad = invert_upper(n, U, ld, M);
    if (bad) return bad;
    for (int64_t i = 0; i < n; i += W)
        for (int64_t c = 0; c < n; c += W) {
            const int64_t p = i > c ? i : c;
            vec sum[W];
            clear(W, sum);
            add_products(sum, n - p, M + p * ld + i, M + p * ld + c, ld);
            for (int64_t r = 0; r < W; r++) store(U + (i + r) * ld + c, sum[r]);
        }
    for (int64_t i = 0; i < n; i++) memcpy(A + i * lda, U + i * ld, (size_t)n * sizeof *A);
    return 0;
}

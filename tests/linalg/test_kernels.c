/* SPDX-License-Identifier: Apache-2.0
 * Every kernel variant that this CPU supports, against its formula in float64. */
#include "kernels.h"
#include "linalg_ref.h"
#include "matrices.h"

static const char *const names[] = {"portable", "avx2", "avx512"};
enum { N_VARIANTS = 3 };

static const int64_t strides[] = {16, 32, 48, 64, 128, 256};
static const int64_t events[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 20, 31, 32, 33, 47, 48, 64};
enum { N_STRIDES = sizeof strides / sizeof *strides, N_EVENTS = sizeof events / sizeof *events };

/* Rows of d < stride columns, zero padded. Small enough that I + X X' stays well conditioned. */
static float *padded(int64_t n, int64_t d, int64_t stride, float sd, uint64_t seed)
{
    float *X = normals(n * stride, seed);
    for (int64_t i = 0; i < n * stride; i++) X[i] = i % stride < d ? sd * X[i] : 0.0f;
    return X;
}

/* The primal in float64: z = z0 + (I + X' X)^-1 X' t, which the dual must equal. */
static void primal(int64_t n, int64_t d, const float *X, const float *t, float *z)
{
    double *A = calloc((size_t)(d * d), sizeof *A), *b = calloc((size_t)d, sizeof *b);
    for (int64_t i = 0; i < d; i++) A[i * d + i] = 1.0;
    for (int64_t k = 0; k < n; k++)
        for (int64_t i = 0; i < d; i++) {
            b[i] += (double)t[k] * (double)X[k * d + i];
            for (int64_t j = 0; j <= i; j++) A[i * d + j] += (double)X[k * d + i] * (double)X[k * d + j];
        }
    ck_assert_int_eq(thaw__ref_potrf64(d, A, d), 0);
    ck_assert_int_eq(thaw__ref_potri64(d, A, d), 0);
    for (int64_t i = 0; i < d; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < d; j++) sum += A[i * d + j] * b[j];
        z[i] += (float)sum;
    }
    free(A), free(b);
}

/* U' U = I + X X', from the upper triangle of G. */
static void check_factor(int64_t n, int64_t stride, const float *X, const float *G, int64_t ld)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i; j < n; j++) {
            double expected = i == j ? 1.0 : 0.0, have = 0.0;
            for (int64_t c = 0; c < stride; c++) expected += (double)X[i * stride + c] * (double)X[j * stride + c];
            for (int64_t p = 0; p <= i; p++) have += (double)G[p * ld + i] * (double)G[p * ld + j];
            ck_assert_double_eq_tol(have, expected, 1e-5 * (1.0 + fabs(expected)));
        }
}

static void check_dual(const thaw__kernels *k, int64_t n, int64_t d, int64_t stride)
{
    const int64_t ld = (n + 16) / 16 * 16;
    float *X = padded(n, d, stride, 0.3f, 1), *G = normals(ld * ld, 2), *t = normals(n, 3), *z = normals(stride, 4);
    float *truth = copy_of(z, stride), *t0 = copy_of(t, n);
    for (int64_t i = 0; i < ld * ld; i++) G[i] = NAN; /* must not be read before it is written */
    primal(n, stride, X, t, truth);
    ck_assert_int_eq(k->ridge_dual(n, stride, X, G, ld, t, z), 0);
    assert_close(z, truth, stride, 2e-5, "dual against primal");
    check_factor(n, stride, X, G, ld);
    for (int64_t i = 0; i < n; i++) { /* G t = t0 */
        double sum = (double)t[i];
        for (int64_t j = 0; j < n; j++)
            for (int64_t c = 0; c < stride; c++)
                sum += (double)X[i * stride + c] * (double)X[j * stride + c] * (double)t[j];
        ck_assert_double_eq_tol(sum, (double)t0[i], 1e-4);
    }
    free(X), free(G), free(t), free(z), free(truth), free(t0);
}

START_TEST(dual_equals_primal)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int s = 0; s < N_STRIDES; s++)
        for (int e = 0; e < N_EVENTS; e++) check_dual(k, events[e], strides[s] - 3, strides[s]);
    check_dual(k, 200, 64, 64);
    check_dual(k, 256, 256, 256);
}
END_TEST

START_TEST(dual_refuses_numbers_that_are_not_finite)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    const float bad[] = {NAN, INFINITY, -INFINITY, 1e30f};
    for (int64_t n = 1; n <= 40; n += 13)
        for (int b = 0; b < 4; b++)
            for (int into_t = 0; into_t < (b < 3 ? 2 : 1); into_t++) {
                const int64_t ld = (n + 16) / 16 * 16;
                float *X = padded(n, 32, 32, 0.3f, 1), *G = normals(ld * ld, 2), *t = normals(n, 3),
                      *z = normals(32, 4);
                if (into_t) t[n / 2] = bad[b];
                else X[(n - 1) * 32 + 7] = bad[b];
                ck_assert_int_eq(k->ridge_dual(n, 32, X, G, ld, t, z), 1);
                free(X), free(G), free(t), free(z);
            }
}
END_TEST

/* Sixteen users; user u has n - u % 3 events and padding. */
static void check_many(const thaw__kernels *k, int64_t n, int64_t stride)
{
    const int64_t items = 50, d = stride - 1, ld = (n + 16) / 16 * 16, users = THAW__LANES;
    float *table = padded(items, d, stride, 0.3f, 1), *scale = normals(users * n, 2), *t = normals(users * n, 3);
    float *z = normals(users * stride, 4), *scratch = normals(thaw__many_scratch(n, stride), 5);
    int64_t *rows = calloc((size_t)(users * n + 1), sizeof *rows);
    for (int64_t i = 0; i < users * n; i++) {
        rows[i] = (int64_t)(thaw__rng_bits(6, 77, (uint64_t)i) % (uint64_t)items);
        if (i % n >= n - i / n % 3) scale[i] = 0.0f;
    }
    k->ridge_dual16(n, stride, table, rows, scale, t, z, scratch);

    float *X = normals(n * stride, 7), *G = normals(ld * ld, 8), *single = normals(stride, 9);
    for (int64_t u = 0; u < users; u++) {
        const int64_t own = n - u % 3 > 0 ? n - u % 3 : 0;
        for (int64_t e = 0; e < own; e++)
            for (int64_t c = 0; c < stride; c++)
                X[e * stride + c] = scale[u * n + e] * table[rows[u * n + e] * stride + c];
        memset(single, 0, (size_t)stride * sizeof *single);
        ck_assert_int_eq(k->ridge_dual(own, stride, X, G, ld, t + u * n, single), 0);
        assert_close(z + u * stride, single, stride, 2e-5, "sixteen users against one");
    }
    free(table), free(scale), free(t), free(z), free(scratch), free(rows), free(X), free(G), free(single);
}

START_TEST(sixteen_users_equal_one_by_one)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int s = 0; s < N_STRIDES; s++)
        for (int e = 0; e < N_EVENTS; e++) check_many(k, events[e], strides[s]);
}
END_TEST

/* After d observations one by one, P is the inverse of I + sum x x' and symmetric. */
START_TEST(rank_one_updates_equal_a_new_solve)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int s = 0; s < N_STRIDES - 1; s++) {
        const int64_t stride = strides[s], d = stride - s, n = 20;
        float *X = padded(n, d, stride, 0.3f, 1), *P = padded(d, 0, stride, 0.0f, 2), *g = normals(stride, 3);
        for (int64_t i = 0; i < d; i++) P[i * stride + i] = 1.0f;
        double *A = calloc((size_t)(d * d), sizeof *A);
        for (int64_t i = 0; i < d; i++) A[i * d + i] = 1.0;
        for (int64_t e = 0; e < n; e++) {
            const float *x = X + e * stride;
            const float form = k->quadratic(d, stride, P, x), returned = k->rank_one(d, stride, P, x, g);
            ck_assert_float_eq_tol(form, returned, 1e-5f * (1.0f + fabsf(returned)));
            for (int64_t i = 0; i < d; i++)
                for (int64_t j = 0; j < d; j++) A[i * d + j] += (double)x[i] * (double)x[j];
        }
        ck_assert_int_eq(thaw__ref_potrf64(d, A, d), 0);
        ck_assert_int_eq(thaw__ref_potri64(d, A, d), 0);
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < stride; j++) {
                ck_assert_double_eq_tol((double)P[i * stride + j], j < d ? A[i * d + j] : 0.0, 1e-5);
                if (j < d) ck_assert(P[i * stride + j] == P[j * stride + i]);
            }
        free(X), free(P), free(g), free(A);
    }
}
END_TEST

START_TEST(rank_one_returns_p_x_of_the_old_covariance)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    float *P = normals(48 * 48, 1), *x = normals(48, 2), *g = normals(48, 3), *truth = normals(48, 3);
    make_positive(48, P, 48);
    thaw__ref_gemv(48, 48, 1.0f, P, 48, x, 0.0f, truth);
    k->rank_one(48, 48, P, x, g);
    assert_close(g, truth, 48, rounding(48), "P x");
    free(P), free(x), free(g), free(truth);
}
END_TEST

START_TEST(crossprod_is_a_i_plus_b_x_x_and_symmetric)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int s = 0; s < N_STRIDES; s++)
        for (int e = 0; e < N_EVENTS && events[e] <= 64; e++) {
            const int64_t stride = strides[s], d = stride - s, n = events[e];
            const float a = (float)(s % 2), b = e % 2 ? 1.0f : -1.0f;
            float *X = padded(n, d, stride, 0.3f, 1), *P = normals(d * stride, 2);
            k->crossprod(n, d, stride, a, b, X, P);
            for (int64_t i = 0; i < d; i++)
                for (int64_t j = 0; j < stride; j++) {
                    double truth = i == j ? (double)a : 0;
                    for (int64_t r = 0; r < n; r++)
                        truth += (double)b * (double)X[r * stride + i] * (double)X[r * stride + j];
                    ck_assert_double_eq_tol((double)P[i * stride + j], truth, 1e-5);
                    if (j < d) ck_assert(P[i * stride + j] == P[j * stride + i]);
                }
            free(X), free(P);
        }
}
END_TEST

/* |x|^2 minus the explained part is x' P x, where P is from rank-one updates. The value of a row does not depend on the
 * other rows. */
static void check_explained(const thaw__kernels *k, int64_t n, int64_t d, int64_t stride)
{
    const int64_t ld = (n + 16) / 16 * 16;
    float *X = padded(n, d, stride, 0.3f, 1), *G = normals(ld * ld, 2), *t = normals(n, 3), *z = normals(stride, 4);
    float *x = padded(THAW__LANES, d, stride, 1, 5), *P = padded(d, 0, stride, 0, 6), *g = normals(stride, 7);
    const float *rows[THAW__LANES], *same[THAW__LANES];
    float out[THAW__LANES], again[THAW__LANES];
    for (int64_t i = 0; i < d; i++) P[i * stride + i] = 1;
    for (int64_t e = 0; e < n; e++) k->rank_one(d, stride, P, X + e * stride, g);
    ck_assert_int_eq(k->ridge_dual(n, stride, X, G, ld, t, z), 0);
    for (int r = 0; r < THAW__LANES; r++) rows[r] = x + r * stride, same[r] = x + 5 * stride;
    k->explained16(n, stride, X, G, ld, rows, out);
    k->explained16(n, stride, X, G, ld, same, again);
    for (int r = 0; r < THAW__LANES; r++) {
        const float all = k->dot(stride, rows[r], rows[r]), left = k->quadratic(d, stride, P, rows[r]);
        ck_assert_float_eq_tol(all - out[r], left, 1e-4f * all);
        ck_assert(again[r] == out[5]);
    }
    free(X), free(G), free(t), free(z), free(x), free(P), free(g);
}

START_TEST(the_explained_part_is_the_decrease_of_the_variance)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int s = 0; s < N_STRIDES; s++)
        for (int e = 0; e < N_EVENTS; e++) check_explained(k, events[e], strides[s] - 3, strides[s]);
}
END_TEST

START_TEST(dot_and_axpy_accept_any_length_and_alignment)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int64_t n = 0; n <= 150; n++)
        for (int64_t shift = 0; shift < 3; shift++) {
            float *x = normals(n + shift, 1), *y = normals(n + 2, 2), *truth = copy_of(y, n + 2);
            double sum = 0.0, size = 1.0;
            for (int64_t i = 0; i < n; i++) {
                sum += (double)x[shift + i] * (double)y[i];
                size += fabs((double)x[shift + i] * (double)y[i]);
                truth[i] += 0.5f * x[shift + i];
            }
            ck_assert_double_eq_tol((double)k->dot(n, x + shift, y), sum, 1e-6 * size);
            k->axpy(n, 0.5f, x + shift, y);
            assert_close(y, truth, n + 2, 1e-6, "axpy");
            free(x), free(y), free(truth);
        }
}
END_TEST

START_TEST(scale_writes_a_times_x)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int64_t n = 0; n <= 256; n += 16) {
        float *x = normals(n + 16, 1), *y = normals(n + 16, 2), *truth = copy_of(y, n + 16);
        for (int64_t i = 0; i < n; i++) truth[i] = 0.25f * x[i]; /* exact */
        k->scale(n, 0.25f, x, y);
        assert_close(y, truth, n + 16, 0, "scale");
        free(x), free(y), free(truth);
    }
}
END_TEST

START_TEST(small_potrf_and_potri_equal_ref)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    for (int64_t n = 0; n <= THAW__SMALL_MAX; n++) {
        const int64_t ld = n + 1;
        float *A = normals(n * ld, 1);
        make_positive(n, A, ld);
        float *plain = copy_of(A, n * ld);
        ck_assert_int_eq(k->potrf(n, A, ld), 0);
        ck_assert_int_eq(thaw__ref_potrf(n, plain, ld), 0);
        assert_close(A, plain, n * ld, rounding(n), "potrf");
        ck_assert_int_eq(k->potri(n, A, ld), 0);
        ck_assert_int_eq(thaw__ref_potri(n, plain, ld), 0);
        assert_close(A, plain, n * ld, 10.0 * rounding(n), "potri");
        free(A), free(plain);
    }
}
END_TEST

START_TEST(small_potrf_returns_the_first_bad_block)
{
    const thaw__kernels *k = thaw__kernels_named(names[_i]);
    if (!k) return;
    const float bad[] = {-1.0f, 0.0f, NAN, INFINITY};
    for (int64_t n = 1; n <= THAW__SMALL_MAX; n += 7)
        for (int64_t at = 0; at < n; at += 3)
            for (int b = 0; b < 4; b++) {
                float *A = normals(n * n, 1);
                make_positive(n, A, n);
                A[at * n + at] = bad[b];
                ck_assert_int_eq(k->potrf(n, A, n), at + 1);
                free(A);
            }
}
END_TEST

START_TEST(portable_kernels_exist_and_unknown_names_are_null)
{
    ck_assert_ptr_nonnull(thaw__kernels_named("portable"));
    ck_assert_ptr_null(thaw__kernels_named("sse9"));
    ck_assert_ptr_eq(thaw__kernels_best(), thaw__kernels_named(thaw__kernels_best()->name));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels");
    TCase *unit = tcase_create("variants");
    tcase_set_timeout(unit, 240);
    tcase_add_test(unit, portable_kernels_exist_and_unknown_names_are_null);
    tcase_add_loop_test(unit, dual_equals_primal, 0, N_VARIANTS);
    tcase_add_loop_test(unit, dual_refuses_numbers_that_are_not_finite, 0, N_VARIANTS);
    tcase_add_loop_test(unit, sixteen_users_equal_one_by_one, 0, N_VARIANTS);
    tcase_add_loop_test(unit, rank_one_updates_equal_a_new_solve, 0, N_VARIANTS);
    tcase_add_loop_test(unit, crossprod_is_a_i_plus_b_x_x_and_symmetric, 0, N_VARIANTS);
    tcase_add_loop_test(unit, rank_one_returns_p_x_of_the_old_covariance, 0, N_VARIANTS);
    tcase_add_loop_test(unit, the_explained_part_is_the_decrease_of_the_variance, 0, N_VARIANTS);
    tcase_add_loop_test(unit, scale_writes_a_times_x, 0, N_VARIANTS);
    tcase_add_loop_test(unit, dot_and_axpy_accept_any_length_and_alignment, 0, N_VARIANTS);
    tcase_add_loop_test(unit, small_potrf_and_potri_equal_ref, 0, N_VARIANTS);
    tcase_add_loop_test(unit, small_potrf_returns_the_first_bad_block, 0, N_VARIANTS);
    suite_add_tcase(suite, unit);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

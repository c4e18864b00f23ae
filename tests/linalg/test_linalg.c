/* SPDX-License-Identifier: Apache-2.0
 * The contract of linalg.h: the backend against plain C, and plain C against the formulas in float64. Leading
 * dimensions are larger than the number of columns, and elements past the columns must not change. */
#include <stdio.h>

#include "linalg.h"
#include "linalg_ref.h"
#include "matrices.h"

enum { GAP = 3 };

static const int64_t sizes[] = {0, 1, 2, 3, 5, 8, 13, 17, 33, 64, 65, 97};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static const float factors[][2] = {{1.0f, 0.0f}, {-0.5f, 1.0f}, {2.0f, 0.25f}, {0.0f, 0.5f}, {1.0f, -1.0f}};
enum { N_FACTORS = sizeof factors / sizeof *factors };

/* ---------------------------------------------------------------------------------------------- matrix products */

typedef void (*gemm_call)(int64_t m, int64_t n, int64_t k, float alpha, const float *A, int64_t lda, const float *B,
                          int64_t ldb, float beta, float *C, int64_t ldc);

static const struct product {
    const char *name;
    gemm_call backend, plain;
    int transpose_a, transpose_b; /* 1: A is stored [k, m], B [n, k] */
} products[] = {
    {"gemm", thaw__gemm, thaw__ref_gemm, 0, 0},
    {"gemm_nt", thaw__gemm_nt, thaw__ref_gemm_nt, 0, 1},
    {"gemm_tn", thaw__gemm_tn, thaw__ref_gemm_tn, 1, 0},
};

typedef struct shape {
    int64_t m, n, k, lda, ldb, ldc;
} shape;

static shape shape_of(const struct product *p, int64_t m, int64_t n, int64_t k)
{
    return (shape){m, n, k, (p->transpose_a ? m : k) + GAP, (p->transpose_b ? k : n) + GAP, n + GAP};
}

static void textbook_gemm(const struct product *p, shape s, float alpha, const float *A, const float *B, float beta,
                          float *C)
{
    for (int64_t i = 0; i < s.m; i++)
        for (int64_t j = 0; j < s.n; j++) {
            double sum = 0.0;
            for (int64_t q = 0; q < s.k; q++)
                sum += (double)(p->transpose_a ? A[q * s.lda + i] : A[i * s.lda + q]) *
                       (double)(p->transpose_b ? B[j * s.ldb + q] : B[q * s.ldb + j]);
            const double old = beta == 0.0f ? 0.0 : (double)beta * (double)C[i * s.ldc + j];
            C[i * s.ldc + j] = (float)(old + (double)alpha * sum);
        }
}

static void check_product(const struct product *p, shape s, float alpha, float beta)
{
    float *A = normals((p->transpose_a ? s.k : s.m) * s.lda, 1), *B = normals((p->transpose_b ? s.n : s.k) * s.ldb, 2);
    float *truth = normals(s.m * s.ldc, 3), *plain = copy_of(truth, s.m * s.ldc),
          *backend = copy_of(truth, s.m * s.ldc);
    textbook_gemm(p, s, alpha, A, B, beta, truth);
    p->plain(s.m, s.n, s.k, alpha, A, s.lda, B, s.ldb, beta, plain, s.ldc);
    p->backend(s.m, s.n, s.k, alpha, A, s.lda, B, s.ldb, beta, backend, s.ldc);
    assert_close(plain, truth, s.m * s.ldc, rounding(s.k), p->name);
    assert_close(backend, plain, s.m * s.ldc, rounding(s.k), p->name);
    free(A), free(B), free(truth), free(plain), free(backend);
}

START_TEST(products_follow_their_formula_for_odd_shapes)
{
    for (int i = 0; i < N_SIZES; i++)
        for (int j = 0; j < N_SIZES; j++) {
            const int64_t m = sizes[i], n = sizes[j], k = sizes[(i + j) % N_SIZES];
            const float *f = factors[(i + 2 * j) % N_FACTORS];
            check_product(&products[_i], shape_of(&products[_i], m, n, k), f[0], f[1]);
        }
}
END_TEST

START_TEST(products_accept_every_alpha_and_beta)
{
    for (int f = 0; f < N_FACTORS; f++)
        check_product(&products[_i], shape_of(&products[_i], 19, 23, 29), factors[f][0], factors[f][1]);
}
END_TEST

START_TEST(beta_0_does_not_read_the_output)
{
    const shape s = shape_of(&products[_i], 9, 11, 7);
    float *A = normals(20 * 20, 1), *B = normals(20 * 20, 2), *C = normals(s.m * s.ldc, 3), y[9];
    for (int64_t i = 0; i < s.m * s.ldc; i++) C[i] = NAN;
    for (int i = 0; i < 9; i++) y[i] = NAN;
    products[_i].backend(s.m, s.n, s.k, 1.0f, A, s.lda, B, s.ldb, 0.0f, C, s.ldc);
    thaw__gemv(9, 7, 1.0f, A, 10, B, 0.0f, y);
    for (int64_t i = 0; i < s.m; i++)
        for (int64_t j = 0; j < s.n + GAP; j++) ck_assert_int_eq(isnan(C[i * s.ldc + j]) != 0, j >= s.n);
    for (int i = 0; i < 9; i++) ck_assert(!isnan(y[i]));
    free(A), free(B), free(C);
}
END_TEST

START_TEST(a_nan_is_propagated)
{
    const shape s = shape_of(&products[_i], 9, 11, 7);
    float *A = normals(20 * 20, 1), *B = normals(20 * 20, 2), *C = normals(s.m * s.ldc, 3);
    A[0] = NAN;
    products[_i].backend(s.m, s.n, s.k, 1.0f, A, s.lda, B, s.ldb, 1.0f, C, s.ldc);
    for (int64_t j = 0; j < s.n; j++) ck_assert(isnan(C[j]));
    free(A), free(B), free(C);
}
END_TEST

typedef void (*gemv_call)(int64_t m, int64_t n, float alpha, const float *A, int64_t lda, const float *x, float beta,
                          float *y);

static void check_gemv(int turn, gemv_call backend, gemv_call plain, int64_t m, int64_t n, float alpha, float beta)
{
    const int64_t in = turn ? m : n, out = turn ? n : m, lda = n + GAP;
    float *A = normals(m * lda, 1), *x = normals(in, 2), *y = normals(out, 3), *z = copy_of(y, out),
          *truth = copy_of(y, out);
    for (int64_t i = 0; i < out; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < in; j++) sum += (double)(turn ? A[j * lda + i] : A[i * lda + j]) * (double)x[j];
        truth[i] = (float)((beta == 0.0f ? 0.0 : (double)beta * (double)y[i]) + (double)alpha * sum);
    }
    backend(m, n, alpha, A, lda, x, beta, y);
    plain(m, n, alpha, A, lda, x, beta, z);
    assert_close(z, truth, out, rounding(in), "ref gemv");
    assert_close(y, truth, out, rounding(in), "gemv");
    free(A), free(x), free(y), free(z), free(truth);
}

START_TEST(matrix_times_vector_follows_its_formula)
{
    for (int i = 0; i < N_SIZES; i++)
        for (int j = 0; j < N_SIZES; j++) {
            check_gemv(0, thaw__gemv, thaw__ref_gemv, sizes[i], sizes[j], factors[_i][0], factors[_i][1]);
            check_gemv(1, thaw__gemv_t, thaw__ref_gemv_t, sizes[i], sizes[j], factors[_i][0], factors[_i][1]);
        }
}
END_TEST

START_TEST(syrk_writes_the_lower_triangle_only)
{
    const int64_t n = sizes[_i], ldc = n + GAP;
    for (int j = 0; j < N_SIZES; j++) {
        const float alpha = factors[j % N_FACTORS][0], beta = factors[j % N_FACTORS][1];
        const int64_t k = sizes[j], lda = n + GAP;
        float *A = normals(k * lda, 1), *C = normals(n * ldc, 2), *plain = copy_of(C, n * ldc),
              *truth = copy_of(C, n * ldc);
        const shape s = {n, n, k, lda, lda, ldc};
        textbook_gemm(&products[2], s, alpha, A, A, beta, truth);
        for (int64_t r = 0; r < n; r++)
            if (r + 1 < n) memcpy(truth + r * ldc + r + 1, C + r * ldc + r + 1, (size_t)(n - r - 1) * sizeof *C);
        thaw__syrk_t(n, k, alpha, A, lda, beta, C, ldc);
        thaw__ref_syrk_t(n, k, alpha, A, lda, beta, plain, ldc);
        assert_close(plain, truth, n * ldc, rounding(k), "ref syrk");
        assert_close(C, truth, n * ldc, rounding(k), "syrk");
        free(A), free(C), free(plain), free(truth);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------- Cholesky, solve, inverse */

static const int64_t orders[] = {0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 97, 130};
enum { N_ORDERS = sizeof orders / sizeof *orders };

/* ref: L L' = A in float64. */
START_TEST(ref_potrf_gives_a_factor_of_the_matrix)
{
    const int64_t n = orders[_i], ld = n + GAP;
    float *A = normals(n * ld, 4);
    make_positive(n, A, ld);
    float *L = copy_of(A, n * ld), *back = copy_of(A, n * ld);
    ck_assert_int_eq(thaw__ref_potrf(n, L, ld), 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0.0;
            for (int64_t p = 0; p <= j; p++) sum += (double)L[i * ld + p] * (double)L[j * ld + p];
            back[i * ld + j] = (float)sum;
        }
    assert_close(back, A, n * ld, rounding(n), "L L'");
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < ld; j++) ck_assert(L[i * ld + j] == A[i * ld + j]);
    free(A), free(L), free(back);
}
END_TEST

START_TEST(potrf_agrees_with_ref_and_keeps_the_upper_triangle)
{
    const int64_t n = orders[_i], ld = n + GAP;
    float *A = normals(n * ld, 4);
    make_positive(n, A, ld);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = i + 1; j < n; j++) A[i * ld + j] = 5.0f; /* must not be read or written */
    float *plain = copy_of(A, n * ld);
    ck_assert_int_eq(thaw__potrf(n, A, ld), 0);
    ck_assert_int_eq(thaw__ref_potrf(n, plain, ld), 0);
    assert_close(A, plain, n * ld, rounding(n), "potrf");
    free(A), free(plain);
}
END_TEST

START_TEST(potrf_returns_the_first_bad_block)
{
    const int64_t n = orders[_i], ld = n + GAP;
    const float bad[] = {-1.0f, 0.0f, NAN, INFINITY};
    for (int64_t at = 0; at < n; at += 1 + n / 5)
        for (int b = 0; b < 4; b++) {
            float *A = normals(n * ld, 4);
            make_positive(n, A, ld);
            A[at * ld + at] = bad[b];
            float *plain = copy_of(A, n * ld);
            ck_assert_int_eq(thaw__ref_potrf(n, plain, ld), at + 1);
            ck_assert_int_eq(thaw__potrf(n, A, ld), at + 1);
            free(A), free(plain);
        }
}
END_TEST

START_TEST(potrs_solves)
{
    const int64_t n = orders[_i], ld = n + GAP;
    float *L = normals(n * ld, 4);
    make_positive(n, L, ld);
    float *A = copy_of(L, n * ld), *x = normals(n, 5), *y = copy_of(x, n), *b = copy_of(x, n), *back = copy_of(x, n);
    ck_assert_int_eq(thaw__ref_potrf(n, L, ld), 0);
    thaw__potrs(n, L, ld, x);
    thaw__ref_potrs(n, L, ld, y);
    for (int64_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < n; j++) sum += (double)A[i * ld + j] * (double)y[j];
        back[i] = (float)sum;
    }
    assert_close(back, b, n, 10.0 * rounding(n), "A x = b"); /* the condition number is about 5 */
    assert_close(x, y, n, 10.0 * rounding(n), "potrs");
    free(A), free(L), free(x), free(y), free(b), free(back);
}
END_TEST

/* ref: A A^-1 = I in float64. */
START_TEST(potri_gives_the_full_inverse)
{
    const int64_t n = orders[_i], ld = n + GAP;
    float *A = normals(n * ld, 4);
    make_positive(n, A, ld);
    float *plain = copy_of(A, n * ld);
    ck_assert_int_eq(thaw__ref_potrf(n, plain, ld), 0);
    float *backend = copy_of(plain, n * ld);
    ck_assert_int_eq(thaw__ref_potri(n, plain, ld), 0);
    ck_assert_int_eq(thaw__potri(n, backend, ld), 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = i == j ? -1.0 : 0.0;
            for (int64_t p = 0; p < n; p++) sum += (double)A[i * ld + p] * (double)plain[p * ld + j];
            ck_assert_double_le(fabs(sum), 10.0 * rounding(n));
        }
    assert_close(backend, plain, n * ld, 10.0 * rounding(n), "potri");
    free(A), free(plain), free(backend);
}
END_TEST

START_TEST(potri_refuses_a_singular_factor)
{
    const int64_t n = orders[_i], ld = n + GAP;
    if (n < 2) return;
    float *L = normals(n * ld, 4);
    make_positive(n, L, ld);
    ck_assert_int_eq(thaw__ref_potrf(n, L, ld), 0);
    L[(n / 2) * ld + n / 2] = 0.0f;
    float *plain = copy_of(L, n * ld);
    ck_assert_int_eq(thaw__ref_potri(n, plain, ld), n / 2 + 1);
    ck_assert_int_eq(thaw__potri(n, L, ld), n / 2 + 1);
    free(L), free(plain);
}
END_TEST

/* L is well conditioned: rows are divided by n, the diagonal is about 2. */
static float *triangle(int64_t n, int64_t ld)
{
    float *L = normals(n * ld, 6);
    for (int64_t i = 0; i < n * ld; i++) L[i] /= (float)n;
    for (int64_t i = 0; i < n; i++) L[i * ld + i] += 2.0f;
    return L;
}

static void check_trsm(int right, int64_t n, int64_t m)
{
    const int64_t ldl = n + GAP, rows = right ? m : n, columns = right ? n : m, ldb = columns + GAP;
    float *L = triangle(n, ldl), *B = normals(rows * ldb, 7), *x = copy_of(B, rows * ldb), *y = copy_of(B, rows * ldb);
    float *back = copy_of(B, rows * ldb);
    thaw__trsm(right, n, m, L, ldl, x, ldb);
    thaw__ref_trsm(right, n, m, L, ldl, y, ldb);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
            double sum = 0.0;
            if (right)
                for (int64_t p = j; p < n; p++) sum += (double)y[i * ldb + p] * (double)L[p * ldl + j];
            else
                for (int64_t p = 0; p <= i; p++) sum += (double)L[i * ldl + p] * (double)y[p * ldb + j];
            back[i * ldb + j] = (float)sum;
        }
    assert_close(back, B, rows * ldb, rounding(n), "X L = B or L X = B");
    assert_close(x, y, rows * ldb, rounding(n), "trsm");
    free(L), free(B), free(x), free(y), free(back);
}

START_TEST(trsm_solves_from_both_sides)
{
    for (int j = 0; j < N_SIZES; j++) {
        check_trsm(0, sizes[_i], sizes[j]);
        check_trsm(1, sizes[_i], sizes[j]);
    }
}
END_TEST

START_TEST(float64_inverse_is_exact_to_float64)
{
    const int64_t n = orders[_i], ld = n + GAP;
    float *A = normals(n * ld, 4);
    make_positive(n, A, ld);
    double *plain = calloc((size_t)(n * ld + 1), sizeof *plain),
           *backend = calloc((size_t)(n * ld + 1), sizeof *backend);
    for (int64_t i = 0; i < n * ld; i++) plain[i] = backend[i] = (double)A[i];
    ck_assert_int_eq(thaw__ref_potrf64(n, plain, ld), 0);
    ck_assert_int_eq(thaw__potrf64(n, backend, ld), 0);
    ck_assert_int_eq(thaw__ref_potri64(n, plain, ld), 0);
    ck_assert_int_eq(thaw__potri64(n, backend, ld), 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = i == j ? -1.0 : 0.0;
            for (int64_t p = 0; p < n; p++) sum += (double)A[i * ld + p] * backend[p * ld + j];
            ck_assert_double_le(fabs(sum), 1e-13 * (double)(n + 1));
            ck_assert_double_le(fabs(plain[i * ld + j] - backend[i * ld + j]), 1e-13);
        }
    free(A), free(plain), free(backend);
}
END_TEST

START_TEST(float64_potrf_returns_the_first_bad_block)
{
    const double bad[] = {-1.0, 0.0, (double)NAN, (double)INFINITY};
    for (int b = 0; b < 4; b++) {
        double A[9] = {4, 0, 0, 1, bad[b], 0, 1, 1, 4}, plain[9];
        memcpy(plain, A, sizeof plain);
        ck_assert_int_eq(thaw__potrf64(3, A, 3), 2);
        ck_assert_int_eq(thaw__ref_potrf64(3, plain, 3), 2);
    }
}
END_TEST

START_TEST(the_name_tells_the_backend)
{
    const char *name = thaw__linalg_name();
    printf("%s\n", name);
    ck_assert(strncmp(name, "ref", 3) == 0 || strncmp(name, "blas (", 6) == 0);
    ck_assert_ptr_eq(name, thaw__linalg_name());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linalg");
    TCase *product = tcase_create("products"), *system = tcase_create("systems");
    tcase_set_timeout(product, 120);
    tcase_set_timeout(system, 120);
    tcase_add_test(product, the_name_tells_the_backend);
    tcase_add_loop_test(product, products_follow_their_formula_for_odd_shapes, 0, 3);
    tcase_add_loop_test(product, products_accept_every_alpha_and_beta, 0, 3);
    tcase_add_loop_test(product, beta_0_does_not_read_the_output, 0, 3);
    tcase_add_loop_test(product, a_nan_is_propagated, 0, 3);
    tcase_add_loop_test(product, matrix_times_vector_follows_its_formula, 0, N_FACTORS);
    tcase_add_loop_test(product, syrk_writes_the_lower_triangle_only, 0, N_SIZES);
    tcase_add_loop_test(system, ref_potrf_gives_a_factor_of_the_matrix, 0, N_ORDERS);
    tcase_add_loop_test(system, potrf_agrees_with_ref_and_keeps_the_upper_triangle, 0, N_ORDERS);
    tcase_add_loop_test(system, potrf_returns_the_first_bad_block, 0, N_ORDERS);
    tcase_add_loop_test(system, potrs_solves, 0, N_ORDERS);
    tcase_add_loop_test(system, potri_gives_the_full_inverse, 0, N_ORDERS);
    tcase_add_loop_test(system, potri_refuses_a_singular_factor, 0, N_ORDERS);
    tcase_add_loop_test(system, trsm_solves_from_both_sides, 0, N_SIZES);
    tcase_add_loop_test(system, float64_inverse_is_exact_to_float64, 0, N_ORDERS);
    tcase_add_test(system, float64_potrf_returns_the_first_bad_block);
    suite_add_tcase(suite, product);
    suite_add_tcase(suite, system);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

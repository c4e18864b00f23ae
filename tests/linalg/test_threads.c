/* SPDX-License-Identifier: Apache-2.0
 * The backend called by eight threads at once gives the results of one thread. OpenBLAS built without threads needs
 * serialised calls for this. */
#include "linalg.h"
#include "matrices.h"
#include "thread.h"

enum { N = 96, CALLS = 3000, THREADS = 8 };

typedef struct work {
    const float *A, *B;     /* [N, N]; A positive definite */
    const float *C, *L, *I; /* expected A B, factor and inverse of A */
    int wrong[THREADS];
} work;

static int differs(const float *x, const float *y, int lower_only)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < (lower_only ? i + 1 : N); j++)
            if (!(fabsf(x[i * N + j] - y[i * N + j]) <= 1e-4f * (1.0f + fabsf(y[i * N + j])))) return 1;
    return 0;
}

static void one_call(void *arg, int64_t index, int32_t worker)
{
    work *w = arg;
    (void)index;
    float *C = copy_of(w->A, N * N), *L = copy_of(w->A, N * N);
    thaw__gemm(N, N, N, 1.0f, w->A, N, w->B, N, 0.0f, C, N);
    w->wrong[worker] += differs(C, w->C, 0);
    w->wrong[worker] += thaw__potrf(N, L, N) != 0 || differs(L, w->L, 1);
    w->wrong[worker] += thaw__potri(N, L, N) != 0 || differs(L, w->I, 0);
    free(C), free(L);
}

START_TEST(eight_threads_give_the_results_of_one)
{
    float *A = normals(N * N, 1), *B = normals(N * N, 2), *C = normals(N * N, 3);
    make_positive(N, A, N);
    thaw__gemm(N, N, N, 1.0f, A, N, B, N, 0.0f, C, N);
    float *L = copy_of(A, N * N);
    ck_assert_int_eq(thaw__potrf(N, L, N), 0);
    float *I = copy_of(L, N * N);
    ck_assert_int_eq(thaw__potri(N, I, N), 0);

    work w = {.A = A, .B = B, .C = C, .L = L, .I = I};
    thaw__pool *pool;
    ck_assert_int_eq(thaw__pool_create(&pool, THREADS), THAW_OK);
    const thaw_parallel parallel = thaw__pool_parallel(pool);
    ck_assert_int_eq(thaw__parallel_for(&parallel, one_call, &w, CALLS), THAW_OK);
    thaw__pool_free(pool);
    for (int t = 0; t < THREADS; t++) ck_assert_int_eq(w.wrong[t], 0);
    free(A), free(B), free(C), free(L), free(I);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("linalg threads");
    TCase *unit = tcase_create("threads");
    tcase_set_timeout(unit, 120);
    tcase_add_test(unit, eight_threads_give_the_results_of_one);
    suite_add_tcase(suite, unit);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "ridge_episode.h"

#include <math.h>
#include <string.h>

#include "linalg.h"

/* ---- solving ---------------------------------------------------------------------------------------------------- */

/* Buffers. The dual form uses X and G; the primal form has A in G. */
typedef struct scratch {
    float *X;     /* [stride, stride] */
    float *G;     /* [stride, stride + 16] */
    float *white; /* [stride] q^-1/2 */
    float *t;     /* [stride] */
    float *root;  /* [stride] a^1/2 */
} scratch;

int64_t ridge_scratch(int64_t stride)
{
    return stride * (2 * stride + THAW__LANES) + 3 * stride;
}

static scratch lay_out(float *at, int64_t stride)
{
    float *G = at + stride * stride, *white = G + stride * (stride + THAW__LANES);
    return (scratch){at, G, white, white + stride, white + 2 * stride};
}

static int64_t dual_ld(int64_t k)
{
    return (k + THAW__LANES) / THAW__LANES * THAW__LANES;
}

static void times(int64_t n, float *out, const float *x, const float *y, float a)
{
    for (int64_t c = 0; c < n; c++) out[c] = a * x[c] * y[c];
}

/* x <- A^-1 x through the dual:  y = white x,  t = -G^-1 X y,  x = white (y + X't). G has the factor U if `factored`,
 * else it is computed from X. */
static int dual_solve(const scratch *s, float *x, float *t, int64_t k, int64_t stride, int factored,
                      const thaw__kernels *kernels)
{
    const int64_t ld = dual_ld(k);
    times(stride, x, x, s->white, 1);
    for (int64_t i = 0; i < k; i++) t[i] = -kernels->dot(stride, s->X + i * stride, x);
    if (!factored) {
        if (kernels->ridge_dual(k, stride, s->X, s->G, ld, t, x)) return 1;
    } else {
        for (int64_t i = 0; i < k; i++) { /* U' t */
            const float *row = s->G + i * ld;
            t[i] /= row[i];
            for (int64_t c = i + 1; c < k; c++) t[c] -= row[c] * t[i];
        }
        for (int64_t i = k; i-- > 0;) { /* U t */
            const float *row = s->G + i * ld;
            for (int64_t c = i + 1; c < k; c++) t[i] -= row[c] * t[c];
            t[i] /= row[i];
        }
        for (int64_t i = 0; i < k; i++) kernels->axpy(stride, t[i], s->X + i * stride, x);
    }
    times(stride, x, x, s->white, 1);
    return 0;
}

static void dual_rows(const scratch *s, const ridge_task *task, int64_t stride)
{
    for (int64_t c = 0; c < stride; c++) s->white[c] = 1 / sqrtf(task->diagonal[c]);
    for (int64_t i = 0; i < task->k; i++) {
        s->root[i] = sqrtf(task->precision[i]);
        times(stride, s->X + i * stride, task->support[i], s->white, s->root[i]);
    }
}

/* Factor A = L L' in G, from blocks of rows that fit in X. */
static int primal_factor(const scratch *s, const ridge_task *task, const thaw__kernels *kernels, int64_t rank,
                         int64_t stride)
{
    memset(s->G, 0, (size_t)(rank * stride) * sizeof *s->G);
    for (int64_t c = 0; c < rank; c++) s->G[c * stride + c] = task->diagonal[c];
    for (int64_t i = 0; i < task->k; i += stride) {
        const int64_t n = task->k - i < stride ? task->k - i : stride;
        for (int64_t r = 0; r < n; r++)
            kernels->scale(stride, sqrtf(task->precision[i + r]), task->support[i + r], s->X + r * stride);
        thaw__syrk_t(rank, n, 1, s->X, stride, 1, s->G, stride);
    }
    return thaw__potrf(rank, s->G, stride) != 0;
}

/* ---- the episode ------------------------------------------------------------------------------------------------- */

/* Compute w, and by_l_i = c_i - a_i v_i'w. */
static int forward(const scratch *s, const ridge_gradient *out, const ridge_task *task, const thaw__kernels *kernels,
                   int64_t rank, int64_t stride)
{
    const int dual = task->k <= rank;
    memcpy(out->w, task->start, (size_t)stride * sizeof *out->w);
    for (int64_t i = 0; i < task->k; i++) kernels->axpy(stride, task->pull[i], task->support[i], out->w);
    if (dual) {
        dual_rows(s, task, stride);
        if (dual_solve(s, out->w, s->t, task->k, stride, 0, kernels)) return 1;
        for (int64_t i = 0; i < task->k; i++) out->by_l[i] = task->pull[i] + s->root[i] * s->t[i];
    } else {
        if (primal_factor(s, task, kernels, rank, stride)) return 1;
        thaw__potrs(rank, s->G, stride, out->w);
        for (int64_t i = 0; i < task->k; i++)
            out->by_l[i] = task->pull[i] - task->precision[i] * kernels->dot(stride, task->support[i], out->w);
    }
    return 0;
}

static void backward(const scratch *s, const ridge_gradient *out, const ridge_task *task, const thaw__kernels *kernels,
                     int64_t rank, int64_t stride)
{
    memset(out->l, 0, (size_t)stride * sizeof *out->l);
    for (int64_t j = 0; j < task->n; j++) kernels->axpy(stride, out->by_query[j], task->query[j], out->l);
    if (task->k <= rank) {
        (void)dual_solve(s, out->l, s->t, task->k, stride, 1, kernels);
        for (int64_t i = 0; i < task->k; i++) out->by_w[i] = s->root[i] * s->t[i];
    } else {
        thaw__potrs(rank, s->G, stride, out->l);
        for (int64_t i = 0; i < task->k; i++)
            out->by_w[i] = -task->precision[i] * kernels->dot(stride, task->support[i], out->l);
    }
}

int ridge_episode_run(double *loss, const ridge_gradient *slope, const ridge_task *task, const thaw__kernels *kernels,
                      int64_t rank, int64_t stride, float *memory)
{
    const scratch s = lay_out(memory, stride);
    float score[RIDGE_QUERY];
    if (task->n > RIDGE_QUERY || forward(&s, slope, task, kernels, rank, stride)) return 1;
    for (int64_t j = 0; j < task->n; j++)
        score[j] = task->offset[j] + task->gain * kernels->dot(stride, task->query[j], slope->w);
    *loss = thaw__loss_of(task->loss, slope->by_query, score, task->label, task->weight, task->n, task->sharpness);
    if (!isfinite(*loss)) return 1;
    for (int64_t j = 0; j < task->n; j++) slope->by_query[j] *= task->gain;
    backward(&s, slope, task, kernels, rank, stride);
    return 0;
}

/* ---- the step ---------------------------------------------------------------------------------------------------- */

ridge_plane ridge_plane_of(const ridge_gradient *s, const thaw__kernels *kernels, int64_t stride)
{
    return (ridge_plane){kernels->dot(stride, s->w, s->w), kernels->dot(stride, s->w, s->l),
                         kernels->dot(stride, s->l, s->l)};
}

void ridge_adagrad(float *row, float *sum, float rate, float by_l, float by_w, const ridge_gradient *slope,
                   ridge_plane p, const thaw__kernels *kernels, int64_t stride)
{
    const float square = by_l * by_l * p.ll + 2 * by_l * by_w * p.wl + by_w * by_w * p.ww;
    if (!(square > 0)) return;
    *sum += square;
    const float step = -rate / sqrtf(*sum);
    if (by_l != 0) kernels->axpy(stride, step * by_l, slope->l, row);
    if (by_w != 0) kernels->axpy(stride, step * by_w, slope->w, row);
}

/* SPDX-License-Identifier: Apache-2.0
 * Adam and normalised gradient descent. */
#include "optimiser.h"

#include <math.h>

#define EPSILON 1e-12     /* of Adam */
#define SQUARE_DECAY 0.95 /* decay of the mean square of the descent */

thaw_status thaw__adam_create(thaw__adam *out, int64_t n, double rate, double decay, const thaw_allocator *a)
{
    *out = (thaw__adam){.rate = rate, .decay = decay, .n = n};
    out->mean = thaw__alloc0(a, (size_t)n, sizeof *out->mean);
    out->square = thaw__alloc0(a, (size_t)n, sizeof *out->square);
    if (out->mean && out->square) return THAW_OK;
    thaw__adam_free(out, a);
    return THAW_E_NOMEM;
}

void thaw__adam_free(thaw__adam *o, const thaw_allocator *a)
{
    thaw__free(a, o->mean);
    thaw__free(a, o->square);
    *o = (thaw__adam){0};
}

void thaw__adam_step(thaw__adam *o, double *gradient)
{
    const double t = (double)++o->steps, rate = o->rate * pow(o->decay, t);
    const double mean_part = 1 - pow(0.9, t), square_part = 1 - pow(0.999, t);
    for (int64_t i = 0; i < o->n; i++) {
        const double g = gradient[i];
        o->mean[i] = 0.9 * o->mean[i] + 0.1 * g;
        o->square[i] = 0.999 * o->square[i] + 0.001 * g * g;
        gradient[i] = rate * o->mean[i] / mean_part / (sqrt(o->square[i] / square_part) + EPSILON);
    }
}

thaw__rms_descent thaw__rms_descent_of(const thaw__row_table *x, const thaw__kernels *kernels)
{
    double sum = 0;
    for (int64_t i = 0; i < x->rows; i++)
        sum += (double)kernels->dot(x->stride, thaw__row_of(x, i), thaw__row_of(x, i));
    return (thaw__rms_descent){.length = sqrt(sum)};
}

void thaw__rms_descent_step(thaw__rms_descent *o, const thaw__row_table *x, float *gradient, const float *scale,
                            double rate, const thaw__kernels *kernels)
{
    double now = 0;
    for (int64_t i = 0; i < x->rows; i++) {
        float *g = gradient + i * x->stride;
        if (scale) kernels->scale(x->stride, scale[i], g, g);
        now += (double)kernels->dot(x->stride, g, g);
    }
    o->square = o->steps++ ? SQUARE_DECAY * o->square + (1 - SQUARE_DECAY) * now : now;
    if (!(o->square > 0) || !isfinite(o->square)) return;
    const float by = (float)(-rate * o->length / sqrt(o->square));
    for (int64_t i = 0; i < x->rows; i++) kernels->axpy(x->stride, by, gradient + i * x->stride, thaw__row_of(x, i));
}

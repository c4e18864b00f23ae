/* SPDX-License-Identifier: Apache-2.0 */
#include "prior_fit.h"

#include <string.h>

/* Every ridge is as if one more weight of this variance had been seen. */
#define PRIOR_VARIANCE 0.02

thaw_status thaw__prior_fit_init(thaw__prior_fit *out, const thaw__prior *p, const thaw_allocator *a)
{
    const size_t width = (size_t)p->features.width, dim = (size_t)p->dim;
    *out = (thaw__prior_fit){
        .residual = thaw__alloc0(a, dim, sizeof(double)),
        .gradient = thaw__alloc0(a, width * dim, sizeof(double)),
        .mass = thaw__alloc0(a, width, sizeof(double)),
        .bound = thaw__alloc0(a, width, sizeof(double)),
        .present = thaw__alloc0(a, p->features.n, sizeof(double)),
        .missed = thaw__alloc0(a, p->features.n * dim, sizeof(double)),
    };
    if (out->residual && out->gradient && out->mass && out->bound && out->present && out->missed) return THAW_OK;
    thaw__prior_fit_free(out, a);
    return THAW_E_NOMEM;
}

void thaw__prior_fit_free(thaw__prior_fit *fit, const thaw_allocator *a)
{
    thaw__free(a, fit->residual);
    thaw__free(a, fit->gradient);
    thaw__free(a, fit->mass);
    thaw__free(a, fit->bound);
    thaw__free(a, fit->present);
    thaw__free(a, fit->missed);
    *fit = (thaw__prior_fit){0};
}

void thaw__prior_fit_clear(thaw__prior_fit *fit, const thaw__prior *p)
{
    const size_t width = (size_t)p->features.width, dim = (size_t)p->dim;
    fit->rows = 0;
    memset(fit->residual, 0, dim * sizeof(double));
    memset(fit->gradient, 0, width * dim * sizeof(double));
    memset(fit->mass, 0, width * sizeof(double));
    memset(fit->bound, 0, width * sizeof(double));
    memset(fit->present, 0, p->features.n * sizeof(double));
    memset(fit->missed, 0, p->features.n * dim * sizeof(double));
}

void thaw__prior_fit_add(thaw__prior_fit *fit, const thaw__prior *p, const thaw__sparse *rows, int64_t r,
                         const float *residual, double weight)
{
    const int32_t dim = p->dim;
    const int64_t first = rows->start[r], end = rows->start[r + 1];
    double length = 0;
    int32_t present = -1;
    fit->rows += weight;
    for (int32_t j = 0; j < dim; j++) fit->residual[j] += weight * (double)residual[j];
    for (int64_t k = first; k < end; k++) length += (double)rows->value[k];
    for (int64_t k = first; k < end; k++) {
        const int32_t g = rows->column[k], column = thaw__prior_column(p, g);
        const double f = weight * (double)rows->value[k];
        double *gradient = fit->gradient + (int64_t)g * dim;
        for (int32_t j = 0; j < dim; j++) gradient[j] += f * (double)residual[j];
        fit->mass[g] += f;
        fit->bound[g] += f * length;
        if (column == present) continue; /* coordinates of a column stand together */
        present = column;
        fit->present[column] += weight;
        for (int32_t j = 0; j < dim; j++) fit->missed[(int64_t)column * dim + j] += weight * (double)residual[j];
    }
}

/* What each column adds on average over the rows that have it. */
static void recentre(const thaw__prior_fit *fit, thaw__prior *p)
{
    const int32_t dim = p->dim;
    for (size_t c = 0; c < p->features.n; c++) {
        const thaw__feature *column = &p->features.columns[c];
        float *mean = p->column_mean + (int64_t)c * dim;
        if (!(fit->present[c] > 0)) continue;
        memset(mean, 0, (size_t)dim * sizeof *mean);
        for (int32_t g = column->first; g < column->first + column->width; g++)
            for (int32_t j = 0; j < dim; j++)
                mean[j] += (float)(fit->mass[g] / fit->present[c]) * p->weights[(int64_t)g * dim + j];
    }
}

void thaw__prior_fit_apply(const thaw__prior_fit *fit, thaw__prior *p, double scale, double rho)
{
    const int32_t dim = p->dim;
    if (!(fit->rows > 0)) return;
    for (int32_t g = 0; g < p->features.width; g++) {
        const int32_t c = thaw__prior_column(p, g);
        const double ridge = (double)p->ridge[c], share = fit->present[c] > 0 ? fit->mass[g] / fit->present[c] : 0;
        const double step = rho / (scale * fit->bound[g] + ridge);
        float *w = p->weights + (int64_t)g * dim;
        for (int32_t j = 0; j < dim; j++) {
            double centred = fit->gradient[(int64_t)g * dim + j] - share * fit->missed[(int64_t)c * dim + j];
            w[j] += (float)(step * (scale * centred - ridge * (double)w[j]));
        }
        p->mass[g] = (float)((1 - rho) * (double)p->mass[g] + rho * scale * fit->mass[g]);
    }
    recentre(fit, p);
}

/* w' precision w, or |w|^2. */
static double quadratic(const float *w, const double *precision, int32_t dim)
{
    double sum = 0;
    for (int32_t r = 0; r < dim; r++) {
        double row = precision ? 0 : (double)w[r];
        for (int32_t c = 0; precision && c < dim; c++) row += precision[r * dim + c] * (double)w[c];
        sum += row * (double)w[r];
    }
    return sum;
}

void thaw__prior_fit_ridge(thaw__prior *p, const double *precision)
{
    for (size_t c = 0; c < p->features.n; c++) {
        const thaw__feature *column = &p->features.columns[c];
        double variance = PRIOR_VARIANCE;
        for (int32_t g = column->first; g < column->first + column->width; g++)
            variance += quadratic(p->weights + (int64_t)g * p->dim, precision, p->dim) / p->dim +
                        1 / (double)(p->mass[g] + p->ridge[c]);
        p->ridge[c] = (float)((column->width + 1) / variance);
    }
}

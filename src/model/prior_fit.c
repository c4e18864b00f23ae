/* SPDX-License-Identifier: Apache-2.0
 * Sums and updates of prior_fit.h. */
#include "prior_fit.h"

#include <string.h>

/* Each ridge is estimated as if one more weight of this variance had been seen. */
#define PRIOR_VARIANCE 0.02

thaw_status thaw__prior_fit_init(thaw__prior_fit *out, const thaw__prior *p, const thaw_allocator *a)
{
    const size_t width = (size_t)p->features.width, dim = (size_t)p->dim;
    *out = (thaw__prior_fit){
        .residual = thaw__alloc0(a, dim, sizeof(double)),
        .gradient = thaw__alloc0(a, width * dim, sizeof(double)),
        .total_weight = thaw__alloc0(a, width, sizeof(double)),
        .bound = thaw__alloc0(a, width, sizeof(double)),
        .present = thaw__alloc0(a, p->features.n, sizeof(double)),
        .column_residual = thaw__alloc0(a, p->features.n * dim, sizeof(double)),
    };
    if (out->residual && out->gradient && out->total_weight && out->bound && out->present && out->column_residual)
        return THAW_OK;
    thaw__prior_fit_free(out, a);
    return THAW_E_NOMEM;
}

void thaw__prior_fit_free(thaw__prior_fit *fit, const thaw_allocator *a)
{
    thaw__free(a, fit->residual);
    thaw__free(a, fit->gradient);
    thaw__free(a, fit->total_weight);
    thaw__free(a, fit->bound);
    thaw__free(a, fit->present);
    thaw__free(a, fit->column_residual);
    *fit = (thaw__prior_fit){0};
}

void thaw__prior_fit_clear(thaw__prior_fit *fit, const thaw__prior *p)
{
    const size_t width = (size_t)p->features.width, dim = (size_t)p->dim;
    fit->rows = 0;
    memset(fit->residual, 0, dim * sizeof(double));
    memset(fit->gradient, 0, width * dim * sizeof(double));
    memset(fit->total_weight, 0, width * sizeof(double));
    memset(fit->bound, 0, width * sizeof(double));
    memset(fit->present, 0, p->features.n * sizeof(double));
    memset(fit->column_residual, 0, p->features.n * dim * sizeof(double));
}

void thaw__prior_fit_add(thaw__prior_fit *fit, const thaw__prior *p, const thaw__sparse *rows, int64_t r,
                         const float *residual, double weight)
{
    const int32_t dim = p->dim;
    const int64_t first = rows->start[r], end = rows->start[r + 1];
    double norm1 = 0;
    int32_t present = -1;
    fit->rows += weight;
    for (int32_t j = 0; j < dim; j++) fit->residual[j] += weight * (double)residual[j];
    for (int64_t k = first; k < end; k++) norm1 += (double)rows->value[k];
    for (int64_t k = first; k < end; k++) {
        const int32_t g = rows->column[k], column = thaw__prior_column(p, g);
        const double f = weight * (double)rows->value[k];
        double *gradient = fit->gradient + (int64_t)g * dim;
        for (int32_t j = 0; j < dim; j++) gradient[j] += f * (double)residual[j];
        fit->total_weight[g] += f;
        fit->bound[g] += f * norm1;
        if (column == present) continue; /* coordinates of a column are consecutive */
        present = column;
        fit->present[column] += weight;
        double *column_residual = fit->column_residual + (int64_t)column * dim;
        for (int32_t j = 0; j < dim; j++) column_residual[j] += weight * (double)residual[j];
    }
}

/* column_mean_c = the average of f_c W_c over the rows that have column c. */
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
                mean[j] += (float)(fit->total_weight[g] / fit->present[c]) * p->weights[(int64_t)g * dim + j];
    }
}

void thaw__prior_fit_apply(const thaw__prior_fit *fit, thaw__prior *p, double scale, double rho)
{
    const int32_t dim = p->dim;
    if (!(fit->rows > 0)) return;
    for (int32_t g = 0; g < p->features.width; g++) {
        const int32_t c = thaw__prior_column(p, g);
        const double ridge = (double)p->ridge[c];
        const double share = fit->present[c] > 0 ? fit->total_weight[g] / fit->present[c] : 0;
        const double step = rho / (scale * fit->bound[g] + ridge);
        float *w = p->weights + (int64_t)g * dim;
        for (int32_t j = 0; j < dim; j++) {
            double centred = fit->gradient[(int64_t)g * dim + j] - share * fit->column_residual[(int64_t)c * dim + j];
            w[j] += (float)(step * (scale * centred - ridge * (double)w[j]));
        }
        p->total_weight[g] = (float)((1 - rho) * (double)p->total_weight[g] + rho * scale * fit->total_weight[g]);
    }
    recentre(fit, p);
}

/* w' precision w; |w|^2 if precision is NULL. */
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
                        1 / (double)(p->total_weight[g] + p->ridge[c]);
        p->ridge[c] = (float)((column->width + 1) / variance);
    }
}

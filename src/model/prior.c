/* SPDX-License-Identifier: Apache-2.0
 * The prior: memory, its rows of the parameter table, means and widening. */
#include "prior.h"

#include <float.h>
#include <string.h>

enum { RIDGE_START = 10 };

thaw_status thaw__prior_init(thaw__prior *out, thaw__features *features, int32_t dim)
{
    *out = (thaw__prior){.features = *features, .dim = dim};
    *features = (thaw__features){.allocator = features->allocator};
    const thaw_allocator *a = &out->features.allocator;
    size_t width = (size_t)out->features.width, n = out->features.n;
    out->centre = thaw__alloc0(a, (size_t)dim, sizeof(float));
    out->weights = thaw__alloc0(a, width * (size_t)dim, sizeof(float));
    out->column_mean = thaw__alloc0(a, n * (size_t)dim, sizeof(float));
    out->total_weight = thaw__alloc0(a, width, sizeof(float));
    out->ridge = thaw__alloc0(a, n, sizeof(float));
    if (!out->centre || !out->weights || !out->column_mean || !out->total_weight || !out->ridge) {
        thaw__prior_free(out);
        return THAW_E_NOMEM;
    }
    for (size_t c = 0; c < n; c++) out->ridge[c] = RIDGE_START;
    return THAW_OK;
}

void thaw__prior_free(thaw__prior *p)
{
    const thaw_allocator *a = &p->features.allocator;
    if (!a->free) return;
    thaw__free(a, p->centre);
    thaw__free(a, p->weights);
    thaw__free(a, p->column_mean);
    thaw__free(a, p->total_weight);
    thaw__free(a, p->ridge);
    p->centre = p->weights = p->column_mean = p->total_weight = p->ridge = NULL;
    thaw__features_free(&p->features);
}

thaw_status thaw__prior_copy_features(thaw__prior *out, const thaw__prior *from, const thaw_allocator *a)
{
    out->dim = from->dim;
    return thaw__features_copy(&out->features, &from->features, a);
}

void thaw__prior_params(thaw__prior *p, int of_users, unsigned centre_roles, thaw__params *out)
{
    static const char *const names[2][5] = {
        {"item.prior.centre", "item.prior.weight", "item.prior.mean", "item.prior.total_weight", "item.prior.ridge"},
        {"user.prior.centre", "user.prior.weight", "user.prior.mean", "user.prior.total_weight", "user.prior.ridge"},
    };
    const int64_t n = (int64_t)p->features.n, width = p->features.width;
    const char *const *name = names[of_users != 0];
    const thaw__param rows[] = {
        {name[0], THAW__F32, p->dim, 0, &p->centre, THAW__LEARNED | centre_roles, 0, 0},
        {name[1], THAW__F32, width, p->dim, &p->weights, THAW__LEARNED, 0, 0},
        {name[2], THAW__F32, n, p->dim, &p->column_mean, THAW__LEARNED, 0, 0},
        {name[3], THAW__F32, width, 0, &p->total_weight, THAW__LEARNED, 0, FLT_MAX},
        {name[4], THAW__F32, n, 0, &p->ridge, THAW__LEARNED, 1e-6, FLT_MAX},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

int32_t thaw__prior_column(const thaw__prior *p, int32_t coordinate)
{
    int32_t low = 0, high = (int32_t)p->features.n - 1;
    while (low < high) { /* the last column that begins at or before the coordinate */
        int32_t middle = (low + high + 1) / 2;
        if (p->features.columns[middle].first <= coordinate) low = middle;
        else high = middle - 1;
    }
    return low;
}

void thaw__prior_mean(const thaw__prior *p, float *mean, const thaw__sparse *rows, int64_t r)
{
    const int32_t dim = p->dim;
    memcpy(mean, p->centre, (size_t)dim * sizeof *mean);
    int32_t present = -1;
    for (int64_t k = rows->start[r]; k < rows->start[r + 1]; k++) {
        int32_t column = thaw__prior_column(p, rows->column[k]);
        const float *w = p->weights + (size_t)rows->column[k] * (size_t)dim;
        for (int32_t j = 0; j < dim; j++) mean[j] += rows->value[k] * w[j];
        if (column == present) continue; /* coordinates of a column are consecutive */
        present = column;
        const float *average = p->column_mean + (size_t)column * (size_t)dim;
        for (int32_t j = 0; j < dim; j++) mean[j] -= average[j];
    }
}

float thaw__prior_widening(const thaw__prior *p, const thaw__sparse *rows, int64_t r)
{
    float sum = 1;
    for (int64_t k = rows->start[r]; k < rows->start[r + 1]; k++) {
        int32_t coordinate = rows->column[k];
        float weight = p->total_weight[coordinate] + p->ridge[thaw__prior_column(p, coordinate)];
        sum += rows->value[k] * rows->value[k] / weight;
    }
    return sum;
}

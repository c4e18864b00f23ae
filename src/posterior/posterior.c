/* SPDX-License-Identifier: Apache-2.0 */
#include "posterior.h"

#include <string.h>

size_t thaw__posterior_floats(int64_t stride, int fades)
{
    const size_t row = (size_t)stride;
    return 2 * row + (size_t)(fades ? 3 : 2) * row * row;
}

float *thaw__posterior_lay_out(thaw__posterior *p, float *at, int fades)
{
    const size_t row = (size_t)p->stride, matrix = row * row;
    p->prior = at;
    p->mean = at + row;
    p->main = at + 2 * row;
    p->side = p->main + matrix;
    p->information = fades ? p->side + matrix : NULL;
    return at + thaw__posterior_floats(p->stride, fades);
}

void thaw__posterior_copy(thaw__posterior *p, const thaw__posterior *from)
{
    const size_t row = (size_t)from->stride * sizeof(float), matrix = (size_t)from->stride * row;
    p->form = from->form;
    p->n_rows = from->n_rows;
    p->has_prior = from->has_prior;
    memcpy(p->prior, from->prior, row);
    memcpy(p->mean, from->mean, row);
    memcpy(p->main, from->main, matrix);
    memcpy(p->side, from->side, matrix);
    if (from->information) memcpy(p->information, from->information, matrix);
}

void thaw__posterior_set_prior(thaw__posterior *p, const float *mean)
{
    p->has_prior = 0;
    for (int32_t j = 0; j < p->rank; j++) {
        p->prior[j] = mean[j];
        p->has_prior |= mean[j] != 0;
    }
    thaw__posterior_reset(p);
}

void thaw__posterior_reset(thaw__posterior *p)
{
    memcpy(p->mean, p->prior, (size_t)p->stride * sizeof(float));
    p->form = THAW__DUAL;
    p->n_rows = 0;
}

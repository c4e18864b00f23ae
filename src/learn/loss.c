/* SPDX-License-Identifier: Apache-2.0
 * The losses of loss.h, a function each. */
#include "loss.h"

#include <string.h>

/* The n items of a loss. */
typedef struct items {
    float *derivative;
    const float *score, *label, *weight;
    int64_t n;
    double positive; /* W > 0 */
} items;

/* Sum of the weights of positive items, or of the others. */
static double total_weight(const float *label, const float *weight, int64_t n, int is_positive)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++) sum += (label[j] > 0) == is_positive ? (double)weight[j] : 0;
    return sum;
}

/* dL/ds_j = h m_j (exp(h s_j) / sum - y_j / W); the largest score is subtracted before exp(), against overflow. */
static double softmax(const items *x, float h)
{
    float top = -INFINITY;
    double sum = 0, loss = 0;
    for (int64_t j = 0; j < x->n; j++) top = x->score[j] > top ? x->score[j] : top;
    for (int64_t j = 0; j < x->n; j++) {
        x->derivative[j] = x->weight[j] * expf(h * (x->score[j] - top));
        sum += (double)x->derivative[j];
    }
    const float per = h / (float)sum, less = h / (float)x->positive;
    for (int64_t j = 0; j < x->n; j++) {
        x->derivative[j] *= per;
        if (!(x->label[j] > 0)) continue;
        x->derivative[j] -= less * x->weight[j];
        loss -= (double)x->weight[j] * (double)(h * (x->score[j] - top));
    }
    return loss / x->positive + log(sum);
}

/* For each pair: dL/ds_j = -dL/ds_i = share h sigmoid(h (s_j - s_i)), share = m_i m_j / W (total weight of the
 * others). */
static double pairwise(const items *x, float h, double others)
{
    double loss = 0;
    memset(x->derivative, 0, (size_t)x->n * sizeof *x->derivative);
    if (!(others > 0)) return 0;
    const float per = (float)(1 / (x->positive * others));
    for (int64_t i = 0; i < x->n; i++)
        for (int64_t j = 0; x->label[i] > 0 && j < x->n; j++) {
            if (x->label[j] > 0) continue;
            float slope;
            const float share = per * x->weight[i] * x->weight[j];
            loss += (double)(share * thaw__softplus(h * (x->score[j] - x->score[i]), &slope));
            x->derivative[j] += share * h * slope;
            x->derivative[i] -= share * h * slope;
        }
    return loss;
}

/* dL/ds_j = m_j (s_j - y_j) / W */
static double squared(const items *x)
{
    double loss = 0;
    for (int64_t j = 0; j < x->n; j++) {
        const float residual = x->score[j] - x->label[j];
        x->derivative[j] = x->weight[j] * residual / (float)x->positive;
        loss += (double)(x->derivative[j] * residual) / 2;
    }
    return loss;
}

/* dL/ds_j = h m_j (sigmoid(h s_j) - y_j) / W */
static double logistic(const items *x, float h)
{
    double loss = 0;
    for (int64_t j = 0; j < x->n; j++) {
        float slope;
        const float share = x->weight[j] / (float)x->positive;
        loss += (double)(share * (thaw__softplus(h * x->score[j], &slope) - x->label[j] * h * x->score[j]));
        x->derivative[j] = share * h * (slope - x->label[j]);
    }
    return loss;
}

double thaw__loss_of(int32_t loss, float *derivative, const float *score, const float *label, const float *weight,
                     int64_t n, float sharpness)
{
    const items x = {derivative, score, label, weight, n, total_weight(label, weight, n, 1)};
    if (x.positive > 0) switch (loss) {
        case THAW_LOSS_SOFTMAX: return softmax(&x, sharpness);
        case THAW_LOSS_PAIRWISE: return pairwise(&x, sharpness, total_weight(label, weight, n, 0));
        case THAW_LOSS_SQUARED: return squared(&x);
        case THAW_LOSS_LOGISTIC: return logistic(&x, sharpness);
        default: break;
        }
    memset(derivative, 0, (size_t)n * sizeof *derivative);
    return 0;
}

double thaw__soft_sum(float *score, float *derivative, int64_t n, double weight, float floor)
{
    double sum = 0;
    for (int64_t j = 0; j < n; j++) {
        score[j] = thaw__soft(score[j], floor, &derivative[j]);
        sum += weight * (double)score[j];
    }
    return sum;
}

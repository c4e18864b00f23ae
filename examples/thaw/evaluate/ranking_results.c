/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_results.h"

#include <math.h>
#include <string.h>

ranking_run *ranking_results_run(const ranking_results *r, int64_t seed, int method)
{
    return &r->runs[seed * r->n_methods + method];
}

ranking_summary ranking_results_metric(const ranking_results *r, int method, int support, int metric)
{
    ranking_summary s = {0, 0, 0};
    for (int64_t k = 0; k < r->seeds; k++) {
        const ranking_scores *scores = &ranking_results_run(r, k, method)->scores[support];
        s.mean += scores->mean[metric] / (double)r->seeds;
        s.se += scores->se[metric] / (double)r->seeds;
    }
    for (int64_t k = 0; k < r->seeds; k++) {
        const double deviation = ranking_results_run(r, k, method)->scores[support].mean[metric] - s.mean;
        s.sd += deviation * deviation;
    }
    s.sd = r->seeds > 1 ? sqrt(s.sd / (double)(r->seeds - 1)) : NAN;
    return s;
}

int64_t ranking_results_tasks(const ranking_results *r, int support)
{
    int64_t sum = 0;
    for (int64_t k = 0; k < r->seeds; k++) sum += ranking_results_run(r, k, 0)->scores[support].tasks;
    return (sum + r->seeds / 2) / r->seeds;
}

int ranking_results_has_model(const ranking_results *r)
{
    return strcmp(r->methods[0], "thaw") == 0;
}

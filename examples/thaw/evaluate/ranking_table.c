/* SPDX-License-Identifier: Apache-2.0 */

/* The results of the ranking protocol as a text table. */

#include <math.h>
#include <stdio.h>

#include "cli.h"
#include "ranking_results.h"

static double best_of(const ranking_results *r, int support, int metric)
{
    double best = -1;
    for (int m = 0; m < r->n_methods; m++) best = fmax(best, ranking_results_metric(r, m, support, metric).mean);
    return best;
}

/* ± and an error below 1, without the zero before the point. */
static void print_error(double error)
{
    char text[16];
    snprintf(text, sizeof text, "%.3f", error);
    if (isfinite(error)) printf(" ±%s", text + (*text == '0'));
    else printf("     -");
}

/* The mean, marked if it is the best; the error over users; that over seeds, if there are several. */
static void print_cell(const ranking_results *r, int method, int support, int metric)
{
    const ranking_summary x = ranking_results_metric(r, method, support, metric);
    if (isfinite(x.mean)) printf("  %.3f%c", x.mean, x.mean == best_of(r, support, metric) ? '*' : ' ');
    else printf("      - ");
    print_error(x.se);
    if (r->seeds > 1) print_error(x.sd);
}

/* One row for each method, one column for each support. */
static void print_metric(const ranking_results *r, int metric)
{
    printf("\n%-16s", ranking_metric_names[metric]);
    for (int s = 0; s < r->n_supports; s++) printf("  %-*s", r->seeds > 1 ? 18 : 12, r->supports[s].text);
    putchar('\n');
    for (int m = 0; m < r->n_methods; m++) {
        printf("%-16s", r->methods[m]);
        for (int s = 0; s < r->n_supports; s++) print_cell(r, m, s, metric);
        putchar('\n');
    }
}

static void print_setting(const ranking_run *run, int support, const char *target)
{
    const baseline_setting *setting = &run->settings[support];
    for (int i = 0; i < setting->n; i++) printf(" %s %g", setting->names[i], setting->values[i]);
    if (run->target_only[support]) printf(" on %s only", target);
}

/* The tuned settings of each seed. */
static void print_settings(const ranking_results *r, int method)
{
    if (!ranking_results_run(r, 0, method)->settings[0].n) return;
    for (int s = 0; s < (r->options->tune_each_support ? r->n_supports : 1); s++) {
        printf("%-10s tuned%s%s:", r->methods[method], r->options->tune_each_support ? " for " : "",
               r->options->tune_each_support ? r->supports[s].text : "");
        for (int64_t k = 0; k < r->seeds; k++) {
            if (k) putchar(';');
            print_setting(ranking_results_run(r, k, method), s, r->options->target_event);
        }
        putchar('\n');
    }
}

int ranking_results_print(const ranking_results *r)
{
    printf("users");
    for (int s = 0; s < r->n_supports; s++) {
        printf("%s %lld (%s)", s ? "," : "", (long long)ranking_results_tasks(r, s), r->supports[s].text);
    }
    printf("; %lld seed%s; * is the best of its column\nmean ± standard error over users%s\n", (long long)r->seeds,
           r->seeds > 1 ? "s" : "", r->seeds > 1 ? " ± standard deviation over seeds" : "");
    print_metric(r, R20);
    print_metric(r, NDCG10);
    if (r->options->candidates) print_metric(r, HR10_SAMPLED);
    if (r->options->candidates) print_metric(r, NDCG10_SAMPLED);
    putchar('\n');
    for (int m = 0; m < r->n_methods; m++) print_settings(r, m);
    return cli_finish();
}

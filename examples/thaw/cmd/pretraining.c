/* SPDX-License-Identifier: Apache-2.0 */
#include "pretraining.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "interrupt.h"
#include "progress.h"

int pretraining_init(pretraining *out)
{
    memset(out, 0, sizeof *out);
    if (thaw_config_init(&out->config, sizeof out->config) != THAW_OK) return cli_fail();
    out->n_threads = cli_cores();
    return 0;
}

void pretraining_set(pretraining *p, char *text)
{
    const char *value = cli_pair("--set", text);
    if (thaw_config_set(&p->config, text, value) != THAW_OK) cli_refuse("--set: %s", thaw_last_error());
}

void pretraining_weight_event(pretraining *p, char *text)
{
    static const char flag[] = "--event-weight";
    char *parts[3];
    if (p->n_weightings == MOST_WEIGHTINGS) cli_refuse("%s is given more than %d times", flag, MOST_WEIGHTINGS);
    const int n = cli_list(flag, cli_pair(flag, text), parts, 3);
    p->weighted_events[p->n_weightings] = text;
    p->weightings[p->n_weightings++] =
        (thaw_event_weighting){.weight = (float)cli_number(flag, parts[0], 1e-6, 1e6),
                               .target = n > 1 ? (float)cli_number(flag, parts[1], -8, 8) : NAN,
                               .exponent = n > 2 ? (float)cli_number(flag, parts[2], -8, 8) : NAN};
}

static int set_weightings(thaw_model *model, const pretraining *p)
{
    for (int k = 0; k < p->n_weightings; k++) {
        int32_t event;
        if (thaw_model_event_id(model, &event, p->weighted_events[k]) != THAW_OK ||
            thaw_model_set_event_weighting(model, event, &p->weightings[k]) != THAW_OK)
            return cli_failf("--event-weight %s: %s", p->weighted_events[k], thaw_last_error());
    }
    return 0;
}

int pretraining_threads(pretraining *p)
{
    if (p->threads || p->n_threads < 2) return 0;
    if (thaw_threads_create(&p->threads, p->n_threads) != THAW_OK) return cli_fail();
    return thaw_threads_parallel(p->threads, &p->config.parallel) == THAW_OK ? 0 : cli_fail();
}

void pretraining_end(pretraining *p)
{
    thaw_threads_free(p->threads);
    p->threads = NULL;
}

/* ---- training ---- */

typedef struct watch {
    progress bar;
    int32_t passes;
    int can_save; /* a signal ends the training only */
} watch;

/* Show the phase, the pass, and the measures that there are. Before the first call a signal ends the process. */
static int32_t show(void *ctx, const thaw_report *r)
{
    watch *w = ctx;
    if (w->can_save) interrupt_ask("ending; what is learned is saved as OUT.partial. Ctrl-C again: end at once");
    char note[128], measures[64] = "";
    if (!isnan(r->loss)) snprintf(measures, sizeof measures, ", loss %.4f", r->loss);
    if (!isnan(r->train_rmse)) snprintf(measures, sizeof measures, ", error %.4f", r->train_rmse);
    if (!isnan(r->valid_mae)) snprintf(measures, sizeof measures, ", validation MAE %.4f", r->valid_mae);
    snprintf(note, sizeof note, "%s, pass %d of %d%s", r->phase, (int)r->pass, (int)w->passes, measures);
    if (!interrupt_asked()) progress_show(&w->bar, r->done, note);
    return interrupt_asked();
}

static int say_result(const thaw_model *model, const thaw_report *r, int stopped)
{
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    if (!info.trained_users) return 0;
    if (info.objective == THAW_OBJECTIVE_RANKING) {
        cli_say("%s%lld events of %lld users, %lld items, rank %d: %.2f s, validation recall@20 %.4f, NDCG@10 %.4f",
                stopped ? "stopped early; " : "", (long long)info.trained_events, (long long)info.trained_users,
                (long long)info.items, (int)info.rank, r->seconds, r->valid_recall, r->valid_ndcg);
        return 0;
    }
    cli_say("%s%lld events of %lld users, %lld items, rank %d: %d passes in %.2f s, error %.4f, noise %.4f",
            stopped ? "stopped early; " : "", (long long)info.trained_events, (long long)info.trained_users,
            (long long)info.items, (int)info.rank, (int)r->pass, r->seconds, r->train_rmse, r->noise);
    if (!isnan(r->best_mae)) cli_say("best validation MAE %.4f", r->best_mae);
    return 0;
}

int pretraining_run(thaw_model **out, const pretraining *p, const thaw_data *data, const char *title, int quiet,
                    int *cancelled)
{
    thaw_report r;
    if (thaw_report_init(&r, sizeof r) != THAW_OK) return cli_fail();
    if (thaw_model_create(out, &p->config, data) != THAW_OK) return cli_fail();
    thaw_model_info info;
    if (set_weightings(*out, p) || cli_model_info(&info, *out)) {
        thaw_model_free(*out);
        *out = NULL;
        return 1;
    }
    watch w = {.passes = p->config.passes, .can_save = cancelled != NULL};
    progress_begin(&w.bar, title);
    progress_show(&w.bar, 0, NULL);
    const thaw_status st = thaw_pretrain(*out, &r, data, show, &w);
    progress_end(&w.bar);
    if (cancelled) *cancelled = st == THAW_E_CANCELLED;
    if (st == THAW_OK || st == THAW_E_CANCELLED) return quiet ? 0 : say_result(*out, &r, st == THAW_E_CANCELLED);
    cli_fail();
    thaw_model_free(*out);
    *out = NULL;
    return 1;
}

/* ---- positives ---- */

int pretraining_keep_positives(thaw_data *data, double least)
{
    if (isnan(least)) return 0;
    thaw_clean_options options;
    if (thaw_clean_options_init(&options, sizeof options) != THAW_OK) return cli_fail();
    options.value_min = (float)least;
    options.value_max = FLT_MAX;
    return thaw_data_clean(data, NULL, &options) == THAW_OK ? 0 : cli_fail();
}

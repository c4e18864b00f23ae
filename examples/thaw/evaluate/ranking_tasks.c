/* SPDX-License-Identifier: Apache-2.0 */
#include "ranking_tasks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "compare.h"

void ranking_task_init(ranking_task *out, const histories *h, int64_t n_items)
{
    memset(out, 0, sizeof *out);
    int64_t longest = 0;
    for (int64_t u = 0; u < h->n; u++) {
        if (h->users[u].n_items > longest) longest = h->users[u].n_items;
    }
    out->histories = h;
    out->relevant = cli_alloc((size_t)longest, sizeof *out->relevant);
    out->exclude = cli_alloc((size_t)longest, sizeof *out->exclude);
    out->marks = cli_alloc((size_t)n_items, 1);
}

void ranking_task_free(ranking_task *task)
{
    free(task->relevant);
    free(task->exclude);
    free(task->marks);
    memset(task, 0, sizeof *task);
}

static void clear_marks(ranking_task *t)
{
    if (!t->user) return;
    const thaw_event *events = t->histories->events + t->user->first;
    for (int64_t i = 0; i < t->user->n; i++) t->marks[events[i].item] = 0;
    t->user = NULL;
}

static int is_target(const ranking_rules *rules, const thaw_event *event)
{
    return rules->target < 0 || event->event == rules->target;
}

/* Mark the support; returns its number of events. */
static int64_t mark_support(ranking_task *t, const ranking_rules *rules, const support_size *support)
{
    const thaw_event *events = t->histories->events + t->user->first;
    const int by_time = !isnan(rules->from_time);
    int64_t left = by_time ? 0 : support_size_of(support, t->user->n_items);
    if (!by_time && support->count < 0 && left == 0) left = 1;
    int64_t i = 0;
    for (; i < t->user->n; i++) {
        unsigned char *mark = &t->marks[events[i].item];
        if (by_time ? events[i].time >= rules->from_time : !*mark && left-- == 0) break;
        *mark |= SEEN;
        if (is_target(rules, &events[i])) *mark |= SEEN_TARGET;
    }
    return i;
}

/* Collect the distinct excluded items of the support. RELEVANT temporarily marks items that were collected. */
static void collect_excluded(ranking_task *t)
{
    t->n_exclude = 0;
    for (int64_t i = 0; i < t->n_support; i++) {
        unsigned char *mark = &t->marks[t->support[i].item];
        if (!(*mark & SEEN_TARGET) || *mark & RELEVANT) continue;
        *mark |= RELEVANT;
        t->exclude[t->n_exclude++] = t->support[i].item;
    }
    for (int64_t i = 0; i < t->n_exclude; i++) t->marks[t->exclude[i]] &= (unsigned char)~RELEVANT;
    qsort(t->exclude, (size_t)t->n_exclude, sizeof *t->exclude, compare_int64);
}

static void collect_relevant(ranking_task *t, const ranking_rules *rules, int with_repeats)
{
    const thaw_event *events = t->histories->events + t->user->first;
    t->n_relevant = 0;
    for (int64_t i = t->n_support; i < t->user->n; i++) {
        unsigned char *mark = &t->marks[events[i].item];
        *mark |= SEEN;
        if (!is_target(rules, &events[i]) || *mark & RELEVANT) continue;
        if (*mark & SEEN_TARGET && !with_repeats) continue;
        *mark |= RELEVANT;
        t->relevant[t->n_relevant++] = events[i].item;
    }
}

int ranking_task_make(ranking_task *t, int64_t user, const ranking_rules *rules, const support_size *support)
{
    const history *h = &t->histories->users[user];
    clear_marks(t);
    if (h->n_items < rules->min_events || h->n_items > rules->max_events) return 0;
    t->user = h;
    t->support = t->histories->events + h->first;
    t->n_support = mark_support(t, rules, support);
    const int with_repeats = rules->target >= 0 && !isnan(rules->from_time);
    t->n_exclude = 0;
    if (!with_repeats) collect_excluded(t);
    collect_relevant(t, rules, with_repeats);
    return t->n_relevant > 0 && (t->n_support > 0 || support->count == 0);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* The results of a replay as a table or as lines of JSON. */

#include <math.h>
#include <stdio.h>

#include "cli.h"
#include "json_output.h"
#include "replay.h"

replay_score replay_sum(const replay_score *scores, int64_t n)
{
    replay_score sum = {0};
    for (int64_t p = 0; p < n; p++) {
        const replay_score *s = &scores[p];
        sum.tasks += s->tasks;
        for (int a = 0; a < N_ARMS; a++) {
            sum.unknown[a] += s->unknown[a];
            sum.hits[a] += s->hits[a];
            sum.gain[a] += s->gain[a];
        }
        sum.users += s->users;
        sum.new_items += s->new_items;
        if (isfinite(s->seconds)) sum.seconds += s->seconds;
    }
    return sum;
}

/* ---- a table ---- */

static void print_gain(double hits, double reference)
{
    if (reference > 0) printf("  %+8.1f %%", 100 * (hits / reference - 1));
    else printf("  %10s", "-");
}

static void print_row(const char *name, const char *begin, const replay_score *s, int steps)
{
    printf("%-7s %-16s %8lld", name, begin, (long long)s->tasks);
    for (int a = 0; a < (steps ? N_ARMS : UPDATED); a++) {
        if (s->tasks) printf("  %9.4f", s->hits[a] / (double)s->tasks);
        else printf("  %9s", "-");
    }
    print_gain(s->hits[steps ? UPDATED : FOLLOWING], s->hits[FROZEN]);
    if (steps) print_gain(s->hits[UPDATED], s->hits[FOLLOWING]);
    if (steps && isfinite(s->seconds)) {
        printf("  %7lld %9lld  %7.2f", (long long)s->users, (long long)s->new_items, s->seconds);
    }
    putchar('\n');
}

static void print_header(int steps)
{
    printf("%-7s %-16s %8s  %9s  %9s", "period", "from", "tasks", "frozen", "following");
    if (steps) printf("  %9s  %10s  %10s", "updated", "to frozen", "to follow.");
    else printf("  %10s", "to frozen");
    if (steps) printf("  %7s %9s  %7s", "users", "new items", "seconds");
    putchar('\n');
}

int replay_print(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    const replay_score all = replay_sum(scores, log->n_periods);
    printf("hit rate of the first %lld\n", (long long)o->top);
    print_header(o->steps);
    for (int64_t p = 0; p < log->n_periods; p++) {
        char name[24], begin[REPLAY_DATE];
        snprintf(name, sizeof name, "%lld", (long long)p + 1);
        replay_log_begin(begin, log, p);
        print_row(name, begin, &scores[p], o->steps);
    }
    print_row("all", "", &all, o->steps);
    return cli_finish();
}

/* ---- JSON ---- */

static void put_arm(json_t *object, const replay_score *s, int arm)
{
    json_t *one = json_object();
    json_out_real(one, "hit_rate", s->hits[arm] / (double)s->tasks);
    json_out_real(one, "ndcg", s->gain[arm] / (double)s->tasks);
    json_out_integer(one, "unknown", s->unknown[arm]);
    json_object_set_new(object, replay_arm_names[arm], one);
}

static void put_score(json_t *object, const replay_score *s, int steps)
{
    json_out_integer(object, "tasks", s->tasks);
    for (int a = 0; a < (steps ? N_ARMS : UPDATED); a++) put_arm(object, s, a);
    if (!steps) return;
    json_out_real(object, "updated_to_frozen", s->hits[UPDATED] / s->hits[FROZEN]);
    json_out_real(object, "updated_to_following", s->hits[UPDATED] / s->hits[FOLLOWING]);
    if (!isfinite(s->seconds)) return;
    json_out_integer(object, "users", s->users);
    json_out_integer(object, "new_items", s->new_items);
    json_out_real(object, "seconds", s->seconds);
}

int replay_print_json(const replay_score *scores, const replay_log *log, const replay_options *o)
{
    const replay_score all = replay_sum(scores, log->n_periods);
    for (int64_t p = 0; p < log->n_periods; p++) {
        json_t *object = json_object();
        json_out_integer(object, "period", p + 1);
        json_out_real(object, "from", log->edges[p]);
        char date[REPLAY_DATE];
        replay_log_date(date, log, p);
        if (*date) json_out_text(object, "from_date", date);
        put_score(object, &scores[p], o->steps);
        json_out_line(stdout, object);
    }
    json_t *object = json_object();
    json_out_text(object, "period", "all");
    json_out_integer(object, "top", o->top);
    put_score(object, &all, o->steps);
    json_out_line(stdout, object);
    return cli_finish();
}

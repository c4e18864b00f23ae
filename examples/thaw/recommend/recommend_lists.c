/* SPDX-License-Identifier: Apache-2.0 */

/* Lists for many users. The users of a batch are adapted in parallel, and share passes over the catalogue by
 * thaw_recommend_many(), which has one query for all of them. The items of a user's own history are left out afterwards
 * from a list that is longer by their number: the result is the same. With a cap on groups it is not, because items of
 * the history would fill their groups: then each user has a search with a query of their own. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "compare.h"
#include "json_output.h"
#include "output.h"
#include "progress.h"
#include "recommend.h"
#include "text_lines.h"

enum {
    BATCH = 256,        /* users that are held at once */
    MOST_HITS = 1 << 20 /* of a batch, and of one call */
};

typedef struct list {
    const char *user;
    const history *history; /* NULL: no events */
    int64_t n_used;         /* events that the model can use */
    int64_t n_known;        /* items that are left out because they are in the history, at most */
    thaw_user *adapted;
    thaw_status status; /* of adapting */
    thaw_hit *hits;     /* [top] */
    int64_t n;
} list;

typedef struct lists {
    recommender *r;
    const list_options *options;
    const filter_options *filters;
    const char **users; /* [n] */
    int64_t n, n_without_events;
    int64_t batch;                   /* users at once */
    list lists[BATCH];               /* of the batch, in the order of users */
    list *by_size[BATCH];            /* the same by n_known */
    const thaw_user *adapted[BATCH]; /* the argument of a call */
    int64_t n_hits[BATCH];           /* its result */
    thaw_hit *hits, *call_hits;      /* [batch, top]; [room] */
    int64_t *known;                  /* [longest history] items of one user, ascending */
    int64_t room;
    thaw_parallel parallel;
} lists;

/* ---- users ------------------------------------------------------------------------------------------------------- */

static void use_all(lists *l)
{
    l->n = l->r->histories.n;
    l->users = cli_alloc((size_t)l->n, sizeof *l->users);
    for (int64_t u = 0; u < l->n; u++) l->users[u] = l->r->histories.users[u].user;
}

static void use_lines(lists *l, const text_lines *lines)
{
    l->n = lines->n;
    l->users = cli_alloc((size_t)l->n, sizeof *l->users);
    for (int64_t u = 0; u < l->n; u++) {
        l->users[u] = lines->lines[u];
        l->n_without_events += !recommender_history(l->r, l->users[u]);
    }
    if (l->n_without_events) {
        cli_say("%lld of %lld users have no events in --inter; their lists are those of a new user",
                (long long)l->n_without_events, (long long)l->n);
    }
}

/* ---- a batch ----------------------------------------------------------------------------------------------------- */

static const thaw_event *events_of(const lists *l, const list *one)
{
    return one->history ? l->r->histories.events + one->history->first : NULL;
}

static void adapt_task(void *arg, int64_t index, int32_t worker)
{
    lists *l = arg;
    list *one = &l->lists[index];
    (void)worker;
    one->status = thaw_adapt(l->r->model, one->adapted, events_of(l, one), one->n_used);
}

/* Messages are those of a thread: adapt again on this one to have it. */
static int fail_to_adapt(lists *l, int64_t index)
{
    adapt_task(l, index, 0);
    return cli_failf("user %s: %s", l->lists[index].user, thaw_last_error());
}

static int adapt_batch(lists *l, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        if (recommender_set_features(l->r, l->lists[i].adapted, l->lists[i].user) != THAW_OK)
            return cli_failf("user %s: %s", l->lists[i].user, thaw_last_error());
    }
    if (!l->parallel.run) {
        for (int64_t i = 0; i < n; i++) adapt_task(l, i, 0);
    } else if (l->parallel.run(l->parallel.ctx, adapt_task, l, n) != 0) return cli_failf("a thread fails");
    for (int64_t i = 0; i < n; i++)
        if (l->lists[i].status != THAW_OK) return fail_to_adapt(l, i);
    return 0;
}

static int compare_known(const void *a, const void *b)
{
    const list *const *x = a, *const *y = b;
    return ((*x)->n_known > (*y)->n_known) - ((*x)->n_known < (*y)->n_known);
}

static void start_batch(lists *l, int64_t first, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        list *one = &l->lists[i];
        one->user = l->users[first + i];
        one->history = recommender_history(l->r, one->user);
        one->n_used = one->history ? l->r->n_used[one->history - l->r->histories.users] : 0;
        one->n_known = one->history && !l->filters->repeat ? one->history->n_items : 0;
        l->by_size[i] = one;
    }
    qsort(l->by_size, (size_t)n, sizeof *l->by_size, compare_known);
}

/* ---- searches ---------------------------------------------------------------------------------------------------- */

static int search_one(lists *l, list *one)
{
    thaw_query query = filters_exclude_history(&l->r->filters, events_of(l, one), one->history ? one->history->n : 0);
    query.parallel = l->parallel;
    return thaw_recommend(l->r->model, one->adapted, one->hits, &one->n, &query) == THAW_OK ? 0 : cli_fail();
}

/* Copy the first hits that are not in the history. */
static void keep_unknown(lists *l, list *one, const thaw_hit *hits, int64_t n_hits)
{
    const thaw_event *events = events_of(l, one);
    const int64_t n = one->n_known ? one->history->n : 0;
    for (int64_t i = 0; i < n; i++) l->known[i] = events[i].item;
    if (n) qsort(l->known, (size_t)n, sizeof *l->known, compare_int64);
    one->n = 0;
    for (int64_t i = 0; i < n_hits && one->n < l->filters->top; i++) {
        if (n && bsearch(&hits[i].item, l->known, (size_t)n, sizeof *l->known, compare_int64)) continue;
        one->hits[one->n++] = hits[i];
    }
}

/* Hits to ask for, so that top are left without the history. */
static int64_t length_for(const lists *l, const list *one)
{
    const int64_t length = l->filters->top + one->n_known;
    return length < l->r->filters.n_items ? length : l->r->filters.n_items;
}

static int search_many(lists *l, list **group, int64_t n)
{
    thaw_query query = l->r->filters.query;
    query.top = length_for(l, group[n - 1]);
    query.parallel = l->parallel;
    if (n * query.top > l->room) {
        free(l->call_hits);
        l->room = n * query.top;
        l->call_hits = cli_alloc((size_t)l->room, sizeof *l->call_hits);
    }
    for (int64_t i = 0; i < n; i++) l->adapted[i] = group[i]->adapted;
    if (thaw_recommend_many(l->r->model, l->call_hits, l->n_hits, l->adapted, n, &query) != THAW_OK) return cli_fail();
    for (int64_t i = 0; i < n; i++) keep_unknown(l, group[i], l->call_hits + i * query.top, l->n_hits[i]);
    return 0;
}

/* Users whose lists are of similar lengths share a call: from by_size[first] on, at most twice the shortest. */
static int64_t end_of_group(const lists *l, int64_t first, int64_t n)
{
    const int64_t shortest = length_for(l, l->by_size[first]);
    int64_t end = first + 1;
    while (end < n) {
        const int64_t length = length_for(l, l->by_size[end]);
        if (length > 2 * shortest || (end + 1 - first) * length > MOST_HITS) break;
        end++;
    }
    return end;
}

static int search_batch(lists *l, int64_t n)
{
    const int alone = l->filters->group_cap > 0 && !l->filters->repeat;
    int bad = 0;
    for (int64_t i = 0, end; i < n && !bad; i = end) {
        end = alone ? i + 1 : end_of_group(l, i, n);
        bad = alone ? search_one(l, l->by_size[i]) : search_many(l, l->by_size + i, end - i);
    }
    return bad;
}

/* ---- output ------------------------------------------------------------------------------------------------------ */

static int write_list(const lists *l, FILE *to, const list *one)
{
    if (!l->options->json_lines) return hits_csv(to, l->r, one->user, one->hits, one->n);
    json_t *hits = hits_json(l->r, one->hits, one->n);
    if (!hits) return 1;
    json_t *object = json_object();
    json_out_text(object, "user", one->user);
    json_out_integer(object, "events", one->n_used);
    json_object_set_new(object, "recommendations", hits);
    json_out_line(to, object);
    return 0;
}

static int write_batches(lists *l, FILE *to, int show)
{
    progress bar = {0};
    int bad = 0;
    progress_begin(&bar, "recommending");
    if (!l->options->json_lines) hits_csv_header(to, l->r);
    for (int64_t first = 0; first < l->n && !bad && !ferror(to); first += l->batch) {
        const int64_t n = l->n - first < l->batch ? l->n - first : l->batch;
        start_batch(l, first, n);
        bad = adapt_batch(l, n) || search_batch(l, n);
        for (int64_t i = 0; i < n && !bad; i++) bad = write_list(l, to, &l->lists[i]);
        if (show) progress_show(&bar, (double)(first + n) / (double)l->n, NULL);
    }
    progress_end(&bar);
    if (!bad) cli_say("lists of %lld users in %.2f s", (long long)l->n, progress_clock() - bar.begin);
    return bad;
}

/* No progress where it would stand between the lines of a list. */
static int write_lists(lists *l)
{
    if (!l->options->out) return write_batches(l, stdout, !isatty(STDOUT_FILENO)) || cli_finish();
    output out;
    if (output_open(&out, l->options->out)) return 1;
    int bad = write_batches(l, out.file, 1);
    if (!bad) bad = output_close(&out) || output_publish(&out);
    output_discard(&out);
    return bad;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static int open_lists(lists *l)
{
    int64_t longest = 0;
    for (int64_t u = 0; u < l->r->histories.n; u++)
        if (l->r->histories.users[u].n > longest) longest = l->r->histories.users[u].n;
    const int64_t top = l->filters->top;
    l->batch = MOST_HITS / top < 1 ? 1 : MOST_HITS / top < BATCH ? MOST_HITS / top : BATCH;
    if (l->batch > l->n) l->batch = l->n;
    l->known = cli_alloc((size_t)longest, sizeof *l->known);
    l->hits = cli_alloc((size_t)(l->batch * top), sizeof *l->hits);
    for (int64_t i = 0; i < l->batch; i++) {
        l->lists[i].hits = l->hits + i * top;
        if (thaw_user_create(&l->lists[i].adapted, l->r->model) != THAW_OK) return cli_fail();
    }
    return 0;
}

static void close_lists(lists *l)
{
    for (int64_t i = 0; i < l->batch; i++) thaw_user_free(l->lists[i].adapted);
    free(l->users);
    free(l->known);
    free(l->hits);
    free(l->call_hits);
    free(l);
}

static int start_threads(thaw_threads **threads, thaw_parallel *parallel, int32_t n)
{
    if (n < 2) return 0;
    if (thaw_threads_create(threads, n) != THAW_OK) return cli_fail();
    return thaw_threads_parallel(*threads, parallel) == THAW_OK ? 0 : cli_fail();
}

int recommend_lists(recommender *r, const list_options *options)
{
    lists *l = cli_alloc(1, sizeof *l);
    text_lines lines = {0};
    thaw_threads *threads = NULL;
    l->r = r;
    l->options = options;
    l->filters = r->filters.options;
    const int all = strcmp(options->users, "all") == 0;
    int bad = all ? 0 : text_lines_read(&lines, options->users);
    if (!bad && all) use_all(l);
    if (!bad && !all) use_lines(l, &lines);
    if (!bad && l->n == 0) bad = cli_failf("--users %s: there are no users", options->users);
    if (!bad) bad = start_threads(&threads, &l->parallel, options->n_threads) || open_lists(l) || write_lists(l);
    close_lists(l);
    thaw_threads_free(threads);
    text_lines_free(&lines);
    return bad;
}

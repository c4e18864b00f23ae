/* SPDX-License-Identifier: Apache-2.0
 * Splitting a data set in two, by user or by time. Users, items, features and names are copied to both parts, so rows
 * are the same in all three; only events are divided.
 *
 * By user: each user gets a random number that depends on key and seed only, and the users with the smallest numbers
 * are held out. So the choice does not depend on the order of users.
 */
#include <math.h>
#include <string.h>

#include "columns.h"
#include "data.h"
#include "events.h"
#include "mem.h"
#include "rng.h"
#include "sort.h"
#include "status.h"

typedef struct drawn_user {
    uint64_t number;
    const char *key;
    int64_t user;
} drawn_user;

static int by_number(const void *a, const void *b)
{
    const drawn_user *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return strcmp(x->key, y->key);
}

/* Random numbers of the users with events, sorted; returns the number of users. */
static size_t draw_users(drawn_user *drawn, const thaw_data *data, const char *active, uint64_t seed)
{
    size_t n = 0;
    for (int64_t u = 0; u < data->users.keys.n; u++) {
        if (!active[u]) continue;
        const char *key = thaw__keymap_key(&data->users.keys, u);
        drawn[n++] = (drawn_user){thaw__rng_bits(seed, THAW__RNG_SPLIT, thaw__hash(key, strlen(key))), key, u};
    }
    thaw__sort(drawn, n, sizeof *drawn, by_number);
    return n;
}

/* in_test [n events]: 1 for the events of `part` of the users. */
static thaw_status choose_by_user(char *in_test, const thaw_data *data, double part, uint64_t seed)
{
    const thaw_allocator *a = &data->allocator;
    const size_t n_users = (size_t)data->users.keys.n;
    char *held = thaw__alloc0(a, n_users, 1);
    drawn_user *drawn = thaw__alloc(a, n_users, sizeof *drawn);
    if (held && drawn) {
        for (int64_t i = 0; i < data->n; i++) held[data->user[i]] = 1;
        const size_t n = draw_users(drawn, data, held, seed);
        const size_t n_held = (size_t)round(part * (double)n);
        for (size_t i = n_held; i < n; i++) held[drawn[i].user] = 0;
        for (int64_t i = 0; i < data->n; i++) in_test[i] = held[data->user[i]];
    }
    const thaw_status st = held && drawn ? THAW_OK : THAW_E_NOMEM;
    thaw__free(a, held);
    thaw__free(a, drawn);
    return st;
}

static thaw_status choose_by_time(char *in_test, const thaw_data *data, double from)
{
    for (int64_t i = 0; i < data->n; i++) {
        if (isnan(data->time[i])) return thaw__fail(THAW_E_RANGE, "event %lld has no time to split by", (long long)i);
        in_test[i] = data->time[i] >= from;
    }
    return THAW_OK;
}

/* Everything but the events. */
static thaw_status copy_names(thaw_data *out, const thaw_data *data)
{
    const thaw_allocator *a = &data->allocator;
    THAW__TRY(thaw__table_copy(&out->users, &data->users, a));
    THAW__TRY(thaw__table_copy(&out->items, &data->items, a));
    THAW__TRY(thaw__keymap_copy(&out->events, &data->events, a));
    return thaw__keymap_copy(&out->baskets, &data->baskets, a);
}

/* A data set of the events with in_test == side. */
static thaw_status make_part(thaw_data **out, const thaw_data *data, const char *in_test, int side)
{
    int64_t n = 0;
    for (int64_t i = 0; i < data->n; i++) n += in_test[i] == side;
    thaw_data *part;
    THAW__TRY(thaw__data_create(&part, &data->allocator));
    thaw_status st = copy_names(part, data);
    if (st == THAW_OK) st = thaw__data_reserve(part, n);
    if (st != THAW_OK) {
        thaw__data_free(part);
        return st;
    }
    for (int64_t i = 0; i < data->n; i++)
        if (in_test[i] == side) thaw__data_copy_event(part, part->n++, data, i);
    *out = part;
    return THAW_OK;
}

static thaw_status check(const thaw_split_options *options)
{
    const double part = (double)options->holdout_users;
    if (!(part >= 0 && part < 1))
        return thaw__fail(THAW_E_RANGE, "holdout_users is %g; must be at least 0 and below 1", part);
    if (isnan(options->from_time)) return thaw__fail(THAW_E_RANGE, "from_time is NaN; must be a number");
    return THAW_OK;
}

thaw_status thaw__data_split(const thaw_data *data, thaw_data **train, thaw_data **test,
                             const thaw_split_options *options)
{
    THAW__TRY(check(options));
    char *in_test = thaw__alloc(&data->allocator, (size_t)data->n, 1);
    if (!in_test) return THAW_E_NOMEM;

    thaw_data *first = NULL, *second = NULL;
    thaw_status st = options->holdout_users > 0
                         ? choose_by_user(in_test, data, (double)options->holdout_users, options->seed)
                         : choose_by_time(in_test, data, options->from_time);
    if (st == THAW_OK) st = make_part(&first, data, in_test, 0);
    if (st == THAW_OK) st = make_part(&second, data, in_test, 1);
    thaw__free(&data->allocator, in_test);
    if (st != THAW_OK) {
        thaw__data_free(first);
        return st;
    }
    *train = first;
    *test = second;
    return THAW_OK;
}

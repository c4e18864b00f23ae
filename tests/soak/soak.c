/* SPDX-License-Identifier: Apache-2.0
 * soak SECONDS: two shops, of ratings and of behaviour, served by threads while a trainer copies the model, adds items,
 * learns from new events, retires an item, saves, loads and swaps. Every reader keeps a user across swaps, which must
 * be refused or served, never crash. Exit status 0 if every call has an allowed status, scores are finite, and memory
 * does not grow: the peak of the second half is at most 1.25 times the first's and 16 MB. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "expect.h"
#include "little_shop.h"

enum { READERS = 2, TOP = 5, NEW_USERS = 6, MOST_ITEMS = 60 };

/* A model that is served; the last to release it frees it. */
typedef struct snapshot {
    thaw_model *model;
    int references; /* guarded by the lock */
} snapshot;

typedef struct shop {
    pthread_mutex_t lock; /* held to acquire or release a snapshot only */
    snapshot *now;
    atomic_int done;
    atomic_llong served, refused, swaps;
    int ranking;
} shop;

#define MUST(call) EXPECT((call) == THAW_OK)

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Resident memory in MB. */
static double resident(void)
{
    long pages = 0, all;
    FILE *f = fopen("/proc/self/statm", "r");
    EXPECT(f && fscanf(f, "%ld %ld", &all, &pages) == 2);
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* ---- snapshots --------------------------------------------------------------------------------------------------- */

static snapshot *acquire(shop *s)
{
    pthread_mutex_lock(&s->lock);
    snapshot *now_served = s->now;
    now_served->references++;
    pthread_mutex_unlock(&s->lock);
    return now_served;
}

static void release(shop *s, snapshot *used)
{
    pthread_mutex_lock(&s->lock);
    const int last = --used->references == 0;
    pthread_mutex_unlock(&s->lock);
    if (!last) return;
    thaw_model_free(used->model);
    free(used);
}

static void publish(shop *s, thaw_model *model)
{
    snapshot *next = malloc(sizeof *next);
    EXPECT(next);
    *next = (snapshot){model, 1};
    pthread_mutex_lock(&s->lock);
    snapshot *old = s->now;
    s->now = next;
    pthread_mutex_unlock(&s->lock);
    if (old) release(s, old);
}

/* ---- readers ----------------------------------------------------------------------------------------------------- */

/* Serve one request; a user of a model before training is refused and made again. */
static void serve(shop *s, thaw_user **user, int k)
{
    thaw_hit hits[TOP];
    thaw_query query;
    int64_t n;
    const thaw_event event = shop_event(k % 50);
    MUST(thaw_query_init(&query, sizeof query));
    query.top = TOP;
    snapshot *used = acquire(s);
    if (!*user) MUST(thaw_user_create(user, used->model));
    thaw_status st = thaw_user_observe(used->model, *user, &event);
    if (st == THAW_OK) st = thaw_recommend(used->model, *user, hits, &n, &query);
    EXPECT(st == THAW_OK || st == THAW_E_MISMATCH);
    release(s, used);
    if (st == THAW_OK) {
        for (int64_t i = 0; i < n; i++) EXPECT(isfinite(hits[i].mean) && isfinite(hits[i].variance));
        s->served++;
    } else {
        thaw_user_free(*user);
        *user = NULL;
        s->refused++;
    }
}

static void *serve_until_done(void *arg)
{
    shop *s = arg;
    thaw_user *user = NULL;
    for (int k = 0; !s->done; k++) {
        serve(s, &user, k);
        if (k % 200 == 199) { /* a new shopper */
            thaw_user_free(user);
            user = NULL;
        }
    }
    thaw_user_free(user);
    return NULL;
}

/* ---- the trainer ------------------------------------------------------------------------------------------------- */

/* A saved and loaded copy in place of the model. */
static void through_bytes(thaw_model **model)
{
    thaw_model *loaded;
    int64_t size;
    char *bytes = model_bytes(*model, &size);
    MUST(thaw_model_load_buffer(&loaded, bytes, size, NULL));
    free(bytes);
    thaw_model_free(*model);
    *model = loaded;
}

static void update(shop *s, int round)
{
    thaw_model *next;
    const int items = SHOP_ITEMS + round % (MOST_ITEMS - SHOP_ITEMS);
    thaw_data *data = shop_data(NULL, NEW_USERS, items, (uint64_t)round + 2);
    const int64_t row = round % SHOP_ITEMS;
    MUST(thaw_model_copy(&next, s->now->model)); /* only this thread publishes */
    MUST(thaw_model_add_items(next, NULL, data));
    MUST(thaw_pretrain_step(next, NULL, data, NULL, 0));
    MUST(thaw_model_retire_items(next, &row, 1, round / SHOP_ITEMS % 2 == 0));
    if (round % 3 == 0) through_bytes(&next);
    publish(s, next);
    s->swaps++;
    thaw_data_free(data);
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void open_shop(shop *s, int ranking)
{
    s->ranking = ranking;
    EXPECT(pthread_mutex_init(&s->lock, NULL) == 0);
    publish(s, ranking ? shop_ranking(NULL, 4) : shop_model(NULL, 4, 30));
}

static void close_shop(shop *s)
{
    printf("%s: %lld requests served, %lld users refused after training, %lld swaps\n",
           s->ranking ? "ranking" : "rating", (long long)s->served, (long long)s->refused, (long long)s->swaps);
    EXPECT(s->served > 0 && s->swaps > 0);
    release(s, s->now);
    pthread_mutex_destroy(&s->lock);
}

int main(int argc, char **argv)
{
    static shop shops[2];
    pthread_t readers[2 * READERS];
    const double seconds = argc > 1 ? atof(argv[1]) : 5, end = now() + seconds;
    double peak[2] = {0, 0};
    for (int k = 0; k < 2; k++) open_shop(&shops[k], k);
    for (int r = 0; r < 2 * READERS; r++)
        EXPECT(pthread_create(&readers[r], NULL, serve_until_done, &shops[r % 2]) == 0);
    for (int round = 0; now() < end; round++) {
        const int half = now() > end - seconds / 2;
        update(&shops[round % 2], round / 2);
        if (resident() > peak[half]) peak[half] = resident();
    }
    for (int k = 0; k < 2; k++) shops[k].done = 1;
    for (int r = 0; r < 2 * READERS; r++) pthread_join(readers[r], NULL);
    for (int k = 0; k < 2; k++) close_shop(&shops[k]);
    printf("peak memory %.1f MB, then %.1f MB\n", peak[0], peak[1]);
    EXPECT(peak[1] <= 1.25 * peak[0] + 16);
    return 0;
}

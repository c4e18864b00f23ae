/* SPDX-License-Identifier: Apache-2.0 */

/* Updates while serving: readers recommend from a constant snapshot of the model, while a trainer copies it, trains the
 * copy on new events and publishes the copy. A lock is held only to acquire or release a snapshot, not while training
 * or recommending. The last release of an old snapshot frees it.
 *
 * New calls: thaw_model_copy, thaw_pretrain_step on a copy. */

#include <pthread.h>
#include <stdatomic.h>

#include "common.h"
#include "shop.h"

enum { TRAINED = 300, NEW = 60, UPDATES = 4, ITEMS = 150, READERS = 3, TOP = 10 };

typedef struct snapshot {
    thaw_model *model; /* const after it is published */
    int references;    /* guarded by the lock */
} snapshot;

typedef struct live {
    pthread_mutex_t lock;
    snapshot *now;
    atomic_int done;
    atomic_llong served, served_in_training;
    atomic_int training;
} live;

static snapshot *acquire(live *l)
{
    pthread_mutex_lock(&l->lock);
    snapshot *s = l->now;
    s->references++;
    pthread_mutex_unlock(&l->lock);
    return s;
}

static void release(live *l, snapshot *s)
{
    pthread_mutex_lock(&l->lock);
    const int last = --s->references == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last) return;
    thaw_model_free(s->model);
    free(s);
}

/* Make the model current. `now` holds one reference to the current snapshot. */
static void publish(live *l, thaw_model *model)
{
    snapshot *s = malloc(sizeof *s);
    expect(s != NULL, "memory");
    *s = (snapshot){model, 1};
    pthread_mutex_lock(&l->lock);
    snapshot *old = l->now;
    l->now = s;
    pthread_mutex_unlock(&l->lock);
    if (old) release(l, old);
}

/* One request. A user belongs to the model it was created for, so each request adapts to events again. */
static void serve(live *l, int64_t request)
{
    snapshot *s = acquire(l);
    thaw_user *user;
    thaw_hit hits[TOP];
    int64_t n;
    const thaw_event event = {.item = request % ITEMS, .value = 5};
    CHECK(thaw_user_create(&user, s->model));
    CHECK(thaw_user_observe(s->model, user, &event));
    CHECK(thaw_recommend(s->model, user, hits, &n, NULL));
    expect(n == TOP, "enough items");
    thaw_user_free(user);
    release(l, s);
    l->served++;
    if (l->training) l->served_in_training++;
}

static void *serve_until_done(void *arg)
{
    live *l = arg;
    for (int64_t k = 0; !l->done; k++) serve(l, k);
    return NULL;
}

static void update(live *l, const shop *s, int64_t first)
{
    snapshot *old = acquire(l);
    thaw_model *next;
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    CHECK(shop_fill(data, s, first, NEW));
    l->training = 1;
    CHECK(thaw_model_copy(&next, old->model));
    CHECK(thaw_model_add_items(next, NULL, data));
    CHECK(thaw_pretrain_step(next, NULL, data, NULL, 0));
    l->training = 0;
    publish(l, next);
    release(l, old);
    thaw_data_free(data);
}

int main(void)
{
    live l = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t readers[READERS];
    thaw_data *data;
    thaw_config config;
    thaw_model *model;
    shop *s = shop_create(TRAINED + UPDATES * NEW, ITEMS, 5);
    expect(s != NULL, "memory");
    CHECK(thaw_config_init(&config, sizeof config));
    config.objective = THAW_OBJECTIVE_RANKING;
    config.rank = 8;
    config.passes = 2;
    CHECK(thaw_data_create(&data, NULL));
    CHECK(shop_fill(data, s, 0, TRAINED));
    CHECK(thaw_model_create(&model, &config, data));
    CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    thaw_data_free(data);
    publish(&l, model);
    for (int r = 0; r < READERS; r++) expect(pthread_create(&readers[r], NULL, serve_until_done, &l) == 0, "a thread");
    for (int k = 0; k < UPDATES; k++) update(&l, s, TRAINED + k * NEW);
    l.done = 1;
    for (int r = 0; r < READERS; r++) pthread_join(readers[r], NULL);
    printf("%lld requests served, %lld of them during the training of %d updates\n", (long long)l.served,
           (long long)l.served_in_training, UPDATES);
    release(&l, l.now);
    pthread_mutex_destroy(&l.lock);
    shop_free(s);
    return 0;
}

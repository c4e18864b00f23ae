/* SPDX-License-Identifier: Apache-2.0 */

/* Serving: one const model, many threads, each with a user of its own; no locks. Training on a pool of threads gives
 * the same model as on one.
 *
 * New calls: thaw_threads_create, thaw_threads_parallel, thaw_threads_free, thaw_model_save_buffer,
 *            thaw_model_load_buffer. */

#include <pthread.h>
#include <string.h>

#include "common.h"
#include "shop.h"

enum { TRAINED = 500, REQUESTS = 200, ITEMS = 200, THREADS = 4, TOP = 5 };

typedef struct served {
    thaw_hit hits[REQUESTS][TOP];
} served;

typedef struct worker {
    const thaw_model *model;
    const shop *shop;
    served *out;
    int first, step; /* requests of this worker */
} worker;

/* One request: adapt to the events of a user, recommend items that the user has not rated. */
static void serve(const worker *w, thaw_user *user, int request)
{
    thaw_event events[ITEMS];
    int64_t rated[ITEMS], n = 0, n_hits;
    for (int64_t i = 0; i < w->shop->n_events; i++) {
        const shop_event *e = &w->shop->events[i];
        if (e->user != TRAINED + request) continue;
        CHECK(thaw_model_item_row(w->model, &rated[n], w->shop->items[e->item].key));
        events[n] = (thaw_event){.item = rated[n], .value = e->rating};
        n++;
    }
    CHECK(thaw_adapt(w->model, user, events, n));

    thaw_query query;
    CHECK(thaw_query_init(&query, sizeof query));
    query.top = TOP;
    query.exclude = rated;
    query.n_exclude = n;
    CHECK(thaw_recommend(w->model, user, w->out->hits[request], &n_hits, &query));
    expect(n_hits == TOP, "enough items for every user");
}

static void *run(void *arg)
{
    const worker *w = arg;
    thaw_user *user; /* one for each thread, reused for every request */
    CHECK(thaw_user_create(&user, w->model));
    for (int request = w->first; request < REQUESTS; request += w->step) serve(w, user, request);
    thaw_user_free(user);
    return NULL;
}

static void serve_all(served *out, const thaw_model *model, const shop *s, int n_threads)
{
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int t = 0; t < n_threads; t++) {
        workers[t] = (worker){model, s, out, t, n_threads};
        expect(pthread_create(&threads[t], NULL, run, &workers[t]) == 0, "a thread");
    }
    for (int t = 0; t < n_threads; t++) pthread_join(threads[t], NULL);
}

static thaw_model *pretrain(const shop *s, int n_threads)
{
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    CHECK(shop_fill(data, s, 0, TRAINED));
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    config.rank = 6;
    config.passes = 5;
    thaw_threads *threads;
    CHECK(thaw_threads_create(&threads, n_threads));
    CHECK(thaw_threads_parallel(threads, &config.parallel));
    thaw_model *trained, *model;
    CHECK(thaw_model_create(&trained, &config, data));
    CHECK(thaw_pretrain(trained, NULL, data, NULL, NULL));

    /* A model keeps the thread pool it was created with. A copy through bytes has none. */
    int64_t size;
    expect(thaw_model_save_buffer(trained, NULL, 0, &size) == THAW_E_SPACE, "a NULL buffer returns the size");
    void *bytes = malloc((size_t)size);
    expect(bytes != NULL, "memory");
    CHECK(thaw_model_save_buffer(trained, bytes, size, &size));
    CHECK(thaw_model_load_buffer(&model, bytes, size, NULL));
    free(bytes);
    thaw_model_free(trained);
    thaw_threads_free(threads);
    thaw_data_free(data);
    return model;
}

int main(void)
{
    static served one_thread, many_threads, other_model;
    shop *s = shop_create(TRAINED + REQUESTS, ITEMS, 11);
    expect(s != NULL, "memory");
    thaw_model *model = pretrain(s, THREADS), *same = pretrain(s, 1);
    serve_all(&one_thread, model, s, 1);
    serve_all(&many_threads, model, s, THREADS);
    serve_all(&other_model, same, s, THREADS);
    expect(memcmp(&one_thread, &many_threads, sizeof one_thread) == 0, "one thread and many give the same lists");
    expect(memcmp(&one_thread, &other_model, sizeof one_thread) == 0, "training on one thread gives the same model");
    printf("%d requests, the same lists from %d threads as from one\n", REQUESTS, THREADS);
    thaw_model_free(same);
    thaw_model_free(model);
    shop_free(s);
    return 0;
}

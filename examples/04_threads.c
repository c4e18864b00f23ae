/* SPDX-License-Identifier: Apache-2.0 */

/* Serving: one const model, many threads, each with a user of its own; no locks. Training on a pool of threads gives the
 * same model as on one.
 *
 * New calls: thaw_threads_create, thaw_threads_parallel, thaw_threads_free, thaw_model_save_buffer,
 *            thaw_model_load_buffer. */

#include <pthread.h>
#include <string.h>

#include "common.h"
#include "shop.h"

enum { TRAINED = 500, SHOPPERS = 200, ITEMS = 200, THREADS = 4, TOP = 5 };

typedef struct served {
    thaw_hit hits[SHOPPERS][TOP];
} served;

typedef struct worker {
    const thaw_model *model;
    const shop *shop;
    served *out;
    int first, step; /* this worker's shoppers */
} worker;

/* One request: the shopper's events in, the top items out, without what the shopper already rated. */
static void serve(const worker *w, thaw_user *user, int shopper)
{
    thaw_event events[ITEMS];
    int64_t rated[ITEMS], n = 0, n_hits;
    for (int64_t i = 0; i < w->shop->n_events; i++) {
        const shop_event *e = &w->shop->events[i];
        if (e->user != TRAINED + shopper) continue;
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
    CHECK(thaw_recommend(w->model, user, w->out->hits[shopper], &n_hits, &query));
    expect(n_hits == TOP, "enough items for every shopper");
}

static void *run(void *arg)
{
    const worker *w = arg;
    thaw_user *user; /* made once per thread, used again for every request */
    CHECK(thaw_user_create(&user, w->model));
    for (int shopper = w->first; shopper < SHOPPERS; shopper += w->step) serve(w, user, shopper);
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

    /* A model holds on to the threads it was made with; a copy through bytes serves without them. */
    int64_t size;
    expect(thaw_model_save_buffer(trained, NULL, 0, &size) == THAW_E_SPACE, "the size that is needed");
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
    static served alone, together, other_model;
    shop *s = shop_create(TRAINED + SHOPPERS, ITEMS, 11);
    expect(s != NULL, "memory");
    thaw_model *model = pretrain(s, THREADS), *same = pretrain(s, 1);
    serve_all(&alone, model, s, 1);
    serve_all(&together, model, s, THREADS);
    serve_all(&other_model, same, s, THREADS);
    expect(memcmp(&alone, &together, sizeof alone) == 0, "the same answers from one thread and from many");
    expect(memcmp(&alone, &other_model, sizeof alone) == 0, "the same model from one thread and from many");
    printf("%d shoppers served by %d threads, as by one\n", SHOPPERS, THREADS);
    thaw_model_free(same);
    thaw_model_free(model);
    shop_free(s);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */

/* Memory from the host: a counting allocator shows that all memory comes from it, that all of it is freed, and that the
 * calls of a request allocate nothing.
 *
 * New: thaw_config.allocator. */

#include <stdatomic.h>

#include "common.h"
#include "shop.h"

enum { USERS = 300, ITEMS = 100, TOP = 10 };

/* Each block follows its size, which is padded so that the block is aligned to 16 bytes. */
typedef struct meter {
    atomic_llong calls, live, bytes;
} meter;

static void *meter_alloc(void *ctx, uint64_t size)
{
    meter *m = ctx;
    if (size > SIZE_MAX - 16) return NULL;
    uint64_t *block = malloc((size_t)size + 16);
    if (!block) return NULL;
    block[0] = size;
    atomic_fetch_add(&m->calls, 1);
    atomic_fetch_add(&m->live, 1);
    atomic_fetch_add(&m->bytes, (long long)size);
    return block + 2;
}

static void meter_free(void *ctx, void *ptr)
{
    meter *m = ctx;
    if (!ptr) return;
    uint64_t *block = (uint64_t *)ptr - 2;
    atomic_fetch_sub(&m->live, 1);
    atomic_fetch_sub(&m->bytes, (long long)block[0]);
    free(block);
}

static void print_meter(const char *when, meter *m)
{
    printf("%-22s %6lld allocations so far, %4lld blocks and %8lld bytes in use\n", when, (long long)m->calls,
           (long long)m->live, (long long)m->bytes);
}

int main(void)
{
    meter m = {0};
    shop *s = shop_create(USERS, ITEMS, 5);
    expect(s != NULL, "memory");
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    config.allocator = (thaw_allocator){meter_alloc, meter_free, &m};
    config.rank = 8;
    config.passes = 5;

    thaw_data *data;
    CHECK(thaw_data_create(&data, &config));
    CHECK(shop_fill(data, s, 0, USERS));
    print_meter("data", &m);
    thaw_model *model;
    CHECK(thaw_model_create(&model, &config, data));
    CHECK(thaw_pretrain(model, NULL, data, NULL, NULL));
    print_meter("model, pretrained", &m);
    thaw_data_free(data);
    print_meter("data freed", &m);
    thaw_user *user;
    CHECK(thaw_user_create(&user, model));
    print_meter("user", &m);

    /* A thousand requests. */
    const long long before = m.calls;
    int64_t rows[ITEMS], n_hits;
    float mean[ITEMS], variance[ITEMS];
    thaw_hit hits[TOP];
    for (int i = 0; i < ITEMS; i++) CHECK(thaw_model_item_row(model, &rows[i], s->items[i].key));
    for (int request = 0; request < 1000; request++) {
        thaw_event events[5];
        for (int k = 0; k < 5; k++) {
            const shop_event *e = &s->events[(request * 7 + k) % s->n_events];
            events[k] = (thaw_event){.item = rows[e->item], .value = e->rating};
        }
        CHECK(thaw_adapt(model, user, events, 4));
        CHECK(thaw_user_observe(model, user, &events[4]));
        CHECK(thaw_score(model, user, mean, variance, rows, ITEMS));
        CHECK(thaw_recommend(model, user, hits, &n_hits, NULL));
    }
    print_meter("1000 requests served", &m);
    expect(m.calls == before, "adapt, observe, score and recommend allocate nothing");

    thaw_user_free(user);
    thaw_model_free(model);
    print_meter("all freed", &m);
    expect(m.live == 0 && m.bytes == 0, "all memory is freed");
    shop_free(s);
    return 0;
}

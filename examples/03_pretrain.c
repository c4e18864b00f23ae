/* SPDX-License-Identifier: Apache-2.0 */

/* A training loop of your own: steps over batches of users in random order, a line for each pass, a checkpoint that is
 * always complete, and a run that continues from it.
 *
 * New calls: thaw_report_init, thaw_pretrain_step, thaw_model_save, thaw_model_load, thaw_model_get_info. */

#include <math.h>
#include <string.h>

#include "common.h"
#include "shop.h"

enum { USERS = 800, ITEMS = 150, BATCH = 100, PASSES = 6 };

/* A new order of the users for each pass. */
static void shuffle(int64_t *users, int64_t n, uint64_t *state)
{
    for (int64_t i = n - 1; i > 0; i--) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        const int64_t j = (int64_t)(*state >> 33) % (i + 1);
        const int64_t t = users[i];
        users[i] = users[j];
        users[j] = t;
    }
}

/* Run one pass over all users in batches; returns the error of the last step. */
static double run_pass(thaw_model *model, const thaw_data *data, int64_t *users, uint64_t *state)
{
    thaw_report report;
    CHECK(thaw_report_init(&report, sizeof report));
    shuffle(users, USERS, state);
    for (int64_t first = 0; first < USERS; first += BATCH) {
        const int64_t n = USERS - first < BATCH ? USERS - first : BATCH;
        CHECK(thaw_pretrain_step(model, &report, data, users + first, n));
    }
    printf("step %3lld  error %.4f  noise %.4f\n", (long long)report.steps, report.train_rmse, report.noise);
    return report.train_rmse;
}

static int64_t steps_of(const thaw_model *model)
{
    thaw_model_info info;
    CHECK(thaw_model_info_init(&info, sizeof info));
    CHECK(thaw_model_get_info(model, &info));
    return info.steps;
}

int main(int argc, char **argv)
{
    const char *checkpoint = argc > 1 ? argv[1] : "checkpoint.thaw";
    shop *s = shop_create(USERS, ITEMS, 3);
    expect(s != NULL, "memory");
    thaw_data *data;
    CHECK(thaw_data_create(&data, NULL));
    CHECK(shop_fill(data, s, 0, USERS));
    thaw_config config;
    CHECK(thaw_config_init(&config, sizeof config));
    config.rank = 6;
    config.batch_users = BATCH;
    thaw_model *model;
    CHECK(thaw_model_create(&model, &config, data));

    int64_t users[USERS];
    for (int64_t u = 0; u < USERS; u++) users[u] = u;
    uint64_t state = 1;
    double first = 0, last = 0;
    for (int pass = 0; pass < PASSES / 2; pass++) {
        last = run_pass(model, data, users, &state);
        if (pass == 0) first = last;
        CHECK(thaw_model_save(model, checkpoint)); /* replaces the old file when the new one is complete */
    }

    /* Continue as another process would: load the checkpoint. */
    const int64_t steps = steps_of(model);
    thaw_model_free(model);
    CHECK(thaw_model_load(&model, checkpoint, &config));
    expect(steps_of(model) == steps, "the checkpoint has the number of steps");
    for (int pass = PASSES / 2; pass < PASSES; pass++) last = run_pass(model, data, users, &state);
    CHECK(thaw_model_save(model, checkpoint));
    printf("saved %s\n", checkpoint);

    expect(isfinite(last) && last < first, "training lowers the error");
    thaw_model_free(model);
    thaw_data_free(data);
    shop_free(s);
    return 0;
}

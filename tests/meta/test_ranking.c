/* SPDX-License-Identifier: Apache-2.0
 * Ranking from behaviour: gradients of the rules, what serving makes of a history, files, memory. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "episode.h"
#include "failing_alloc.h"
#include "rank_adapt.h"
#include "rank_prior.h"
#include "run_suite.h"
#include "thaw/thaw.h"
#include "tune.h"

enum { USERS = 60, ITEMS = 30, STEPS = 8 };

/* Users who walk up a ring of items: whoever took i takes i + 1 next, mostly; every third time by "view" first. Every second one
 * ends where he began. A user's home is the third of the ring he begins in; three items in a row share a shelf. */
static thaw_data *ring_shop(const thaw_allocator *a)
{
    enum { N = USERS * STEPS };
    static char users[N][8], items[N][8];
    const char *u[N], *i[N], *e[N];
    double times[N];
    for (int k = 0; k < N; k++) {
        const int user = k / STEPS, step = k % STEPS;
        snprintf(users[k], sizeof users[k], "u%d", user);
        const int place = step == STEPS - 1 && user % 2 ? 0 : step == 5 && user % 4 == 0 ? 14 : step;
        snprintf(items[k], sizeof items[k], "i%d", (user * 7 + place) % ITEMS);
        u[k] = users[k], i[k] = items[k], e[k] = k % 3 ? "purchase" : "view", times[k] = 10 * step + user % 5;
    }
    thaw_config config;
    thaw_data *data;
    ck_assert_int_eq(thaw_config_init(&config, sizeof config), THAW_OK);
    if (a) config.allocator = *a;
    if (thaw_data_create(&data, &config) != THAW_OK) return NULL;
    thaw_event_columns c;
    thaw_event_columns_init(&c, sizeof c);
    c.users = u, c.items = i, c.events = e, c.times = times;
    const char *keys[USERS], *homes[USERS];
    for (int user = 0; user < USERS; user++) {
        static const char *const thirds[] = {"north", "east", "west"};
        keys[user] = users[user * STEPS], homes[user] = thirds[user * 7 % ITEMS / 10];
    }
    const char *goods[ITEMS], *shelves[ITEMS];
    static char names[ITEMS][2][8];
    for (int item = 0; item < ITEMS; item++) {
        goods[item] = names[item][0], shelves[item] = names[item][1];
        snprintf(names[item][0], sizeof names[item][0], "i%d", item);
        snprintf(names[item][1], sizeof names[item][1], "s%d", item / 3);
    }
    if (thaw_data_add_events(data, &c, N) == THAW_OK &&
        thaw_data_add_feature(data, THAW_ITEMS, "shelf", THAW_TOKEN, goods, shelves, ITEMS) == THAW_OK &&
        thaw_data_add_feature(data, THAW_USERS, "home", THAW_TOKEN, keys, homes, USERS) == THAW_OK)
        return data;
    thaw_data_free(data);
    return NULL;
}

/* target "": anything new. */
static thaw_config ring_config(const thaw_allocator *a, const char *target)
{
    thaw_config c;
    ck_assert_int_eq(thaw_config_init(&c, sizeof c), THAW_OK);
    ck_assert_int_eq(thaw_config_set(&c, "target", target), THAW_OK);
    c.rank = 5, c.passes = 2;
    if (a) c.allocator = *a;
    return c;
}

static thaw_model *ring_model(const char *target)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, target);
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(m->objective, THAW_RANKING); /* no event carries a value */
    ck_assert_msg(thaw_pretrain(m, NULL, data, NULL, NULL) == THAW_OK, "%s", thaw_last_error());
    thaw_data_free(data);
    return m;
}

static thaw_event event_of(const thaw_model *m, const char *item, const char *kind, double time)
{
    thaw_event e = {.value = NAN, .time = time};
    ck_assert_int_eq(thaw_model_item_row(m, &e.item, item), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &e.event, kind), THAW_OK);
    return e;
}

/* The number that a slope belongs to; half_life by its logarithm is left out. */
static float *number(thaw__ranking *r, int s)
{
    if (s < THAW__SLOPE_BACKWARD) return &r->rule[s / THAW__RULE_KNOTS][s % THAW__RULE_KNOTS];
    if (s == THAW__SLOPE_BACKWARD) return &r->backward;
    const int kind = (s - THAW__SLOPE_KINDS) % r->n_kinds, what = (s - THAW__SLOPE_KINDS) / r->n_kinds;
    return what == 0 ? &r->kinds[kind].weight : what == 1 ? &r->kinds[kind].target : &r->kinds[kind].exponent;
}

/* Differences of h = 0.01 of a float32 loss near 3: 1e-4 of rounding and the third derivative. */
START_TEST(slopes_of_rules_are_those_of_finite_differences)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, _i % 2 ? "purchase" : "");
    thaw_model *m;
    thaw__journeys j;
    thaw__basis basis;
    thaw__episode *e;
    int64_t users[USERS];
    float slope[256] = {0}, unused[256];
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw__journeys_build(&j, m, data, NULL, 0, INFINITY), THAW_OK);
    for (int u = 0; u < USERS; u++) users[u] = u;
    m->ranking->half_life = 40;
    ck_assert_int_eq(thaw__moments_take(m, &basis, &j, users, USERS - 1), THAW_OK);
    ck_assert_int_eq(thaw__rank_prior_learn(m, &j, users, USERS - 1), THAW_OK);
    ck_assert_int_eq(thaw__episode_create(&e, m, &basis), THAW_OK);
    const int64_t k = 2 + _i % 8 / 2;
    if (_i >= 8) e->sample = 7; /* of a large catalogue not all is looked at */
    ck_assert_int_eq(thaw__episode_adapt(e, &j, USERS - 1, k), 0);
    ck_assert(thaw__episode_loss(e, &j, 1, 0, slope) > 0);
    for (int s = 0; s < thaw__n_slopes(m->ranking); s++) {
        if (s == THAW__SLOPE_HALF_LIFE) continue;
        float *x = number(m->ranking, s);
        const float old = *x, h = 0.01f;
        double loss[2];
        for (int side = 0; side < 2; side++) {
            *x = side ? old + h : old - h;
            ck_assert_int_eq(thaw__episode_adapt(e, &j, USERS - 1, k), 0);
            loss[side] = thaw__episode_loss(e, &j, 1, 0, unused);
        }
        *x = old;
        const double difference = (loss[1] - loss[0]) / (2 * (double)h);
        ck_assert_msg(fabs(difference - (double)slope[s]) < 2e-3 * (0.05 + fabs(difference)), "slope %d is %g, differences say %g", s,
                      (double)slope[s], difference);
    }
    thaw__episode_free(e);
    thaw__basis_free(&basis, &m->config.allocator);
    thaw__journeys_free(&j);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

/* The ring's moments of all users but the last, to be tuned. */
typedef struct tuning {
    thaw_data *data;
    thaw_model *m;
    thaw__journeys j;
    thaw__basis basis;
    int64_t users[USERS];
    thaw__tune tune;
} tuning;

static void open_tuning(tuning *t, int32_t loss)
{
    thaw_config config = ring_config(NULL, "");
    t->data = ring_shop(NULL);
    config.loss = loss;
    ck_assert_int_eq(thaw_model_create(&t->m, &config, t->data), THAW_OK);
    ck_assert_int_eq(thaw__journeys_build(&t->j, t->m, t->data, NULL, 0, INFINITY), THAW_OK);
    for (int u = 0; u < USERS; u++) t->users[u] = u;
    ck_assert_int_eq(thaw__moments_take(t->m, &t->basis, &t->j, t->users, USERS - 1), THAW_OK);
    ck_assert_int_eq(thaw__tune_create(&t->tune, t->m, &t->basis, &t->j, t->users, USERS - 1), THAW_OK);
}

static void close_tuning(tuning *t)
{
    thaw__tune_free(&t->tune);
    thaw__basis_free(&t->basis, &t->m->config.allocator);
    thaw__journeys_free(&t->j);
    thaw_model_free(t->m);
    thaw_data_free(t->data);
}

/* Of the episode in place 0, by the number at x; a second one in place 1 leaves its slopes alone. */
static void check_embedding(tuning *t, float *x, int64_t k, double slope)
{
    const float old = *x, h = 0.003f;
    double loss[2];
    for (int side = 0; side < 2; side++) {
        *x = side ? old + h : old - h;
        loss[side] = thaw__tune_episode(&t->tune, 1, 0, USERS - 1, k, 0);
    }
    *x = old;
    const double difference = (loss[1] - loss[0]) / (2 * (double)h);
    ck_assert_msg(fabs(difference - slope) < 2e-3 * (0.1 + fabs(difference)), "the slope is %g, differences say %g", slope, difference);
}

START_TEST(slopes_of_embeddings_are_those_of_finite_differences)
{
    tuning t;
    open_tuning(&t, _i / 3);
    const int64_t k = 1 + 2 * (_i % 3), stride = t.m->stride;
    const thaw__tune_support *s = t.tune.supports;
    ck_assert(thaw__tune_episode(&t.tune, 0, 0, USERS - 1, k, 0) > 0);
    ck_assert_int_eq(s->n, k);
    for (int32_t c = 0; c < t.m->rank; c++) {
        const double w = (double)t.tune.w[c], l = (double)t.tune.l[c];
        for (int32_t i = 0; i < s->n; i++)
            check_embedding(&t, &t.m->factor[s->item[i] * stride + c], k, (double)s->by_l[i] * l + (double)s->by_w[i] * w);
        for (int64_t i = 0; i < ITEMS; i++)
            check_embedding(&t, &t.basis.rows[i * t.basis.width + c], k, (double)t.tune.by_score[i] * w);
    }
    close_tuning(&t);
}
END_TEST

START_TEST(tuning_lowers_the_loss_and_keeps_the_space_diagonal)
{
    tuning t;
    enum { EPOCHS = 60, SOME = 15 }; /* of 64 episodes: one alone is noisy */
    double first = 0, last = 0;
    open_tuning(&t, _i);
    for (int k = 0; k < EPOCHS; k++) {
        double loss;
        ck_assert_int_eq(thaw__tune_epoch(&t.tune, &loss), THAW_OK);
        if (k < SOME) first += loss;
        if (k >= EPOCHS - SOME) last += loss;
    }
    ck_assert_msg(last < first, "%g at first, %g at last", first / SOME, last / SOME);
    for (int32_t a = 0; a < t.m->rank; a++)
        for (int32_t b = 0; b <= a; b++) {
            double sum = 0;
            for (int64_t i = 0; i < ITEMS; i++)
                sum += (double)t.m->factor[i * t.m->stride + a] * (double)t.m->factor[i * t.m->stride + b];
            ck_assert_double_eq_tol(sum, a == b ? (double)t.m->ranking->silent[a] : 0, 1e-4);
        }
    close_tuning(&t);
}
END_TEST

/* Whoever walks past i12 came by i11 and comes by the next few. */
START_TEST(what_follows_is_recommended_first)
{
    thaw_model *m = ring_model("");
    thaw_user *u;
    thaw_hit hits[3];
    int64_t n;
    const char *key;
    const thaw_event e[] = {event_of(m, "i11", "purchase", 1), event_of(m, "i12", "purchase", 2)};
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    const int64_t known[] = {e[0].item, e[1].item};
    q.top = 3, q.exclude = known, q.n_exclude = 2;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 2), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    ck_assert_int_eq(n, 3);
    ck_assert_int_eq(thaw_model_item_key(m, &key, hits[0].item), THAW_OK);
    ck_assert_msg(atoi(key + 1) >= 13 && atoi(key + 1) <= 17, "%s does not follow", key);
    ck_assert(hits[0].variance > 0);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

/* Serving whitens and uses the dual system, training factors the whole; float32 over a few steps. */
START_TEST(serving_believes_what_training_does)
{
    thaw_model *m = ring_model("");
    thaw_user *u;
    thaw_event e[12];
    thaw__evidence evidence;
    const int n = 1 + 3 * _i; /* up to more items than rank */
    float w[16] __attribute__((aligned(64))), factor[5 * 16] __attribute__((aligned(64)));
    for (int k = 0; k < n; k++) {
        char key[8];
        snprintf(key, sizeof key, "i%d", 3 * k % ITEMS);
        e[k] = event_of(m, key, k % 2 ? "view" : "purchase", k);
    }
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, n), THAW_OK);
    thaw__evidence_read(&evidence, m->ranking, e, n);
    ck_assert_int_eq(thaw__belief_solve(w, factor, m, &evidence, NULL), 0);
    const float gain = thaw__ranking_rule(m->ranking, THAW__GAIN, evidence.place);
    float largest = 0;
    for (int c = 0; c < 5; c++) largest = fmaxf(largest, fabsf(gain * w[c]));
    for (int c = 0; c < 5; c++) ck_assert_float_eq_tol(u->posterior.mean[c], gain * w[c], 1e-3f * largest + 1e-6f);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

START_TEST(one_by_one_is_all_at_once_in_any_order)
{
    thaw_model *m = ring_model("");
    thaw_user *all, *single;
    float a[ITEMS], b[ITEMS];
    int64_t rows[ITEMS];
    const thaw_event e[] = {event_of(m, "i3", "view", 1), event_of(m, "i4", "purchase", 2), event_of(m, "i3", "purchase", 3)};
    for (int i = 0; i < ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_user_create(&all, m), THAW_OK);
    ck_assert_int_eq(thaw_user_create(&single, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, all, e, 3), THAW_OK);
    for (int k = 2; k >= 0; k--) ck_assert_int_eq(thaw_user_observe(m, single, &e[k]), THAW_OK);
    ck_assert_int_eq(thaw_score(m, all, a, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_score(m, single, b, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    thaw_user_free(all);
    thaw_user_free(single);
    thaw_model_free(m);
}
END_TEST

START_TEST(files_bring_back_models_and_users_to_the_bit)
{
    thaw_model *m = ring_model(""), *again;
    thaw_user *u, *back;
    int64_t size, user_size, rows[ITEMS];
    float a[ITEMS], b[ITEMS];
    const thaw_event e[] = {event_of(m, "i20", "view", 5), event_of(m, "i21", "purchase", 6)};
    for (int i = 0; i < ITEMS; i++) rows[i] = i;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 2), THAW_OK);
    ck_assert_int_eq(thaw_model_save_buffer(m, NULL, 0, &size), THAW_E_SPACE);
    ck_assert_int_eq(thaw_user_save(u, NULL, 0, &user_size), THAW_E_SPACE);
    char *bytes = malloc((size_t)size), *user_bytes = malloc((size_t)user_size);
    ck_assert_int_eq(thaw_model_save_buffer(m, bytes, size, &size), THAW_OK);
    ck_assert_int_eq(thaw_user_save(u, user_bytes, user_size, &user_size), THAW_OK);
    ck_assert_msg(thaw_model_load_buffer(&again, bytes, size, NULL) == THAW_OK, "%s", thaw_last_error());
    ck_assert_int_eq(thaw_user_load(&back, again, user_bytes, user_size), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, a, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_score(again, back, b, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(a, b, sizeof a);
    for (int64_t cut = 0; cut < user_size; cut += 7) {
        thaw_user *none;
        ck_assert_int_ne(thaw_user_load(&none, again, user_bytes, cut), THAW_OK);
    }
    free(bytes);
    free(user_bytes);
    thaw_user_free(u);
    thaw_user_free(back);
    thaw_model_free(m);
    thaw_model_free(again);
}
END_TEST

/* What is known of a stranger from home, before and after the first event, and what bytes bring back. */
START_TEST(features_speak_first_and_then_less)
{
    thaw_model *m = ring_model("");
    thaw_user *u, *back;
    const char *const names[] = {"home"}, *const values[] = {"east"};
    float before[ITEMS], after[ITEMS], plain[ITEMS], sum[3] = {0};
    int64_t rows[ITEMS], size;
    char bytes[512];
    const thaw_event e = event_of(m, "i25", "purchase", 1);
    for (int i = 0; i < ITEMS; i++) {
        char key[8];
        snprintf(key, sizeof key, "i%d", i);
        ck_assert_int_eq(thaw_model_item_row(m, &rows[i], key), THAW_OK);
    }
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, plain, NULL, rows, ITEMS), THAW_OK);
    ck_assert_int_eq(thaw_user_set_features(m, u, names, values, 1), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, before, NULL, rows, ITEMS), THAW_OK);
    for (int i = 0; i < ITEMS; i++) sum[(i + 26) % ITEMS / 10] += before[i] - plain[i]; /* homes begin a little later: walks go on */
    ck_assert_msg(sum[1] > sum[0] && sum[1] > sum[2], "thirds of the ring gain %g, %g, %g", (double)sum[0], (double)sum[1], (double)sum[2]);
    ck_assert_int_eq(thaw_user_observe(m, u, &e), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, after, NULL, rows, ITEMS), THAW_OK);
    ck_assert(after[(25 + 1) % ITEMS] > before[(25 + 1) % ITEMS]);
    ck_assert_int_eq(thaw_user_save(u, bytes, sizeof bytes, &size), THAW_OK);
    ck_assert_int_eq(thaw_user_load(&back, m, bytes, size), THAW_OK);
    ck_assert_int_eq(thaw_score(m, back, before, NULL, rows, ITEMS), THAW_OK);
    ck_assert_mem_eq(before, after, sizeof after);
    bytes[64] ^= 1;
    thaw_user_free(back);
    ck_assert_int_eq(thaw_user_load(&back, m, bytes, size), THAW_E_FORMAT);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

static int64_t place_of(const thaw_model *m, const thaw_user *u, int64_t item)
{
    thaw_hit hits[ITEMS + 1];
    int64_t n;
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    q.top = ITEMS + 1;
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    for (int64_t k = 0; k < n; k++)
        if (hits[k].item == item) return k;
    return n;
}

/* An item nobody has met stands on the shelf of i12 to i14: it is for those who take these, and whoever takes it goes on as they
 * do. */
START_TEST(a_new_item_is_known_by_its_shelf)
{
    thaw_model *m = ring_model("");
    thaw_data *data;
    thaw_user *u;
    const char *const key[] = {"new"}, *const shelf[] = {"s4"};
    int64_t added, row;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    const thaw_event near = event_of(m, "i12", "purchase", 1), far = event_of(m, "i27", "purchase", 1);
    ck_assert_int_eq(thaw_adapt(m, u, &near, 1), THAW_OK);
    ck_assert_int_eq(thaw_data_create(&data, NULL), THAW_OK);
    ck_assert_int_eq(thaw_data_add_feature(data, THAW_ITEMS, "shelf", THAW_TOKEN, key, shelf, 1), THAW_OK);
    ck_assert_int_eq(thaw_model_add_items(m, &added, data), THAW_OK);
    ck_assert_int_eq(added, 1);
    ck_assert_int_eq(thaw_model_item_row(m, &row, "new"), THAW_OK);
    float beside, away;
    ck_assert(place_of(m, u, row) < ITEMS / 2); /* users stay valid */
    ck_assert_int_eq(thaw_score(m, u, &beside, NULL, &row, 1), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, &far, 1), THAW_OK);
    ck_assert_int_eq(thaw_score(m, u, &away, NULL, &row, 1), THAW_OK);
    ck_assert_msg(beside > away, "the new item scores %g after i12 and %g after i27", (double)beside, (double)away);
    const thaw_event new = {.item = row, .value = NAN, .time = 1};
    ck_assert_int_eq(thaw_adapt(m, u, &new, 1), THAW_OK);
    ck_assert(place_of(m, u, event_of(m, "i15", "purchase", 1).item) < place_of(m, u, event_of(m, "i2", "purchase", 1).item));
    thaw_user_free(u);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

/* Half of the users buy again what they began with; of two such items the one looked at more, and of late, comes first. */
START_TEST(what_was_looked_at_most_and_last_is_bought)
{
    thaw_model *m = ring_model("purchase");
    thaw_user *u;
    thaw_hit hits[ITEMS];
    int64_t n;
    const thaw_event e[] = {event_of(m, "i7", "view", 1), event_of(m, "i14", "view", 2), event_of(m, "i14", "view", 3)};
    float scores[3];
    const int64_t rows[] = {e[0].item, e[1].item, (e[0].item + 3) % ITEMS};
    thaw_query q;
    ck_assert_int_eq(thaw_query_init(&q, sizeof q), THAW_OK);
    q.top = ITEMS;
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, e, 3), THAW_OK);
    ck_assert_int_eq(u->interest.n_again, 2);
    ck_assert(u->interest.again_item[0] == e[1].item && u->interest.again[0] > u->interest.again[1]);
    ck_assert(u->interest.again[1] > 0);
    ck_assert_int_eq(thaw_score(m, u, scores, NULL, rows, 3), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, &q), THAW_OK);
    for (int64_t k = 0; k < n; k++)
        for (int i = 0; i < 3; i++)
            if (hits[k].item == rows[i]) ck_assert_float_eq_tol(hits[k].mean, scores[i], 1e-6f);
    thaw_user_free(u);
    thaw_model_free(m);
}
END_TEST

/* Taught by the events before time 45, then updated with whole journeys: all that is a sum over users is what the whole would give. */
START_TEST(an_update_is_as_if_all_had_been_known)
{
    enum { SINCE = 45 };
    thaw_data *data = ring_shop(NULL), *early, *late;
    thaw_config config = ring_config(NULL, _i ? "purchase" : "");
    thaw_model *m, *whole;
    thaw_split_options split;
    thaw__journeys j;
    thaw__basis basis;
    int64_t users[USERS];
    ck_assert_int_eq(thaw_split_options_init(&split, sizeof split), THAW_OK);
    split.holdout_users = 0, split.from_time = SINCE;
    ck_assert_int_eq(thaw_data_split(data, &early, &late, &split), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, early), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, early, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_copy(&whole, m), THAW_OK);
    ck_assert_int_eq(thaw__journeys_build(&j, whole, data, NULL, 0, INFINITY), THAW_OK);
    ck_assert_int_eq(thaw__journeys_of_two(users, &j), USERS);
    ck_assert_int_eq(thaw__moments_more(whole, &basis, &j, users, USERS), THAW_OK);
    ck_assert_msg(thaw_pretrain_update(m, NULL, data, NULL, 0, SINCE) == THAW_OK, "%s", thaw_last_error());
    const thaw__ranking *a = m->ranking, *b = whole->ranking;
    ck_assert_double_eq_tol(m->mass, thaw__journeys_mass(&j, users, USERS), 1e-6 * m->mass);
    for (int i = 0; i < ITEMS; i++) {
        ck_assert_float_eq_tol(a->popular[i], b->popular[i], 1e-6f);
        ck_assert_float_eq_tol(a->again[i], b->again[i], 1e-6f);
        for (int64_t k = b->near.start[i]; k < b->near.start[i + 1]; k++) {
            const int64_t at = thaw__lists_find(&a->near, i, b->near.item[k]);
            ck_assert_int_ge(at, 0);
            ck_assert_float_eq_tol(a->near.tie[at].after, b->near.tie[k].after, 1e-6f);
            ck_assert_float_eq_tol(a->near.tie[at].before, b->near.tie[k].before, 1e-6f);
            ck_assert_float_eq_tol(a->near.tie[at].both, b->near.tie[k].both, 1e-6f);
        }
    }
    ck_assert_int_eq(thaw_pretrain_update(m, NULL, data, NULL, 0, (double)NAN), THAW_E_RANGE);
    thaw__basis_free(&basis, &m->config.allocator);
    thaw__journeys_free(&j);
    thaw_model_free(whole);
    thaw_model_free(m);
    thaw_data_free(early);
    thaw_data_free(late);
    thaw_data_free(data);
}
END_TEST

START_TEST(a_target_that_never_happens_is_refused)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "lease");
    thaw_model *m;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_E_UNKNOWN);
    ck_assert_int_eq(thaw_config_set(&config, "target", "purchase"), THAW_OK);
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

/* A step must see the journeys that pretraining saw; what the shop itself calls unwanted is no part of either. */
START_TEST(a_learned_target_takes_no_event_out_of_a_journey)
{
    thaw_model *m = ring_model("");
    thaw_data *data = ring_shop(NULL);
    const int32_t view = event_of(m, "i0", "view", 0).event;
    const thaw_event_reading unwanted = {.weight = NAN, .target = 0, .exponent = NAN};
    thaw__journeys j;
    int64_t steps[3];
    for (int k = 0; k < 3; k++) {
        if (k == 1) m->ranking->kinds[view].target = 0.1f;
        if (k == 2) ck_assert_int_eq(thaw_model_set_event(m, view, &unwanted), THAW_OK);
        ck_assert_int_eq(thaw__journeys_build(&j, m, data, NULL, 0, INFINITY), THAW_OK);
        steps[k] = j.step_start[j.n];
        thaw__journeys_free(&j);
    }
    ck_assert_int_eq(steps[1], steps[0]);
    ck_assert_int_lt(steps[2], steps[0]);
    thaw_data_free(data);
    thaw_model_free(m);
}
END_TEST

/* A view is given a weight and nothing else, so its target is learned, as are all numbers of a purchase. */
START_TEST(what_the_shop_gives_is_not_learned)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "purchase");
    thaw_model *m;
    int32_t view, purchase;
    const thaw_event_reading given = {.weight = 0.25f, .target = NAN, .exponent = NAN};
    thaw_event_reading r;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &view, "view"), THAW_OK);
    ck_assert_int_eq(thaw_model_event_id(m, &purchase, "purchase"), THAW_OK);
    ck_assert_int_eq(thaw_model_set_event(m, view, &given), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    ck_assert_int_eq(thaw_model_get_event(m, view, &r), THAW_OK);
    ck_assert_float_eq_tol(r.weight, 0.25f, 1e-6f);
    ck_assert_int_eq((int)m->ranking->kinds[view].given, THAW__GIVEN_WEIGHT);
    ck_assert_int_eq((int)m->ranking->kinds[purchase].given, 0);
    const thaw_event_reading bad[] = {{0, NAN, NAN}, {-1, NAN, NAN}, {INFINITY, NAN, NAN}, {1, 2, NAN}, {1, 1, 9}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) ck_assert_int_eq(thaw_model_set_event(m, view, &bad[k]), THAW_E_RANGE);
    ck_assert_int_eq(thaw_model_set_event(m, -1, &given), THAW_E_RANGE);
    ck_assert_int_eq(thaw_model_set_event(m, 2, &given), THAW_E_RANGE);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

static int32_t stop_at(void *ctx, const thaw_report *report)
{
    int *calls = ctx;
    ck_assert(report->seconds >= 0 && report->pass > 0);
    return --*calls == 0;
}

/* In the first pass, in the last, while rows are tuned: what is there is a whole model. */
START_TEST(a_cancelled_training_leaves_a_model)
{
    thaw_data *data = ring_shop(NULL);
    thaw_config config = ring_config(NULL, "");
    thaw_model *m;
    thaw_user *u;
    thaw_hit hits[10];
    int64_t n;
    int calls = _i;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, stop_at, &calls), THAW_E_CANCELLED);
    const thaw_event e = event_of(m, "i11", "purchase", 1);
    ck_assert_int_eq(thaw_user_create(&u, m), THAW_OK);
    ck_assert_int_eq(thaw_adapt(m, u, &e, 1), THAW_OK);
    ck_assert_int_eq(thaw_recommend(m, u, hits, &n, NULL), THAW_OK);
    ck_assert_int_eq(n, 10);
    ck_assert(hits[0].mean > hits[9].mean);
    thaw_user_free(u);
    thaw_model_free(m);
    thaw_data_free(data);
}
END_TEST

START_TEST(no_memory_at_any_point_is_a_clean_status)
{
    failing_alloc f;
    for (long n = 1, failed = 1; failed; n++) {
        failing_alloc_init(&f, n);
        thaw_data *data = ring_shop(&f.allocator);
        thaw_config config = ring_config(&f.allocator, "");
        thaw_model *m = NULL;
        config.passes = 1;
        thaw_status st = data ? thaw_model_create(&m, &config, data) : THAW_E_NOMEM;
        if (st == THAW_OK) st = thaw_pretrain(m, NULL, data, NULL, NULL);
        failed = f.refused;
        ck_assert_int_eq(st, failed ? THAW_E_NOMEM : THAW_OK);
        thaw_model_free(m);
        thaw_data_free(data);
        ck_assert_int_eq(f.live, 0);
        if (n > 60 && failed) n += n / 8; /* most later requests are of one kind */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("meta ranking");
    TCase *tc = tcase_create("ranking");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, slopes_of_rules_are_those_of_finite_differences, 0, 16);
    tcase_add_loop_test(tc, slopes_of_embeddings_are_those_of_finite_differences, 0, 15);
    tcase_add_loop_test(tc, tuning_lowers_the_loss_and_keeps_the_space_diagonal, 0, 5);
    tcase_add_test(tc, what_follows_is_recommended_first);
    tcase_add_loop_test(tc, serving_believes_what_training_does, 0, 4);
    tcase_add_test(tc, one_by_one_is_all_at_once_in_any_order);
    tcase_add_test(tc, files_bring_back_models_and_users_to_the_bit);
    tcase_add_test(tc, a_new_item_is_known_by_its_shelf);
    tcase_add_test(tc, features_speak_first_and_then_less);
    tcase_add_test(tc, what_was_looked_at_most_and_last_is_bought);
    tcase_add_test(tc, a_target_that_never_happens_is_refused);
    tcase_add_loop_test(tc, an_update_is_as_if_all_had_been_known, 0, 2);
    tcase_add_test(tc, a_learned_target_takes_no_event_out_of_a_journey);
    tcase_add_test(tc, what_the_shop_gives_is_not_learned);
    tcase_add_loop_test(tc, a_cancelled_training_leaves_a_model, 1, 4);
    tcase_add_test(tc, no_memory_at_any_point_is_a_clean_status);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

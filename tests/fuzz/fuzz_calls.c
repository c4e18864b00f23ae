/* SPDX-License-Identifier: Apache-2.0
 * Any sequence of calls with any numbers, on several models, with users of other models. Five bytes for each call: the
 * call; the model (3 bits) and the user (2 bits); three small arguments. A call with a user of another model returns
 * THAW_E_MISMATCH or a valid result.
 *
 * Byte 0 chooses rank, half-life and whether the models are trained. The models are then
 *
 *   0, 2  ratings              1, 3  a ranking               copies of one another: users belong to both
 *   4     0 with more items    5     1 with more items       copies with the same id
 *   6     0 with the id of 1   7     0 with another half-life and the id of 0
 */
#include <math.h>
#include <stdlib.h>

#include "little_shop.h"

enum { MODELS = 8, USERS = 4, TEMPLATES = 4, KINDS = 20, FEW = 10, MORE = 16, TOP = 8, CALL_BYTES = 5, TRAININGS = 1 };
enum { RATING, RANKING, RATING_AS_RANKING, OTHER_HALF_LIFE };

static thaw_data *few, *more;
static thaw_model *templates[KINDS][TEMPLATES];

typedef struct state {
    thaw_model *models[MODELS];
    thaw_user *users[USERS];
    int trainings; /* number of trainings, which take nearly all of the time */
} state;

static void must(thaw_status st)
{
    if (st != THAW_OK) abort();
}

/* ---- initial state ---- */

static thaw_model *make_model(int rank, float half_life, int32_t objective, int trained)
{
    thaw_model *m;
    thaw_config config = shop_config(NULL, rank, half_life);
    config.objective = objective;
    config.passes = 1;
    must(thaw_model_create(&m, &config, few));
    if (trained) must(thaw_pretrain(m, NULL, few, NULL, NULL));
    return m;
}

/* The models for a first byte, created once. */
static thaw_model *const *templates_of(uint8_t first)
{
    const int rank = 1 + first % 5, has_half_life = first >> 7, trained = first >> 6 & 1;
    thaw_model **t = templates[(rank - 1) * 4 + has_half_life * 2 + trained];
    if (t[RATING]) return t;
    thaw_model *other = make_model(rank, has_half_life ? 0 : 9, THAW_OBJECTIVE_RATING, trained);
    t[RATING] = make_model(rank, has_half_life ? 9 : 0, THAW_OBJECTIVE_RATING, trained);
    t[RANKING] = make_model(rank, has_half_life ? 9 : 0, THAW_OBJECTIVE_RANKING, trained);
    t[RATING_AS_RANKING] = forged_model(t[RATING], model_id(t[RANKING]));
    t[OTHER_HALF_LIFE] = forged_model(other, model_id(t[RATING]));
    thaw_model_free(other);
    return t;
}

/* Users of models 0, 1, 4 and 5; the latter two have an event on an added item. */
static void open_state(state *s, uint8_t first)
{
    static const int which[MODELS] = {RATING,  RANKING,           RATING,         RANKING, RATING,
                                      RANKING, RATING_AS_RANKING, OTHER_HALF_LIFE};
    thaw_model *const *t = templates_of(first);
    for (int k = 0; k < MODELS; k++) must(thaw_model_copy(&s->models[k], t[which[k]]));
    for (int k = 0; k < USERS; k++) {
        thaw_model *m = s->models[k < 2 ? k : k + 2];
        const thaw_event events[] = {{.item = k < 2 ? 3 : FEW + 1, .value = 4, .time = 1},
                                     {.item = 5, .value = 2, .time = 2}};
        if (k >= 2) must(thaw_model_add_items(m, NULL, more));
        must(thaw_user_create(&s->users[k], m));
        must(thaw_adapt(m, s->users[k], events, 2));
    }
}

static void close_state(state *s)
{
    for (int k = 0; k < USERS; k++) thaw_user_free(s->users[k]);
    for (int k = 0; k < MODELS; k++) thaw_model_free(s->models[k]);
}

static void replace_model(thaw_model **at, thaw_model *made)
{
    thaw_model_free(*at);
    *at = made;
}

static void replace_user(thaw_user **at, thaw_user *made)
{
    thaw_user_free(*at);
    *at = made;
}

/* ---- one call ---- */

static float value_of(uint8_t b)
{
    return b == 255 ? NAN : b == 254 ? INFINITY : b == 253 ? -1 : (float)(b % 24) / 4;
}

/* Recommended items must be items of the model. */
static void check_hits(const thaw_model *m, const thaw_hit *hits, int64_t n, int64_t top)
{
    thaw_model_info info;
    must(thaw_model_info_init(&info, sizeof info));
    must(thaw_model_get_info(m, &info));
    if (n < 0 || n > top) abort();
    for (int64_t k = 0; k < n; k++)
        if (hits[k].item < 0 || hits[k].item >= info.items) abort();
}

/* The query reads from rows [2] and groups [MORE]. */
static thaw_query query_of(const uint8_t *c, const int64_t *rows, const int32_t *groups)
{
    thaw_query query;
    must(thaw_query_init(&query, sizeof query));
    query.top = c[0] % (TOP + 1);
    query.exclude = rows, query.n_exclude = c[1] % 3;
    query.allow = c[2] % 2 ? rows : NULL, query.n_allow = 2;
    query.groups = c[2] % 8 ? groups : NULL, query.n_groups = c[2] % 4 ? FEW : MORE,
    query.group_cap = c[2] % 3 - (c[1] == 9);
    query.allow_groups = c[1] % 4 ? NULL : groups, query.n_allow_groups = 2;
    query.min_score = value_of(c[0]) - 2, query.risk_aversion = value_of(c[2]);
    return query;
}

enum { FIRST_TRAINING = 1, LAST_TRAINING = 3 };

/* Calls that change models. */
static void call_model(state *s, thaw_model *m, int which, const uint8_t *c)
{
    const int64_t rows[] = {c[0] % 20, c[1] % 20};
    const thaw_event_weighting weighting = {value_of(c[0]), value_of(c[1]), value_of(c[2])};
    const thaw_data *data = c[0] % 2 ? more : few;
    thaw_model *made;
    if (which >= FIRST_TRAINING && which <= LAST_TRAINING && s->trainings++ >= TRAININGS) return;
    switch (which) {
    case 0: thaw_model_add_items(m, NULL, more); break;
    case 1: thaw_pretrain_step(m, NULL, data, c[1] % 2 ? rows : NULL, 2); break;
    case 2: thaw_pretrain(m, NULL, data, NULL, NULL); break;
    case 3: thaw_pretrain_update(m, NULL, data, NULL, 0, c[1]); break;
    case 4: thaw_model_set_event_weighting(m, c[0] % 3, &weighting); break;
    case 5: thaw_model_retire_items(m, rows, c[2] % 3, c[1] % 2); break;
    default: must(thaw_model_copy(&made, m)), replace_model(&s->models[c[0] % MODELS], made);
    }
}

/* Calls with a query. */
static void call_query(const thaw_model *m, const thaw_user *const *users, int which, const uint8_t *c)
{
    const int64_t rows[] = {c[0] % 20, c[1] % 20};
    const int32_t groups[MORE] = {c[0] % 3, c[1] % 3, c[2] % 3};
    const thaw_query query = query_of(c, rows, groups);
    thaw_hit hits[3 * TOP];
    int64_t n[3];
    if (which == 1 && thaw_recommend_many(m, hits, n, users, 3, &query) == THAW_OK)
        for (int k = 0; k < 3; k++) check_hits(m, hits + k * query.top, n[k], query.top);
    if (which == 2 && thaw_similar_items(m, hits, n, c[0] % 20, &query) == THAW_OK) check_hits(m, hits, *n, query.top);
    if (which == 0 && thaw_recommend(m, users[0], hits, n, &query) == THAW_OK) check_hits(m, hits, *n, query.top);
}

/* Calls with one user. */
static void call_user(const thaw_model *m, thaw_user **u, int which, const uint8_t *c)
{
    const thaw_event events[] = {
        {.item = c[0] % 18, .value = value_of(c[1]), .time = c[2], .event = c[2] == 200, .catalogue = c[2] == 201},
        shop_event(c[0]),
        shop_event(c[1]),
        shop_event(c[2])};
    const int64_t offsets[] = {0, c[0] % 3, 2 + c[1] % 3}, rows[] = {c[0] % 20, c[1] % 20};
    const char *const names[] = {"age", c[0] % 2 ? "town" : "shoe"}, *const values[] = {c[1] % 2 ? "30" : "x", "Ulm"};
    float a[16], b[64];
    int64_t n;
    thaw_user *made;
    char *bytes;
    switch (which) {
    case 0: thaw_adapt(m, *u, events, c[2] % 5); break;
    case 1: thaw_user_observe(m, *u, events); break;
    case 2: thaw_adapt_many(m, *u, a, events, offsets, 2); break;
    case 3: thaw_score(m, *u, a, c[2] % 2 ? b : NULL, rows, 2); break;
    case 4: thaw_user_set_features(m, *u, names, values, c[2] % 3); break;
    case 5: thaw_user_posterior(m, *u, a, b); break;
    case 6: thaw_explain(m, *u, a, b, events, c[2] % 5, c[0] % 20); break;
    case 7:
        bytes = user_bytes(*u, &n);
        if (thaw_user_load(&made, m, bytes, n) == THAW_OK) replace_user(u, made);
        free(bytes);
        break;
    default: must(thaw_user_create(&made, m)), replace_user(u, made);
    }
}

enum { USER_CALLS = 9, QUERY_CALLS = 3, MODEL_CALLS = 7, COPY_USER = USER_CALLS + QUERY_CALLS + MODEL_CALLS };

static void call(state *s, const uint8_t *c)
{
    const int which = c[0] % (COPY_USER + 1), user = c[1] >> 3 & 3;
    thaw_model *m = s->models[c[1] & 7];
    const thaw_user *const users[] = {s->users[user], s->users[c[2] % USERS], s->users[c[3] % USERS]};
    thaw_user *made;
    if (which < USER_CALLS) call_user(m, &s->users[user], which, c + 2);
    else if (which < USER_CALLS + QUERY_CALLS) call_query(m, users, which - USER_CALLS, c + 2);
    else if (which < COPY_USER) call_model(s, m, which - USER_CALLS - QUERY_CALLS, c + 2);
    else must(thaw_user_copy(&made, s->users[c[2] % USERS])), replace_user(&s->users[user], made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    state s = {.trainings = 0};
    if (!few) few = shop_data(NULL, 8, FEW, 1), more = shop_data(NULL, 8, MORE, 2);
    if (size < 1 + CALL_BYTES || size > 400) return 0;
    open_state(&s, data[0]);
    for (size_t at = 1; at + CALL_BYTES <= size; at += CALL_BYTES) call(&s, data + at);
    close_state(&s);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 * A rating model before training, its rows of the parameter table, new items, and its part of the file's schema. */
#include "rating.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "rng.h"
#include "status.h"

#define START_NOISE 0.8  /* of the variance 1 of all scores */
#define RATING_MOST 1e6f /* bound of |rating|, as of rating_min and rating_max; float32 is too coarse beyond */

#define F32 THAW__F32
#define F64 THAW__F64
#define ONE THAW__NUMBER

enum { ITEM = THAW__PER_ITEM | THAW__LEARNED };

/* The shapes of the parameter table. */
static void begin(thaw_model *m)
{
    thaw__rating *r = thaw__rating_of(m);
    r->dim = m->rank + 1;
    r->packed = (int64_t)r->dim * (r->dim + 1) / 2;
}

static void params(thaw_model *m, thaw__params *out)
{
    thaw__rating *r = thaw__rating_of(m);
    const int64_t n = thaw__n_items(m);
    const thaw__param rows[] = {
        {"item.embedding", F32, n, m->stride, &r->item_embedding, ITEM | THAW__IN_ID | THAW__MAPPED | THAW__ALIGNED, 0,
         0},
        {"item.bias", F32, n, 0, &r->bias, ITEM | THAW__IN_ID, 0, 0},
        {"item.covariance", F32, n, r->packed, &r->covariance, ITEM | THAW__MAPPED | THAW__COLD, 0, 0},
        {"item.noise_var", F32, n, 0, &r->noise_var, ITEM, FLT_MIN, THAW__PARAM_MOST},
        {"item.selection_bias", F32, n, 0, &r->selection_bias, ITEM, 0, 0},
        {"item.n_ratings", F32, n, 0, &r->n_ratings, ITEM, 0, FLT_MAX},
        {"item.rating_var", F32, n, 0, &r->rating_var, ITEM, FLT_MIN, THAW__PARAM_MOST},
        {"item.inv_noise_sd", F32, n, 0, &r->inv_noise_sd, ITEM | THAW__DERIVED, 0, 0},
        {"item.gamma", F32, r->dim, r->dim, &r->gamma, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"user.second_moment", F32, m->rank, m->rank, &r->user_second_moment, THAW__LEARNED | THAW__IN_ID, 0, 0},
        {"mean_rating", F64, ONE, 0, &r->mean_rating, 0, 0, 0},
        {"rating_sd", F64, ONE, 0, &r->rating_sd, 0, 0, 0},
        {"selection_bias", F32, ONE, 0, &r->mean_selection_bias, THAW__LEARNED, 0, 0},
        {"mean_noise_var", F64, ONE, 0, &r->mean_noise_var, THAW__LEARNED | THAW__IN_ID, FLT_MIN, THAW__PARAM_MOST},
        {"rating_min", F32, ONE, 0, &r->rating_min, 0, 0, 0},
        {"rating_max", F32, ONE, 0, &r->rating_max, 0, 0, 0},
        {"half_life", F32, ONE, 0, &m->half_life, THAW__IN_ID, 0, FLT_MAX},
    };
    thaw__params_add(out, rows, sizeof rows / sizeof *rows);
}

static const float *scored(const thaw_model *m)
{
    return thaw__rating_of(m)->item_embedding;
}

/* ---- derived numbers --------------------------------------------------------------------------------------------- */

/* E[w~' S w~] = sum_rc S_rc E[w_r w_c] + S_dd, with E[w] = 0, w~ = [w; 1] and S a packed triangle (eq. 4). Negative by
 * rounding only. */
static float expected_variance(const thaw_model *m, const float *S)
{
    const float *row = thaw__rating_of(m)->user_second_moment;
    double sum = 0;
    for (int32_t r = 0; r < m->rank; r++, row += m->rank) {
        for (int32_t c = 0; c < r; c++) sum += 2 * (double)S[c] * (double)row[c];
        sum += (double)S[r] * (double)row[r];
        S += r + 1;
    }
    sum += (double)S[m->rank];
    return sum > 0 ? (float)sum : 0;
}

static void update_item_var(thaw_model *m, int64_t i)
{
    const thaw__rating *rating = thaw__rating_of(m);
    rating->rating_var[i] = rating->noise_var[i] + expected_variance(m, rating->covariance + i * rating->packed);
    rating->inv_noise_sd[i] = 1 / sqrtf(rating->rating_var[i]);
}

void thaw__rating_update_var(thaw_model *m)
{
    for (int64_t i = 0; i < thaw__n_items(m); i++) update_item_var(m, i);
}

static void derive(thaw_model *m)
{
    thaw__rating *r = thaw__rating_of(m);
    for (int64_t i = 0; i < thaw__n_items(m); i++) r->inv_noise_sd[i] = 1 / sqrtf(r->rating_var[i]);
}

static void reset_item(thaw_model *m, int64_t i)
{
    const thaw__rating *rating = thaw__rating_of(m);
    float mean[THAW__RANK_MAX + 1];
    thaw__prior_mean(&m->catalogue->prior, mean, &m->catalogue->features, i);
    memcpy(rating->item_embedding + i * m->stride, mean, (size_t)m->rank * sizeof *mean);
    rating->bias[i] = mean[m->rank];
    rating->noise_var[i] = (float)rating->mean_noise_var;
    rating->selection_bias[i] = rating->mean_selection_bias;
    rating->n_ratings[i] = 0;
    const float widening = thaw__prior_widening(&m->catalogue->prior, &m->catalogue->features, i);
    float *S = rating->covariance + i * rating->packed;
    for (int32_t r = 0; r < rating->dim; r++)
        for (int32_t c = 0; c <= r; c++) *S++ = widening * rating->gamma[r * rating->dim + c];
    update_item_var(m, i);
}

/* ---- before training --------------------------------------------------------------------------------------------- */

/* Link, mean, standard deviation and range of values [n], which are sorted in place. */
static void learn_link(thaw_model *m, float *values, int64_t n)
{
    thaw__rating *rating = thaw__rating_of(m);
    double sum = 0, square = 0;
    thaw__link_learn(&rating->link, values, n);
    for (int64_t k = 0; k < n; k++) {
        sum += (double)values[k];
        square += (double)values[k] * (double)values[k];
    }
    rating->mean_rating = sum / (double)n;
    double variance = square / (double)n - rating->mean_rating * rating->mean_rating;
    rating->rating_sd = variance > 0 ? sqrt(variance) : 0;
    rating->mean_noise_var = START_NOISE;
    int given = m->config.rating_min < m->config.rating_max;
    rating->rating_min = given ? m->config.rating_min : values[0];
    rating->rating_max = given ? m->config.rating_max : values[n - 1];
}

static thaw_status check_ratings(const float *values, int64_t n)
{
    if (n == 0) return thaw__fail(THAW_E_UNSUPPORTED, "no event carries a value; ratings are needed");
    for (int64_t k = 0; k < n; k++)
        if (!(values[k] >= -RATING_MOST && values[k] <= RATING_MOST))
            return thaw__fail(THAW_E_RANGE, "a rating is %g; must be %g to %g", (double)values[k], (double)-RATING_MOST,
                              (double)RATING_MOST);
    return THAW_OK;
}

static thaw_status learn_ratings(thaw_model *m, const thaw_data *data)
{
    int64_t n = 0;
    float *values = thaw__alloc(&m->config.allocator, (size_t)data->n, sizeof *values);
    if (!values) return THAW_E_NOMEM;
    for (int64_t e = 0; e < data->n; e++)
        if (!isnan(data->value[e])) values[n++] = data->value[e];
    thaw_status st = check_ratings(values, n);
    if (st == THAW_OK) learn_link(m, values, n);
    thaw__free(&m->config.allocator, values);
    return st;
}

/* bias_i = sum of z / (n + 5). */
static void start_biases(thaw_model *m, const thaw_data *data)
{
    const thaw__rating *rating = thaw__rating_of(m);
    for (int64_t e = 0; e < data->n; e++) {
        if (isnan(data->value[e])) continue;
        rating->bias[data->item[e]] += thaw__link_score(&rating->link, data->value[e]);
        rating->n_ratings[data->item[e]]++;
    }
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        rating->bias[i] /= rating->n_ratings[i] + 5;
        rating->n_ratings[i] = 0;
    }
}

/* Random embeddings 0.1 N(0, 1), plus 0.4 in the first coordinate: one direction starts as "rates high". */
static void start_items(thaw_model *m, const thaw_data *data)
{
    const thaw__rating *rating = thaw__rating_of(m);
    start_biases(m, data);
    for (int64_t i = 0; i < thaw__n_items(m); i++) {
        for (int64_t k = 0; k < rating->packed; k++) rating->covariance[i * rating->packed + k] *= 0.1f;
        for (int32_t j = 0; j < m->rank; j++) {
            double z = thaw__rng_normal(m->config.seed, THAW__RNG_INIT, (uint64_t)(i * m->rank + j));
            rating->item_embedding[i * m->stride + j] = (float)(0.1 * z + (j == 0 ? 0.4 : 0));
        }
    }
    thaw__rating_update_var(m);
}

static thaw_status start(thaw_model *m, const thaw_data *data)
{
    thaw__rating *r = thaw__rating_of(m);
    m->half_life = m->config.half_life;
    for (int32_t k = 0; k < m->rank; k++) r->user_second_moment[k * m->rank + k] = 1;
    for (int32_t k = 0; k < r->dim; k++) r->gamma[k * r->dim + k] = 0.1f;
    return learn_ratings(m, data);
}

/* ---- files ------------------------------------------------------------------------------------------------------- */

static thaw_status damaged(const char *what)
{
    return thaw__fail(THAW_E_FORMAT, "not a valid thaw model: %s", what);
}

static json_t *floats_to_json(const float *x, int32_t n)
{
    json_t *list = json_array();
    for (int32_t k = 0; list && k < n; k++) {
        if (json_array_append_new(list, json_real((double)x[k])) == 0) continue;
        json_decref(list);
        list = NULL;
    }
    return list;
}

/* The numbers of an array of at most THAW__LEVELS: how many; 0: none, too many, or something else. */
static int32_t floats_from_json(float *out, thaw__json json)
{
    int32_t n = 0;
    double x;
    for (thaw__json_cursor c = thaw__json_begin(json); thaw__json_next(&c); n++) {
        if (n == THAW__LEVELS || !thaw__json_number(&x, c.value)) return 0;
        out[n] = (float)x;
    }
    return n;
}

static thaw_status read_link(thaw__link *link, thaw__json levels, thaw__json scores)
{
    link->n = floats_from_json(link->level, levels);
    if (link->n < 1 || floats_from_json(link->score, scores) != link->n)
        return damaged("the rating levels cannot be read");
    thaw__link_pad(link);
    return thaw__link_valid(link) ? THAW_OK : damaged("the rating levels do not ascend");
}

static int write_schema(const thaw_model *m, json_t *schema)
{
    const thaw__link *link = &thaw__rating_of(m)->link;
    return json_object_set_new(schema, "levels", floats_to_json(link->level, link->n)) |
           json_object_set_new(schema, "scores", floats_to_json(link->score, link->n));
}

static thaw_status read_schema(thaw_model *m, thaw__json schema)
{
    return read_link(&thaw__rating_of(m)->link, thaw__json_get(schema, "levels"), thaw__json_get(schema, "scores"));
}

/* Whether the lower triangle of M [n, n] can be that of a covariance matrix: M_rc^2 <= M_rr M_cc, up to rounding. */
static int is_covariance(const float *M, int32_t n)
{
    for (int32_t r = 0; r < n; r++)
        for (int32_t c = 0; c <= r; c++) {
            const double x = (double)M[r * n + c], product = (double)M[r * n + r] * (double)M[c * n + c];
            if (M[r * n + r] < 0 || x * x > 1.001 * product) return 0;
        }
    return 1;
}

static int is_sound(const thaw_model *m)
{
    const thaw__rating *r = thaw__rating_of(m);
    return r->rating_min <= r->rating_max && is_covariance(r->gamma, r->dim) &&
           is_covariance(r->user_second_moment, m->rank);
}

static void info(const thaw_model *m, thaw_model_info *out)
{
    const thaw__rating *r = thaw__rating_of(m);
    out->mean = r->mean_rating;
    out->noise = r->rating_sd * sqrt(r->mean_noise_var);
    out->rating_min = r->rating_min;
    out->rating_max = r->rating_max;
    out->half_life = m->half_life;
}

static const thaw__old_name old_names[] = {
    {"item.embedding", "item.factor"},
    {"item.bias", "item.base"},
    {"item.noise_var", "item.spread"},
    {"item.selection_bias", "item.surplus"},
    {"item.n_ratings", "item.seen"},
    {"item.rating_var", "item.noise"},
    {"user.second_moment", "user.moment"},
    {"selection_bias", "surplus"},
    {"mean_noise_var", "noise2"},
    {"mean_rating", "mean"},
    {"rating_sd", "scale"},
    {NULL, NULL},
};

static const char *const settings[] = {"patience", "rating_min", "rating_max", "batch_users", NULL};

extern const struct thaw__method thaw__rating_method;

const thaw__model_type thaw__rating_type = {
    .method = &thaw__rating_method,
    .name = "rating",
    .old_name = "bayes",
    .old_names = old_names,
    .objective = THAW_OBJECTIVE_RATING,
    .settings = settings,
    .default_rank = 16,
    .prior_extra = 1,
    .state_bytes = sizeof(thaw__rating),
    .begin = begin,
    .params = params,
    .scored = scored,
    .start = start,
    .start_items = start_items,
    .reset_item = reset_item,
    .derive = derive,
    .is_sound = is_sound,
    .write_schema = write_schema,
    .read_schema = read_schema,
    .info = info,
};

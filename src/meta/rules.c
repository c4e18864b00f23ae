/* SPDX-License-Identifier: Apache-2.0 */
#include "rules.h"

#include <math.h>
#include <string.h>

#include "rng.h"
#include "status.h"
#include "thread.h"

enum { BATCH = 64 };

#define RATE 0.03
#define SLOWER 0.998 /* the rate's factor per step */
#define LONGEST 300  /* items of a support */

void thaw__rules_free(thaw__rules *r)
{
    if (!r->m) return;
    const thaw_allocator *a = &r->m->config.allocator;
    for (int32_t w = 0; r->episodes && w < r->workers; w++) thaw__episode_free(r->episodes[w]);
    thaw__free(a, r->episodes);
    thaw__free(a, r->slopes);
    thaw__free(a, r->losses);
    thaw__free(a, r->mean);
    thaw__free(a, r->square);
    *r = (thaw__rules){0};
}

thaw_status thaw__rules_create(thaw__rules *out, thaw_model *m, const thaw__basis *basis, const thaw__journeys *j,
                               const int64_t *users, int64_t n, float floor)
{
    const thaw_allocator *a = &m->config.allocator;
    *out = (thaw__rules){.m = m, .j = j, .floor = floor, .users = users, .n = n, .workers = thaw__n_workers(&m->config.parallel),
                         .n_slopes = thaw__n_slopes(m->ranking)};
    const size_t slopes = (size_t)out->n_slopes;
    out->episodes = thaw__alloc0(a, (size_t)out->workers, sizeof(void *));
    out->slopes = thaw__alloc(a, BATCH * slopes, sizeof(float));
    out->losses = thaw__alloc(a, BATCH, sizeof(double));
    out->mean = thaw__alloc0(a, slopes, sizeof(double));
    out->square = thaw__alloc0(a, slopes, sizeof(double));
    thaw_status st = out->episodes && out->slopes && out->losses && out->mean && out->square ? THAW_OK : THAW_E_NOMEM;
    for (int32_t w = 0; st == THAW_OK && w < out->workers; w++) st = thaw__episode_create(&out->episodes[w], m, basis);
    if (st != THAW_OK) thaw__rules_free(out);
    return st;
}

int64_t thaw__draw_support(const thaw_model *m, uint64_t draw, int64_t n)
{
    const double all = 0.8 * (double)n, most = all < LONGEST ? all : LONGEST;
    const int64_t k = (int64_t)exp(thaw__rng_uniform(m->config.seed, THAW__RNG_EPISODE, draw) * log(most + 1));
    return k < n ? k : n - 1;
}

static void run_episode(void *arg, int64_t k, int32_t worker)
{
    thaw__rules *r = arg;
    thaw__episode *e = r->episodes[worker];
    float *slope = r->slopes + k * r->n_slopes;
    const uint64_t draw = 3 * (uint64_t)(r->steps * BATCH + k), seed = r->m->config.seed;
    const int64_t user = r->users[(int64_t)(thaw__rng_uniform(seed, THAW__RNG_EPISODE, draw) * (double)r->n)];
    memset(slope, 0, (size_t)r->n_slopes * sizeof *slope);
    r->losses[k] = 0;
    if (thaw__episode_adapt(e, r->j, user, thaw__draw_support(r->m, draw + 1, thaw__journey_length(r->j, user)))) return;
    r->losses[k] = thaw__episode_loss(e, r->j, r->floor, thaw__rng_uniform(seed, THAW__RNG_EPISODE, draw + 2), slope);
}

/* The learned numbers, as the slopes have them. */
static float *number_at(thaw__ranking *r, int32_t s)
{
    if (s < THAW__SLOPE_BACKWARD) return &r->rule[s / THAW__RULE_KNOTS][s % THAW__RULE_KNOTS];
    if (s == THAW__SLOPE_BACKWARD) return &r->backward;
    if (s == THAW__SLOPE_HALF_LIFE) return &r->half_life;
    const int32_t kind = (s - THAW__SLOPE_KINDS) % r->n_kinds, what = (s - THAW__SLOPE_KINDS) / r->n_kinds;
    thaw__event_kind *k = &r->kinds[kind];
    if ((int)k->given >> what & 1) return NULL;
    if (r->n_kinds == 1 && what < 2) return NULL; /* one kind of event has nothing to be compared with */
    return what == 0 ? &k->weight : what == 1 ? &k->target : &k->exponent;
}

static void move(thaw__rules *r, int32_t s, double slope)
{
    float *x = number_at(r->m->ranking, s);
    const double t = (double)r->steps + 1, rate = RATE * pow(SLOWER, t);
    r->mean[s] = 0.9 * r->mean[s] + 0.1 * slope;
    r->square[s] = 0.999 * r->square[s] + 0.001 * slope * slope;
    const double step = rate * r->mean[s] / (1 - pow(0.9, t)) / (sqrt(r->square[s] / (1 - pow(0.999, t))) + 1e-12);
    if (!x || !isfinite(step)) return;
    if (s == THAW__SLOPE_HALF_LIFE) *x *= (float)exp(-step); /* 0 stays 0 */
    else *x -= (float)step;
}

thaw_status thaw__rules_step(thaw__rules *r, double *loss)
{
    THAW__TRY(thaw__parallel_for(&r->m->config.parallel, run_episode, r, BATCH));
    *loss = 0;
    for (int64_t k = 0; k < BATCH; k++) *loss += r->losses[k] / BATCH;
    for (int32_t s = 0; s < r->n_slopes; s++) {
        double sum = 0;
        for (int64_t k = 0; k < BATCH; k++) sum += (double)r->slopes[k * r->n_slopes + s];
        move(r, s, sum / BATCH);
    }
    r->steps++;
    return THAW_OK;
}

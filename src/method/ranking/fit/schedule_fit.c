/* SPDX-License-Identifier: Apache-2.0 */
#include "schedule_fit.h"

#include <math.h>
#include <string.h>

#include "episode_sampling.h"
#include "method.h"
#include "status.h"
#include "thread.h"

enum { BATCH = THAW__SCHEDULE_BATCH };

#define RATE 0.03
#define SLOWER 0.998 /* factor of the rate after each step */

void thaw__schedule_fit_free(thaw__schedule_fit *r)
{
    if (!r->m) return;
    const thaw_allocator *a = &r->m->config.allocator;
    for (int32_t w = 0; r->episodes && w < r->workers; w++) thaw__episode_free(r->episodes[w]);
    thaw__free(a, r->episodes);
    thaw__free(a, r->slopes);
    thaw__free(a, r->losses);
    thaw__free(a, r->gradient);
    thaw__adam_free(&r->adam, a);
    *r = (thaw__schedule_fit){0};
}

thaw_status thaw__schedule_fit_create(thaw__schedule_fit *out, thaw_model *m, const thaw__basis *basis,
                                      const thaw__histories *h, const int64_t *users, int64_t n, float floor)
{
    const thaw_allocator *a = &m->config.allocator;
    *out = (thaw__schedule_fit){.m = m,
                                .histories = h,
                                .floor = floor,
                                .users = users,
                                .n = n,
                                .workers = thaw__n_workers(&m->config.parallel),
                                .n_slopes = thaw__n_slopes(thaw__ranking_of(m))};
    const size_t slopes = (size_t)out->n_slopes;
    out->episodes = thaw__alloc0(a, (size_t)out->workers, sizeof(void *));
    out->slopes = thaw__alloc(a, BATCH * slopes, sizeof(float));
    out->losses = thaw__alloc(a, BATCH, sizeof(double));
    out->gradient = thaw__alloc(a, slopes, sizeof(double));
    thaw_status st = out->episodes && out->slopes && out->losses && out->gradient ? THAW_OK : THAW_E_NOMEM;
    if (st == THAW_OK) st = thaw__adam_create(&out->adam, out->n_slopes, RATE, SLOWER, a);
    for (int32_t w = 0; st == THAW_OK && w < out->workers; w++) st = thaw__episode_create(&out->episodes[w], m, basis);
    if (st != THAW_OK) thaw__schedule_fit_free(out);
    return st;
}

static int is_finite(double loss, const float *slope, int32_t n)
{
    float sum = 0;
    for (int32_t s = 0; s < n; s++) sum += 0 * slope[s];
    return isfinite(loss) && sum == 0;
}

/* An episode whose numbers are not finite is left out: times may be as far from each other as doubles are. */
static void run_episode(void *arg, int64_t index, int32_t worker)
{
    thaw__schedule_fit *r = arg;
    const int64_t k = r->first + index;
    thaw__episode *e = r->episodes[worker];
    float *slope = r->slopes + k * r->n_slopes;
    const uint64_t first = THAW__EPISODE_COUNTERS * (uint64_t)(r->adam.steps * BATCH + k);
    const thaw__episode_draw draw = thaw__draw_episode(r->m->config.seed, first, r->n);
    const int64_t user = r->users[draw.user];
    memset(slope, 0, (size_t)r->n_slopes * sizeof *slope);
    r->losses[k] = 0;
    const int64_t support = thaw__support_size_drawn(draw.support, thaw__history_length(r->histories, user));
    if (thaw__episode_adapt(e, r->histories, user, support)) return;
    r->losses[k] = thaw__episode_loss(e, r->histories, r->floor, draw.sample, slope);
    if (!is_finite(r->losses[k], slope, r->n_slopes)) {
        memset(slope, 0, (size_t)r->n_slopes * sizeof *slope);
        r->losses[k] = 0;
    }
}

/* Keep learned weightings inside the bounds of thaw_model_set_event_weighting(), which then takes what get returns. */
static void bound_weighting(thaw__event_weighting *weighting)
{
    const float most = 13.8f; /* log of almost 10^6 */
    if (!((int)weighting->given & THAW__GIVEN_WEIGHT)) weighting->weight = fminf(fmaxf(weighting->weight, -most), most);
    weighting->target = fminf(fmaxf(weighting->target, -(float)THAW__TARGET_MOST), THAW__TARGET_MOST);
    weighting->exponent = fminf(fmaxf(weighting->exponent, -(float)THAW__EXPONENT_MOST), THAW__EXPONENT_MOST);
}

/* The number that derivative s belongs to; NULL: it is not trained. */
static float *number_at(thaw__ranking *r, int32_t s)
{
    if (s < THAW__SLOPE_BACKWARD) return &r->schedule[s / THAW__SCHEDULE_KNOTS][s % THAW__SCHEDULE_KNOTS];
    if (s == THAW__SLOPE_BACKWARD) return &r->backward;
    if (s == THAW__SLOPE_HALF_LIFE) return &r->half_life;
    const int32_t event = (s - THAW__SLOPE_WEIGHTINGS) % r->n_weightings,
                  what = (s - THAW__SLOPE_WEIGHTINGS) / r->n_weightings;
    thaw__event_weighting *weighting = &r->weightings[event];
    if ((int)weighting->given >> what & 1) return NULL;
    if (r->n_weightings == 1 && what < 2) return NULL; /* relative to other event names, and there are none */
    return what == 0 ? &weighting->weight : what == 1 ? &weighting->target : &weighting->exponent;
}

static void update_number(thaw__schedule_fit *r, int32_t s, double step)
{
    float *x = number_at(thaw__ranking_of(r->m), s);
    if (!x || !isfinite(step)) return;
    if (s == THAW__SLOPE_HALF_LIFE) *x *= (float)exp(-step); /* 0 stays 0 */
    else *x -= (float)step;
}

thaw_status thaw__schedule_fit_add(thaw__schedule_fit *r, int64_t first, int64_t n)
{
    r->first = first;
    return thaw__parallel_for(&r->m->config.parallel, run_episode, r, n);
}

void thaw__schedule_fit_step(thaw__schedule_fit *r, double *loss)
{
    *loss = 0;
    for (int64_t k = 0; k < BATCH; k++) *loss += r->losses[k] / BATCH;
    for (int32_t s = 0; s < r->n_slopes; s++) {
        double sum = 0;
        for (int64_t k = 0; k < BATCH; k++) sum += (double)r->slopes[k * r->n_slopes + s];
        r->gradient[s] = sum / BATCH;
    }
    thaw__adam_step(&r->adam, r->gradient);
    for (int32_t s = 0; s < r->n_slopes; s++) update_number(r, s, r->gradient[s]);
    thaw__ranking *ranking = thaw__ranking_of(r->m);
    for (int32_t e = 0; e < ranking->n_weightings; e++) bound_weighting(&ranking->weightings[e]);
}

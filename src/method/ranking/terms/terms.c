/* SPDX-License-Identifier: Apache-2.0 */
#include "terms.h"

#include <string.h>

#define ROW(name, n) &thaw__term_##name,
const thaw__term *const thaw__terms[] = {THAW__TERMS(ROW) NULL};
#undef ROW

static size_t padded(size_t bytes)
{
    return (bytes + 15) / 16 * 16;
}

/* The schedules of a term at K. */
static void schedules_at(float *x, const thaw__term *term, const thaw__ranking *r, thaw__interpolation at)
{
    for (int k = 0; k < term->n; k++)
        x[k] = thaw__interpolate(r->schedule[term->first + k], at, term->schedules[k].is_log);
}

void thaw__terms_clear(thaw__term_states *states)
{
    unsigned char *state = states->at;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        memset(state, 0, sizeof(int32_t));
        state += padded((*t)->state_bytes);
    }
}

int thaw__terms_solve(thaw__term_states *states, thaw__term_work *work, const thaw__ranking *r,
                      const thaw__support_weights *s, float *kappa)
{
    unsigned char *state = states->at, *scratch = work->at;
    int failed = 0;
    *kappa = 0;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        float x[THAW__TERM_SCHEDULES], share = 0;
        schedules_at(x, *t, r, s->interpolation);
        failed |= (*t)->solve(state, scratch, r, s, x, &share);
        *kappa += share;
        state += padded((*t)->state_bytes);
        scratch += padded((*t)->work_bytes);
    }
    return failed;
}

int64_t thaw__terms_list(const thaw__term_states *states, const thaw__ranking *r, thaw__sparse_score *out)
{
    const unsigned char *state = states->at;
    int64_t n = 0;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        n += (*t)->list(state, r, out + n);
        state += padded((*t)->state_bytes);
    }
    return n;
}

float thaw__terms_score(const thaw__term_states *states, const thaw__ranking *r, int64_t item)
{
    const unsigned char *state = states->at;
    float sum = 0;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        sum += (*t)->score(state, r, item);
        state += padded((*t)->state_bytes);
    }
    return sum;
}

void thaw__terms_explain(const thaw__term_states *states, const thaw__ranking *r, int64_t item, float offset,
                         float *by_support)
{
    const unsigned char *state = states->at;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        (*t)->explain(state, r, item, offset, by_support);
        state += padded((*t)->state_bytes);
    }
}

void thaw__terms_slope(const thaw__term_states *states, const thaw__term_work *work, const thaw__ranking *r,
                       const thaw__support_weights *s, const thaw__term_by *by, float *slope,
                       thaw__support_weights_by *by_support)
{
    const unsigned char *state = states->at, *scratch = work->at;
    for (const thaw__term *const *t = thaw__terms; *t; t++) {
        float x[THAW__TERM_SCHEDULES], by_x[THAW__TERM_SCHEDULES] = {0};
        schedules_at(x, *t, r, s->interpolation);
        (*t)->slope(state, scratch, r, s, x, by, by_x, by_support);
        for (int k = 0; k < (*t)->n; k++)
            thaw__add_at_knots(slope + ((*t)->first + k) * THAW__SCHEDULE_KNOTS, s->interpolation, by_x[k]);
        state += padded((*t)->state_bytes);
        scratch += padded((*t)->work_bytes);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "statistics.h"

#include <math.h>
#include <string.h>

#include "status.h"

/* ---- users ------------------------------------------------------------------------------------------------------- */

void thaw__basis_free(thaw__basis *b, const thaw_allocator *a)
{
    thaw__free(a, b->row);
    thaw__free(a, b->item);
    thaw__free(a, b->rows);
    *b = (thaw__basis){0};
}

static void mark_items(thaw__basis *b, const thaw__histories *h)
{
    for (int64_t k = 0; h && k < h->n_events; k++) b->row[h->events[k].item] = 0;
}

/* Number the items that are marked. */
static void number_rows(thaw__basis *b)
{
    b->items = 0;
    for (int64_t i = 0; i < b->all; i++) {
        if (b->row[i] < 0) continue;
        b->item[b->items] = (int32_t)i;
        b->row[i] = (int32_t)b->items++;
    }
}

static thaw_status open_basis(thaw__basis *b, const thaw_model *m, const thaw__histories *h,
                              const thaw__histories *before)
{
    const thaw_allocator *a = &m->config.allocator;
    size_t size = 0;
    *b = (thaw__basis){.all = thaw__n_items(m), .stride = m->stride, .width = 2 * m->stride + THAW__LANES};
    b->row = thaw__alloc(a, (size_t)b->all, sizeof *b->row);
    b->item = thaw__alloc(a, (size_t)b->all, sizeof *b->item);
    if (!b->row || !b->item) return THAW_E_NOMEM;
    memset(b->row, -1, (size_t)b->all * sizeof *b->row);
    mark_items(b, h);
    mark_items(b, before);
    number_rows(b);
    THAW__TRY(thaw__add_size(&size, (size_t)b->items, (size_t)b->width));
    b->rows = thaw__alloc0(a, size, sizeof *b->rows);
    return b->rows ? THAW_OK : THAW_E_NOMEM;
}

void thaw__basis_gather(const thaw__basis *b, float *out, const float *table)
{
    for (int64_t r = 0; r < b->items; r++)
        memcpy(out + r * b->stride, table + b->item[r] * b->stride, (size_t)b->stride * sizeof *out);
}

void thaw__basis_scatter(const thaw__basis *b, float *table, const float *rows, int64_t ld)
{
    for (int64_t r = 0; r < b->items; r++)
        memcpy(table + b->item[r] * b->stride, rows + r * ld, (size_t)b->stride * sizeof *table);
}

thaw_status thaw__statistics_begin(thaw__statistics *s, thaw_model *m, thaw__basis *basis, const thaw__histories *h,
                                   const thaw__histories *before, int update)
{
    const double kept = update ? thaw__ranking_of(m)->total_weight : 0;
    *s = (thaw__statistics){.m = m, .basis = basis, .kept = kept, .total = kept};
    return open_basis(basis, m, h, before);
}

thaw_status thaw__statistics_add_users(thaw__statistics *s, const thaw__histories *h, const int64_t *users, int64_t n,
                                       int sign)
{
    double sum = 0;
    THAW__TRY(
        thaw__grow(&s->m->config.allocator, &s->users, &s->room, (size_t)s->n, (size_t)(s->n + n), sizeof *s->users));
    for (int64_t k = 0; k < n; k++) {
        const double weight = 1 / sqrt((double)thaw__history_length(h, users[k]));
        s->users[s->n++] = (thaw__weighted_user){h, users[k], (float)(sign * weight)};
        sum += sign * weight;
    }
    s->total = s->total + sum > 0 ? s->total + sum : 0; /* no more can be taken out than is there */
    return THAW_OK;
}

/* ---- popularity -------------------------------------------------------------------------------------------------- */

/* Weight of the next popularity at the knot before in that of a knot, as a part of the total weight. */
#define EARLIER 0.05

thaw_status thaw__popularity_begin(thaw__statistics *s)
{
    const thaw_allocator *a = &s->m->config.allocator;
    s->popularity = thaw__alloc0(a, (size_t)s->basis->all, sizeof *s->popularity);
    s->repeat = thaw__alloc0(a, (size_t)s->basis->all, sizeof *s->repeat);
    return s->popularity && s->repeat ? THAW_OK : THAW_E_NOMEM;
}

static void add_popularity(const thaw__statistics *s, const thaw__weighted_user *u)
{
    const thaw__basis *b = s->basis;
    const thaw__interaction *x = thaw__history_interactions(u->histories, u->user);
    const int64_t length = thaw__history_length(u->histories, u->user);
    for (int64_t t = 0; t < length; t++) {
        float *o = b->rows + b->row[x[t].item] * b->width + thaw__basis_popularity(b);
        s->popularity[x[t].item] += u->weight;
        if (x[t].target_position < 0) continue;
        if (x[t].target_position > x[t].first) s->repeat[x[t].item] += u->weight;
        o[0] += u->weight;
        for (int k = 0; k < THAW__SCHEDULE_KNOTS && thaw__schedule_knots[k] < length; k++)
            if (x[t].target_position >= x[thaw__schedule_knots[k]].first) o[1 + k] += u->weight;
    }
}

void thaw__popularity_add(thaw__statistics *s, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_popularity(s, &s->users[k]);
}

/* Few users reach the late knots: o at a knot is shrunk to that at the knot before, and scaled so that all knots have
 * the same sum over items. The scales are those of pretraining. */
static void find_knot_scales(const thaw__statistics *s)
{
    const thaw__basis *b = s->basis;
    double sum[1 + THAW__SCHEDULE_KNOTS] = {0};
    for (int64_t i = 0; i < b->items; i++)
        for (int k = 0; k <= THAW__SCHEDULE_KNOTS; k++)
            sum[k] += (double)b->rows[i * b->width + thaw__basis_popularity(b) + k];
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++)
        thaw__ranking_of(s->m)->knot_scale[k] =
            (float)(sum[0] > 0 ? sum[0] / (sum[1 + k] + EARLIER * sum[0]) : 1 / EARLIER);
}

/* o_k <- scale_k (o_k + EARLIER o_{k - 1}) */
static void shrink_knots(const thaw__statistics *s)
{
    const thaw__ranking *r = thaw__ranking_of(s->m);
    const thaw__basis *b = s->basis;
    const double scale = thaw__sum_scale(s);
    for (int64_t i = 0; i < b->items; i++) {
        float *o = b->rows + i * b->width + thaw__basis_popularity(b);
        for (int k = 0; k <= THAW__SCHEDULE_KNOTS; k++) o[k] = (float)(scale * (double)o[k]);
        for (int k = 1; k <= THAW__SCHEDULE_KNOTS; k++)
            o[k] = (float)((double)r->knot_scale[k - 1] * ((double)o[k] + EARLIER * (double)o[k - 1]));
    }
}

/* x <- (W x + sums) / W', at least 0 */
static void renew(const thaw__statistics *s, float *x, const float *sums)
{
    const double kept = thaw__kept_part(s), scale = thaw__sum_scale(s);
    for (int64_t i = 0; i < s->basis->all; i++) {
        const double sum = kept * (double)x[i] + scale * (double)sums[i];
        x[i] = sum > 0 ? (float)sum : 0;
    }
}

void thaw__popularity_end(thaw__statistics *s)
{
    thaw__ranking *r = thaw__ranking_of(s->m);
    double popularity = 0, repeat = 0;
    renew(s, r->popularity, s->popularity);
    renew(s, r->repeat, s->repeat);
    if (s->kept == 0 || r->knot_scale[0] == 0) find_knot_scales(s); /* 0: of a file of format 1 */
    shrink_knots(s);
    for (int64_t i = 0; i < s->basis->all; i++) popularity += (double)r->popularity[i], repeat += (double)r->repeat[i];
    r->mean_popularity = (float)(popularity / (double)s->basis->all);
    r->repeat_rate = popularity > 0 ? (float)(repeat / popularity) : 0;
    r->total_weight = s->total;
    thaw__gram_popularity_update(s->m);
}

/* ---- order in time, projected on V ------------------------------------------------------------------------------- */

/* How many interactions come before a position: they are in order of their first event. */
static int64_t interactions_before(const thaw__interaction *x, int64_t n, int32_t position)
{
    int64_t low = 0;
    while (low < n) {
        const int64_t middle = low + (n - low) / 2;
        if (x[middle].first < position) low = middle + 1;
        else n = middle;
    }
    return low;
}

thaw_status thaw__order_begin(thaw__statistics *s)
{
    int64_t longest = 0;
    for (int64_t k = 0; k < s->n; k++) {
        const int64_t length = thaw__history_length(s->users[k].histories, s->users[k].user);
        if (length > longest) longest = length;
    }
    s->prefix = thaw__alloc(&s->m->config.allocator, (size_t)((longest + 1) * s->m->stride), sizeof *s->prefix);
    return s->prefix ? THAW_OK : THAW_E_NOMEM;
}

/* Row t of the prefix sums is the sum of V over the first t items. */
static void sum_prefixes(const thaw__statistics *s, const thaw__interaction *x, int64_t n)
{
    const int64_t stride = s->m->stride;
    memset(s->prefix, 0, (size_t)stride * sizeof *s->prefix);
    for (int64_t t = 0; t < n; t++) {
        memcpy(s->prefix + (t + 1) * stride, s->prefix + t * stride, (size_t)stride * sizeof *s->prefix);
        s->m->kernels->axpy(stride, 1, thaw__ranking_of(s->m)->item_embedding + x[t].item * stride,
                            s->prefix + (t + 1) * stride);
    }
}

static void add_order(thaw__statistics *s, const thaw__weighted_user *u)
{
    const thaw__kernels *kernels = s->m->kernels;
    const thaw__interaction *x = thaw__history_interactions(u->histories, u->user);
    const int64_t n = thaw__history_length(u->histories, u->user), stride = s->m->stride;
    const float w = u->weight;
    sum_prefixes(s, x, n);
    for (int64_t t = 0; t < n; t++) {
        if (x[t].target_position < 0) continue;
        float *forward = s->basis->rows + s->basis->row[x[t].item] * s->basis->width, *backward = forward + stride;
        const int64_t earlier = interactions_before(x, n, x[t].target_position);
        const int itself = x[t].first >= x[t].target_position;
        kernels->axpy(stride, w, s->prefix + earlier * stride, forward);
        kernels->axpy(stride, w, s->prefix + n * stride, backward);
        kernels->axpy(stride, -w, s->prefix + earlier * stride, backward);
        if (itself) kernels->axpy(stride, -w, thaw__ranking_of(s->m)->item_embedding + x[t].item * stride, backward);
        s->after += (double)w * (double)earlier;
        s->before += (double)w * (double)(n - earlier - itself);
    }
}

void thaw__order_add(thaw__statistics *s, int64_t first, int64_t n)
{
    for (int64_t k = first; k < first + n; k++) add_order(s, &s->users[k]);
}

/* order <- pairs in order / all pairs. A model of a file of format 1 has no count of them, and keeps its order. */
static void renew_order(const thaw__statistics *s)
{
    thaw__ranking *r = thaw__ranking_of(s->m);
    const double known = s->kept > 0 ? r->n_pairs : 0, pairs = known + s->after + s->before;
    if (s->kept > 0 && known == 0) return;
    const double order = pairs > 0 ? (known * (double)r->order + s->after) / pairs : 0.5;
    r->order = (float)(order < 0 ? 0 : order > 1 ? 1 : order);
    r->n_pairs = pairs > 0 ? pairs : 0;
}

/* F and B: normalised, less what independence would give, in units of w. */
void thaw__order_end(thaw__statistics *s)
{
    const thaw_model *m = s->m;
    const thaw__ranking *r = thaw__ranking_of(m);
    const float scale = (float)thaw__sum_scale(s);
    renew_order(s);
    for (int64_t i = 0; i < s->basis->items; i++) {
        float *row = s->basis->rows + i * s->basis->width;
        const float o = row[thaw__basis_popularity(s->basis)];
        for (int32_t c = 0; c < m->rank; c++) {
            const float per = r->gram_diag[c] > 0 ? 1 / r->gram_diag[c] : 0;
            row[c] = (scale * row[c] - r->order * o * r->gram_popularity[c]) * per;
            row[m->stride + c] = (scale * row[m->stride + c] - (1 - r->order) * o * r->gram_popularity[c]) * per;
        }
    }
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

void thaw__gram_popularity_update(thaw_model *m)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    memset(r->gram_popularity, 0, (size_t)m->stride * sizeof *r->gram_popularity);
    for (int64_t i = 0; i < thaw__n_items(m); i++)
        m->kernels->axpy(m->stride, r->popularity[i], r->item_embedding + i * m->stride, r->gram_popularity);
}

void thaw__basis_collapse(thaw_model *m, const thaw__basis *basis, float kept)
{
    const thaw__ranking *r = thaw__ranking_of(m);
    m->kernels->scale(basis->all * m->stride, kept, r->output_embedding, r->output_embedding);
    for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++)
        for (int64_t i = 0; i < basis->all; i++) r->offset[k][i] *= kept;
    for (int64_t at = 0; at < basis->items; at++) {
        const int64_t i = basis->item[at];
        const float *row = basis->rows + at * basis->width, *o = row + thaw__basis_popularity(basis);
        float *u = r->output_embedding + i * m->stride;
        m->kernels->axpy(m->stride, 1, row, u);
        m->kernels->axpy(m->stride, r->backward, row + m->stride, u);
        for (int k = 0; k < THAW__SCHEDULE_KNOTS; k++) {
            const float offset = r->offset[k][i] + thaw__basis_offset(o, k, r->schedule[THAW__LATE][k]);
            r->offset[k][i] = kept > 0 && offset < 0 ? 0 : offset;
        }
    }
}

void thaw__statistics_close(thaw__statistics *s)
{
    const thaw_allocator *a = &s->m->config.allocator;
    thaw__free(a, s->users);
    thaw__free(a, s->popularity);
    thaw__free(a, s->repeat);
    thaw__free(a, s->now);
    thaw__free(a, s->next);
    thaw__free(a, s->small);
    thaw__free(a, s->prefix);
    *s = (thaw__statistics){.m = s->m};
}

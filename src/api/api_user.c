/* SPDX-License-Identifier: Apache-2.0
 * Public functions of thaw_user: create, set features, adapt, observe, save, load. Events are checked here, so methods
 * do not check them. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api_check.h"
#include "api_user.h"
#include "explain.h"
#include "method.h"

enum { MAX_EVENTS = 1000000000 };

thaw_status thaw_user_create(thaw_user **out, const thaw_model *model)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!model) return thaw__fail(THAW_E_ARG, "model is required");
    return thaw__user_create(out, model);
}

thaw_status thaw_user_copy(thaw_user **out, const thaw_user *user)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!user) return thaw__fail(THAW_E_ARG, "user is required");
    return thaw__user_copy(out, user);
}

void thaw_user_free(thaw_user *user)
{
    thaw__user_free(user);
}

thaw_status thaw_user_set_features(const thaw_model *model, thaw_user *user, const char *const *names,
                                   const char *const *values, int64_t n)
{
    THAW__TRY(thaw__check_user(model, user));
    if (n < 0) return thaw__fail(THAW_E_RANGE, "n is %" PRId64 "; must not be negative", n);
    if (n && (!names || !values)) return thaw__fail(THAW_E_ARG, "names and values are required");
    return thaw__user_set_features(model, user, names, values, n);
}

/* The error of an event that names what the model does not have. */
static thaw_status refuse_event(const thaw_model *model, const thaw_event *e, int64_t k)
{
    if (e->catalogue < 0 || e->catalogue >= model->n_catalogues)
        return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has catalogue %d; must be 0 to %d", k, e->catalogue,
                          model->n_catalogues - 1);
    if (e->item < 0 || e->item >= thaw__n_items(model))
        return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has item %" PRId64 "; must be 0 to %" PRId64, k, e->item,
                          thaw__n_items(model) - 1);
    return thaw__fail(THAW_E_RANGE, "event %" PRId64 " has event number %d; must be 0 to %" PRId64, k, e->event,
                      model->events.n - 1);
}

static thaw_status check_events(const thaw_model *model, const thaw_event *events, int64_t n)
{
    const thaw__method *method = thaw__method_of(model);
    const uint64_t items = (uint64_t)thaw__n_items(model);
    const uint32_t names = (uint32_t)model->events.n, catalogues = (uint32_t)model->n_catalogues;
    if (n < 0 || n > MAX_EVENTS) return thaw__fail(THAW_E_RANGE, "n is %" PRId64 "; must be 0 to %d", n, MAX_EVENTS);
    if (n && !events) return thaw__fail(THAW_E_ARG, "events is required");
    for (int64_t k = 0; k < n; k++) {
        const thaw_event *e = &events[k];
        if ((uint64_t)e->item >= items || (uint32_t)e->event >= names || (uint32_t)e->catalogue >= catalogues)
            return refuse_event(model, e, k);
    }
    return method->check_events ? method->check_events(model, events, n) : THAW_OK;
}

thaw_status thaw_adapt(const thaw_model *model, thaw_user *user, const thaw_event *events, int64_t n)
{
    THAW__TRY(thaw__check_user(model, user));
    THAW__TRY(check_events(model, events, n));
    return thaw__method_of(model)->adapt(model, user, events, n);
}

thaw_status thaw_explain(const thaw_model *model, thaw_user *user, float *contributions, float *base,
                         const thaw_event *events, int64_t n, int64_t item)
{
    THAW__TRY(thaw__check_user(model, user));
    THAW__TRY(check_events(model, events, n));
    if (!base || (n && !contributions)) return thaw__fail(THAW_E_ARG, "contributions and base are required");
    THAW__TRY(thaw__check_rows(model, &item, 1, "item"));
    return thaw__explain(model, user, contributions, base, events, n, item);
}

static thaw_status check_offsets(const int64_t *offsets, int64_t n_users)
{
    if (offsets[0] != 0) return thaw__fail(THAW_E_RANGE, "offsets[0] is %" PRId64 "; must be 0", offsets[0]);
    for (int64_t u = 0; u < n_users; u++)
        if (offsets[u + 1] < offsets[u])
            return thaw__fail(THAW_E_RANGE, "offsets[%" PRId64 "] is %" PRId64 "; must be at least the one before",
                              u + 1, offsets[u + 1]);
    return THAW_OK;
}

thaw_status thaw_adapt_many(const thaw_model *model, thaw_user *user, float *means, const thaw_event *events,
                            const int64_t *offsets, int64_t n_users)
{
    THAW__TRY(thaw__check_user(model, user));
    if (n_users < 0) return thaw__fail(THAW_E_RANGE, "n_users is %" PRId64 "; must not be negative", n_users);
    if (n_users == 0) return THAW_OK;
    if (!means || !offsets) return thaw__fail(THAW_E_ARG, "means and offsets are required");
    THAW__TRY(check_offsets(offsets, n_users));
    THAW__TRY(check_events(model, events, offsets[n_users]));
    return thaw__user_adapt_many(model, user, means, events, offsets, n_users);
}

thaw_status thaw_user_observe(const thaw_model *model, thaw_user *user, const thaw_event *event)
{
    THAW__TRY(thaw__check_user(model, user));
    if (!event) return thaw__fail(THAW_E_ARG, "event is required");
    THAW__TRY(check_events(model, event, 1));
    return thaw__method_of(model)->observe(model, user, event);
}

int64_t thaw_user_n_events(const thaw_user *user)
{
    return user ? user->n_events : 0;
}

thaw_status thaw_user_posterior(const thaw_model *model, const thaw_user *user, float *mean, float *covariance)
{
    THAW__TRY(thaw__check_user(model, user));
    if (mean) memcpy(mean, user->posterior.mean, (size_t)user->posterior.rank * sizeof *mean);
    if (covariance) thaw__posterior_covariance(&user->posterior, covariance);
    return THAW_OK;
}

thaw_status thaw_user_save(const thaw_user *user, void *buffer, int64_t capacity, int64_t *size)
{
    if (!user || !size || (!buffer && capacity)) return thaw__fail(THAW_E_ARG, "user, buffer and size are required");
    if (capacity < 0) return thaw__fail(THAW_E_RANGE, "capacity is %" PRId64 "; must not be negative", capacity);
    return thaw__user_save(user, buffer, capacity, size);
}

thaw_status thaw_user_load(thaw_user **out, const thaw_model *model, const void *bytes, int64_t size)
{
    if (!out) return thaw__fail(THAW_E_ARG, "out is required");
    *out = NULL;
    if (!model || !bytes) return thaw__fail(THAW_E_ARG, "model and bytes are required");
    if (size < 0) return thaw__fail(THAW_E_RANGE, "size is %" PRId64 "; must not be negative", size);
    return thaw__user_load(out, model, bytes, size);
}

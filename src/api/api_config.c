/* SPDX-License-Identifier: Apache-2.0
 * The configuration: one table of fields with their bounds serves setting by name and checking. */
#include "api_config.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "api_check.h"
#include "data.h"
#include "number.h"
#include "registry.h"
#include "status.h"
#include "thread.h"

typedef enum kind { INT32, INT64, UINT64, FLOAT32 } kind;

static const struct field {
    const char *name;
    kind kind;
    size_t at;
    double low, high;
} fields[] = {
    {"rank", INT32, offsetof(thaw_config, rank), 0, 256},
    {"seed", UINT64, offsetof(thaw_config, seed), 0, 9007199254740992.0},
    {"passes", INT32, offsetof(thaw_config, passes), 1, 10000},
    {"patience", INT32, offsetof(thaw_config, patience), 0, 10000},
    {"valid_users", FLOAT32, offsetof(thaw_config, valid_users), 0, 0.5},
    {"half_life", FLOAT32, offsetof(thaw_config, half_life), 0, 1e30},
    {"rating_min", FLOAT32, offsetof(thaw_config, rating_min), -1e6, 1e6},
    {"rating_max", FLOAT32, offsetof(thaw_config, rating_max), -1e6, 1e6},
    {"batch_users", INT64, offsetof(thaw_config, batch_users), 0, 2147483647},
    {"min_feature", INT32, offsetof(thaw_config, min_feature), 1, 2147483647},
    {"loss", INT32, offsetof(thaw_config, loss), THAW_LOSS_SHARE, THAW_LOSS_LOGISTIC},
};

enum { N_FIELDS = sizeof fields / sizeof *fields };

thaw_status thaw_config_init(thaw_config *config, uint32_t struct_size)
{
    if (!config) return thaw__fail(THAW_E_ARG, "config is required");
    THAW__TRY(thaw__check_config(struct_size));
    const thaw_config defaults = {.struct_size = struct_size, .seed = 1, .passes = 15, .patience = 3, .min_feature = 2};
    memcpy(config, &defaults, struct_size); /* no more than the caller has */
    return THAW_OK;
}

static double read_field(const thaw_config *config, const struct field *f)
{
    const char *at = (const char *)config + f->at;
    int32_t i32;
    int64_t i64;
    uint64_t u64;
    float f32;
    switch (f->kind) {
    case INT32: return memcpy(&i32, at, sizeof i32), (double)i32;
    case INT64: return memcpy(&i64, at, sizeof i64), (double)i64;
    case UINT64: return memcpy(&u64, at, sizeof u64), (double)u64;
    default: return memcpy(&f32, at, sizeof f32), (double)f32;
    }
}

static void write_field(thaw_config *config, const struct field *f, double value)
{
    char *at = (char *)config + f->at;
    int32_t i32 = f->kind == INT32 ? (int32_t)value : 0;
    int64_t i64 = f->kind == INT64 ? (int64_t)value : 0;
    uint64_t u64 = f->kind == UINT64 ? (uint64_t)value : 0;
    float f32 = f->kind == FLOAT32 ? (float)value : 0;
    switch (f->kind) {
    case INT32: memcpy(at, &i32, sizeof i32); break;
    case INT64: memcpy(at, &i64, sizeof i64); break;
    case UINT64: memcpy(at, &u64, sizeof u64); break;
    default: memcpy(at, &f32, sizeof f32);
    }
}

/* A constant by its name, of those that count from 0. */
static thaw_status set_named(int32_t *constant, const char *field, const char *value, const char *const *names, int32_t n,
                             const char *choices)
{
    for (int32_t k = 0; k < n; k++)
        if (strcmp(value, names[k]) == 0) return *constant = k, THAW_OK;
    return thaw__fail(THAW_E_RANGE, "%s is \"%.40s\"; must be %s", field, value, choices);
}

/* Objectives are those of the methods that there are. */
static thaw_status set_objective(thaw_config *config, const char *value)
{
    const thaw__model_type *type = thaw__registry_find(value);
    if (!type && strcmp(value, "auto") != 0)
        return thaw__fail(THAW_E_RANGE, "objective is \"%.40s\"; must be auto, rating or ranking", value);
    config->objective = type ? type->objective : THAW_OBJECTIVE_AUTO;
    return THAW_OK;
}

static thaw_status check_objective(int32_t objective)
{
    if (objective == THAW_OBJECTIVE_AUTO || thaw__registry_of(objective)) return THAW_OK;
    return thaw__fail(THAW_E_RANGE, "objective is %d, which no method has", objective);
}

/* For fields that the struct of 0.1 lacks. */
static thaw_status check_whole(const thaw_config *config, const char *field)
{
    if (config->struct_size == sizeof *config) return THAW_OK;
    return thaw__fail(THAW_E_VERSION, "config.struct_size is %u; %s needs %zu bytes", config->struct_size, field, sizeof *config);
}

static thaw_status set_loss(thaw_config *config, const char *value)
{
    static const char *const names[] = {"share", "softmax", "pairwise", "squared", "logistic"};
    THAW__TRY(check_whole(config, "loss"));
    return set_named(&config->loss, "loss", value, names, THAW_LOSS_LOGISTIC + 1,
                     "share, softmax, pairwise, squared or logistic");
}

static thaw_status set_target(thaw_config *config, const char *value)
{
    THAW__TRY(check_whole(config, "target"));
    if (strlen(value) > THAW__NAME_MAX)
        return thaw__fail(THAW_E_RANGE, "target has %zu bytes; must have at most %d", strlen(value), THAW__NAME_MAX);
    strcpy(config->target, value);
    return THAW_OK;
}

thaw_status thaw_config_set(thaw_config *config, const char *key, const char *value)
{
    if (!config || !key || !value) return thaw__fail(THAW_E_ARG, "config, key and value are required");
    THAW__TRY(thaw__check_config(config->struct_size));
    if (strcmp(key, "objective") == 0) return set_objective(config, value);
    if (strcmp(key, "target") == 0) return set_target(config, value);
    if (strcmp(key, "loss") == 0) return set_loss(config, value);
    for (int k = 0; k < N_FIELDS; k++) {
        const struct field *f = &fields[k];
        double number;
        if (strcmp(key, f->name) != 0) continue;
        if (!thaw__number_parse(&number, value, strlen(value)) || !(number >= f->low && number <= f->high) ||
            (f->kind != FLOAT32 && number != floor(number)))
            return thaw__fail(THAW_E_RANGE, "%s is \"%.40s\"; must be %s from %g to %g", key, value,
                              f->kind == FLOAT32 ? "a number" : "a whole number", f->low, f->high);
        write_field(config, f, number);
        return THAW_OK;
    }
    return thaw__fail(THAW_E_UNKNOWN, "no setting is named \"%.40s\"", key);
}

thaw_status thaw__config_take(thaw_config *out, const thaw_config *given)
{
    THAW__TRY(thaw_config_init(out, sizeof *out));
    if (!given) return THAW_OK;
    THAW__TRY(thaw__check_config(given->struct_size));
    memcpy(out, given, given->struct_size);
    out->struct_size = sizeof *out;
    for (int k = 0; k < N_FIELDS; k++) {
        double number = read_field(out, &fields[k]);
        if (fields[k].kind != UINT64 && !(number >= fields[k].low && number <= fields[k].high))
            return thaw__fail(THAW_E_RANGE, "%s is %g; must be %g to %g", fields[k].name, number, fields[k].low,
                              fields[k].high);
    }
    THAW__TRY(check_objective(out->objective));
    if (!memchr(out->target, 0, THAW__NAME_MAX + 1))
        return thaw__fail(THAW_E_RANGE, "target does not end within %d bytes", THAW__NAME_MAX);
    if (out->rating_min > out->rating_max)
        return thaw__fail(THAW_E_RANGE, "rating_min is %g and rating_max %g; must not be below it",
                          (double)out->rating_min, (double)out->rating_max);
    THAW__TRY(thaw__check_allocator(&out->allocator));
    return thaw__parallel_check(&out->parallel);
}

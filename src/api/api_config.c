/* SPDX-License-Identifier: Apache-2.0
 * The configuration: one table of settings, with type, bounds and default, serves initialising, setting by name and
 * checking. Which settings beyond the common ones a method uses is written in its type (model.h). */
#include "api_config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "api_check.h"
#include "data.h"
#include "number.h"
#include "registry.h"
#include "status.h"
#include "thread.h"

typedef enum kind { INT32, INT64, UINT64, FLOAT32, CHOICE, TEXT } kind;

/* Who uses a setting. */
typedef enum scope { COMMON, LISTED } scope; /* every method; those that list it */

typedef const char *name_of(int32_t value);

static const char *loss_name(int32_t value)
{
    static const char *const names[] = {"share", "softmax", "pairwise", "squared", "logistic"};
    return value >= THAW_LOSS_SHARE && value <= THAW_LOSS_LOGISTIC ? names[value] : NULL;
}

#define AT(field) offsetof(thaw_config, field), sizeof(((thaw_config *)0)->field)

static const struct setting {
    const char *name;
    kind kind;
    scope scope;
    size_t at, size;
    double low, high, initial;
    name_of *choice; /* of a CHOICE: its values by name, from 0; NULL: no such value */
} settings[] = {
    {"objective", CHOICE, COMMON, AT(objective), 0, 0, THAW_OBJECTIVE_AUTO, thaw__registry_objective},
    {"rank", INT32, COMMON, AT(rank), 0, 256, 0, NULL},
    {"seed", UINT64, COMMON, AT(seed), 0, 9007199254740992.0, 1, NULL},
    {"passes", INT32, COMMON, AT(passes), 1, 10000, 15, NULL},
    {"valid_users", FLOAT32, COMMON, AT(valid_users), 0, 0.5, 0, NULL},
    {"half_life", FLOAT32, COMMON, AT(half_life), 0, 1e30, 0, NULL},
    {"min_feature", INT32, COMMON, AT(min_feature), 1, 2147483647, 2, NULL},
    {"patience", INT32, LISTED, AT(patience), 0, 10000, 3, NULL},
    {"rating_min", FLOAT32, LISTED, AT(rating_min), -1e6, 1e6, 0, NULL},
    {"rating_max", FLOAT32, LISTED, AT(rating_max), -1e6, 1e6, 0, NULL},
    {"batch_users", INT64, LISTED, AT(batch_users), 0, 2147483647, 0, NULL},
    {"target", TEXT, LISTED, AT(target), 0, THAW__NAME_MAX, 0, NULL},
    {"loss", CHOICE, LISTED, AT(loss), 0, 0, THAW_LOSS_SHARE, loss_name},
};

enum { N_SETTINGS = sizeof settings / sizeof *settings, MOST_CHOICES = 255, LIST_BYTES = 160 };

/* ---- numbers in the struct --------------------------------------------------------------------------------------- */

static double read_number(const thaw_config *config, const struct setting *s)
{
    const char *at = (const char *)config + s->at;
    int32_t i32;
    int64_t i64;
    uint64_t u64;
    float f32;
    switch (s->kind) {
    case INT64: return memcpy(&i64, at, sizeof i64), (double)i64;
    case UINT64: return memcpy(&u64, at, sizeof u64), (double)u64;
    case FLOAT32: return memcpy(&f32, at, sizeof f32), (double)f32;
    default: return memcpy(&i32, at, sizeof i32), (double)i32;
    }
}

static void write_number(thaw_config *config, const struct setting *s, double value)
{
    char *at = (char *)config + s->at;
    const int64_t i64 = s->kind == INT64 ? (int64_t)value : 0;
    const uint64_t u64 = s->kind == UINT64 ? (uint64_t)value : 0;
    const float f32 = s->kind == FLOAT32 ? (float)value : 0;
    const int32_t i32 = s->kind == INT32 || s->kind == CHOICE ? (int32_t)value : 0;
    switch (s->kind) {
    case INT64: memcpy(at, &i64, sizeof i64); break;
    case UINT64: memcpy(at, &u64, sizeof u64); break;
    case FLOAT32: memcpy(at, &f32, sizeof f32); break;
    default: memcpy(at, &i32, sizeof i32);
    }
}

thaw_status thaw_config_init(thaw_config *config, uint32_t struct_size)
{
    if (!config) return thaw__fail(THAW_E_ARG, "config is required");
    THAW__TRY(thaw__check_config(struct_size));
    thaw_config defaults = {.struct_size = struct_size};
    for (int k = 0; k < N_SETTINGS; k++)
        if (settings[k].kind != TEXT) write_number(&defaults, &settings[k], settings[k].initial);
    memcpy(config, &defaults, struct_size); /* no more than the caller has */
    return THAW_OK;
}

/* ---- by name ----------------------------------------------------------------------------------------------------- */

/* "share, softmax, pairwise, squared or logistic" */
static void list_choices(char text[LIST_BYTES], const struct setting *s)
{
    int32_t last = MOST_CHOICES;
    size_t n = 0;
    while (last > 0 && !s->choice(last)) last--;
    text[0] = 0;
    for (int32_t value = 0; value <= last && n < LIST_BYTES; value++)
        if (s->choice(value))
            n += (size_t)snprintf(text + n, LIST_BYTES - n, "%s%s",
                                  value == 0      ? ""
                                  : value == last ? " or "
                                                  : ", ",
                                  s->choice(value));
}

static thaw_status refuse_choice(const struct setting *s, const char *value)
{
    char choices[LIST_BYTES];
    list_choices(choices, s);
    return thaw__fail(THAW_E_RANGE, "%s is %.40s; must be %s", s->name, value, choices);
}

static thaw_status set_choice(thaw_config *config, const struct setting *s, const char *value)
{
    char quoted[48];
    for (int32_t number = 0; number <= MOST_CHOICES; number++)
        if (s->choice(number) && strcmp(value, s->choice(number)) == 0) return write_number(config, s, number), THAW_OK;
    snprintf(quoted, sizeof quoted, "\"%.36s\"", value);
    return refuse_choice(s, quoted);
}

static thaw_status set_text(thaw_config *config, const struct setting *s, const char *value)
{
    const size_t n = strlen(value), most = (size_t)s->high;
    if (n > most) return thaw__fail(THAW_E_RANGE, "%s has %zu bytes; must have at most %zu", s->name, n, most);
    memcpy((char *)config + s->at, value, n + 1);
    return THAW_OK;
}

static thaw_status set_number(thaw_config *config, const struct setting *s, const char *value)
{
    double number;
    const int whole = s->kind != FLOAT32;
    if (!thaw__number_parse(&number, value, strlen(value)) || !(number >= s->low && number <= s->high) ||
        (whole && number != floor(number)))
        return thaw__fail(THAW_E_RANGE, "%s is \"%.40s\"; must be %s from %g to %g", s->name, value,
                          whole ? "a whole number" : "a number", s->low, s->high);
    write_number(config, s, number);
    return THAW_OK;
}

static const struct setting *find_setting(const char *name)
{
    for (int k = 0; k < N_SETTINGS; k++)
        if (strcmp(name, settings[k].name) == 0) return &settings[k];
    return NULL;
}

thaw_status thaw_config_set(thaw_config *config, const char *key, const char *value)
{
    if (!config || !key || !value) return thaw__fail(THAW_E_ARG, "config, key and value are required");
    THAW__TRY(thaw__check_config(config->struct_size));
    const struct setting *s = find_setting(key);
    if (!s) return thaw__fail(THAW_E_UNKNOWN, "no setting is named \"%.40s\"", key);
    if (s->at + s->size > config->struct_size) /* the struct of an older version */
        return thaw__fail(THAW_E_VERSION, "config.struct_size is %u; %s needs %zu bytes", config->struct_size, key,
                          sizeof *config);
    switch (s->kind) {
    case CHOICE: return set_choice(config, s, value);
    case TEXT: return set_text(config, s, value);
    default: return set_number(config, s, value);
    }
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static thaw_status check_setting(const thaw_config *config, const struct setting *s)
{
    const double number = s->kind == TEXT ? 0 : read_number(config, s);
    char text[16];
    switch (s->kind) {
    case UINT64: return THAW_OK;
    case TEXT:
        if (memchr((const char *)config + s->at, 0, (size_t)s->high + 1)) return THAW_OK;
        return thaw__fail(THAW_E_RANGE, "%s does not end within %g bytes", s->name, s->high);
    case CHOICE:
        if (s->choice((int32_t)number)) return THAW_OK;
        snprintf(text, sizeof text, "%d", (int)number);
        return refuse_choice(s, text);
    default:
        if (number >= s->low && number <= s->high) return THAW_OK;
        return thaw__fail(THAW_E_RANGE, "%s is %g; must be %g to %g", s->name, number, s->low, s->high);
    }
}

thaw_status thaw__config_take(thaw_config *out, const thaw_config *given)
{
    THAW__TRY(thaw_config_init(out, sizeof *out));
    if (!given) return THAW_OK;
    THAW__TRY(thaw__check_config(given->struct_size));
    memcpy(out, given, given->struct_size);
    out->struct_size = sizeof *out;
    for (int k = 0; k < N_SETTINGS; k++) THAW__TRY(check_setting(out, &settings[k]));
    if (out->rating_min > out->rating_max)
        return thaw__fail(THAW_E_RANGE, "rating_min is %g and rating_max %g; must not be below it",
                          (double)out->rating_min, (double)out->rating_max);
    THAW__TRY(thaw__check_allocator(&out->allocator));
    return thaw__parallel_check(&out->parallel);
}

/* ---- what a method uses ------------------------------------------------------------------------------------------ */

static int is_default(const thaw_config *config, const struct setting *s)
{
    return s->kind == TEXT ? ((const char *)config)[s->at] == 0 : read_number(config, s) == s->initial;
}

static int is_used(const struct setting *s, const thaw__model_type *type)
{
    if (s->scope == COMMON) return 1;
    for (const char *const *name = type->settings; name && *name; name++)
        if (strcmp(*name, s->name) == 0) return 1;
    return 0;
}

static thaw_status refuse_unused(const struct setting *s, const thaw__model_type *type)
{
    char initial[32];
    if (s->kind == CHOICE) snprintf(initial, sizeof initial, "%s", s->choice((int32_t)s->initial));
    else if (s->kind == TEXT) snprintf(initial, sizeof initial, "\"\"");
    else snprintf(initial, sizeof initial, "%g", s->initial);
    return thaw__fail(THAW_E_UNSUPPORTED, "%s is not a setting of objective %s; must be its default, %s", s->name,
                      type->name, initial);
}

thaw_status thaw__config_suits(const thaw_config *config, const thaw__model_type *type)
{
    for (int k = 0; k < N_SETTINGS; k++)
        if (!is_used(&settings[k], type) && !is_default(config, &settings[k])) return refuse_unused(&settings[k], type);
    return THAW_OK;
}

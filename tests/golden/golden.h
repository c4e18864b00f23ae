/* SPDX-License-Identifier: Apache-2.0
 * The golden files: a rating model and a ranking of rank 3 over six items, a user adapted to these events, and the
 * scores of every item by the library that wrote the files. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "thaw/thaw.h"

enum { GOLDEN_ITEMS = 6, GOLDEN_EVENTS = 3 };

static const thaw_event golden_events[GOLDEN_EVENTS] = {
    {.item = 0, .value = 5}, {.item = 3, .value = 2}, {.item = 4, .value = 4}};
/* The model, its user, its scores, by format and objective. */
enum { GOLDEN_FORMATS = 3, GOLDEN_FILES = 2 * GOLDEN_FORMATS };
static const struct {
    int32_t objective;
    const char *model, *user, *scores;
} golden_files[GOLDEN_FILES] = {
    {THAW_OBJECTIVE_RATING, "model-1.safetensors", "user-1.bin", "scores-1.tsv"},
    {THAW_OBJECTIVE_RANKING, "ranking-1.safetensors", "ranking-user-1.bin", "ranking-scores-1.tsv"},
    {THAW_OBJECTIVE_RATING, "model-2.safetensors", "user-2.bin", "scores-2.tsv"},
    {THAW_OBJECTIVE_RANKING, "ranking-2.safetensors", "ranking-user-2.bin", "ranking-scores-2.tsv"},
    {THAW_OBJECTIVE_RATING, "model-3.safetensors", "user-3.bin", "scores-3.tsv"},
    {THAW_OBJECTIVE_RANKING, "ranking-3.safetensors", "ranking-user-3.bin", "ranking-scores-3.tsv"},
};

static const char *const golden_names[] = {"age", "town"};
static const char *const golden_values[] = {"31", "Köln"};

#endif

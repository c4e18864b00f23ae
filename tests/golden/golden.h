/* SPDX-License-Identifier: Apache-2.0
 * The golden files: a rating model and a ranking of rank 3 over six items, a user adapted to these events, and the
 * scores of every item by the library that wrote the files. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "thaw/thaw.h"

enum { GOLDEN_ITEMS = 6, GOLDEN_EVENTS = 3 };

static const thaw_event golden_events[GOLDEN_EVENTS] = {{.item = 0, .value = 5}, {.item = 3, .value = 2},
                                                        {.item = 4, .value = 4}};
/* Files of format 1: the model, its user, its scores. */
static const char *const golden_files[][3] = {{"model-1.safetensors", "user-1.bin", "scores-1.tsv"},
                                              {"ranking-1.safetensors", "ranking-user-1.bin", "ranking-scores-1.tsv"}};

static const char *const golden_names[] = {"age", "town"};
static const char *const golden_values[] = {"31", "Köln"};

#endif

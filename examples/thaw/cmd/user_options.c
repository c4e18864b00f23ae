/* SPDX-License-Identifier: Apache-2.0 */
#include "user_options.h"

#include <math.h>
#include <string.h>

#include "cli.h"

void user_options_add_features(user_options *u, char *text)
{
    char *pairs[USER_OPTIONS_MOST];
    const int n = cli_list("--features", text, pairs, USER_OPTIONS_MOST);
    for (int i = 0; i < n; i++) {
        if (u->n_features == USER_OPTIONS_MOST) cli_refuse("more than %d features", USER_OPTIONS_MOST);
        u->values[u->n_features] = cli_pair("--features", pairs[i]);
        u->names[u->n_features++] = pairs[i];
    }
}

void user_options_add_event(user_options *u, char *text)
{
    if (u->n_events == USER_OPTIONS_MOST) cli_refuse("more than %d events", USER_OPTIONS_MOST);
    u->event_texts[u->n_events++] = text;
}

/* Split the part before the next colon off *rest, in place; NULL after the last part. "\\:" is a colon of the part. */
static char *split_off(char **rest)
{
    char *part = *rest;
    if (!part) return NULL;
    char *to = part;
    for (char *from = part;; from++) {
        if (from[0] == '\\' && from[1] == ':') from++;
        else if (*from == ':' || *from == '\0') {
            *rest = *from ? from + 1 : NULL;
            *to = '\0';
            return part;
        }
        *to++ = *from;
    }
}

/* Parse ITEM[:NAME[:VALUE[:TIME]]] with the rows of the model: 0, or 1 with a message. */
static int read_event(thaw_event *out, const thaw_model *model, int ranks, char *text)
{
    char *rest = text;
    const char *item = split_off(&rest), *name = split_off(&rest), *value = split_off(&rest), *time = rest;
    memset(out, 0, sizeof *out);
    if (thaw_model_item_row(model, &out->item, item) != THAW_OK ||
        (name && *name && thaw_model_event_id(model, &out->event, name) != THAW_OK))
        return cli_failf("--event %s: %s", item, thaw_last_error());
    if (value && *value) out->value = (float)cli_number("VALUE of --event", value, -1e30, 1e30);
    else if (ranks) out->value = NAN;
    else cli_refuse("--event %s has no value; a rating model needs one: %s::VALUE", item, item);
    out->time = time && *time ? cli_time("TIME of --event", time) : 0;
    return 0;
}

int user_options_events(thaw_event *out, const user_options *u, const thaw_model *model)
{
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    for (int i = 0; i < u->n_events; i++)
        if (read_event(&out[i], model, info.objective == THAW_OBJECTIVE_RANKING, u->event_texts[i])) return 1;
    return 0;
}

int user_options_set_features(const user_options *u, const thaw_model *model, thaw_user *user)
{
    if (u->n_features == 0 || thaw_user_set_features(model, user, u->names, u->values, u->n_features) == THAW_OK)
        return 0;
    return cli_failf("--features: %s", thaw_last_error());
}

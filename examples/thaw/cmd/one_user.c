/* SPDX-License-Identifier: Apache-2.0 */
#include "one_user.h"

#include <math.h>
#include <string.h>

#include "cli.h"

void one_user_add_features(one_user *u, char *text)
{
    char *pairs[ONE_USER_MOST];
    const int n = cli_list("--features", text, pairs, ONE_USER_MOST);
    for (int i = 0; i < n; i++) {
        if (u->n_features == ONE_USER_MOST) cli_refuse("more than %d features", ONE_USER_MOST);
        u->values[u->n_features] = cli_pair("--features", pairs[i]);
        u->names[u->n_features++] = pairs[i];
    }
}

void one_user_add_event(one_user *u, char *text)
{
    if (u->n_events == ONE_USER_MOST) cli_refuse("more than %d events", ONE_USER_MOST);
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

int one_user_open(one_user *u, const thaw_model *model)
{
    thaw_model_info info;
    if (cli_model_info(&info, model)) return 1;
    for (int i = 0; i < u->n_events; i++) {
        if (read_event(&u->events[i], model, info.objective == THAW_OBJECTIVE_RANKING, u->event_texts[i])) return 1;
    }
    if (thaw_user_create(&u->user, model) != THAW_OK) return cli_fail();
    if (u->n_features && thaw_user_set_features(model, u->user, u->names, u->values, u->n_features) != THAW_OK)
        return cli_failf("--features: %s", thaw_last_error());
    return 0;
}

void one_user_close(one_user *u)
{
    thaw_user_free(u->user);
}

/* SPDX-License-Identifier: Apache-2.0 */

/* thaw-shop DIR [USERS [ITEMS [SEED]]]: write the made-up shop of shop.h as atomic files DIR/shop.inter, .item and
 * .user, to try thaw without other data. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "shop.h"

static FILE *open_table(const char *folder, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return NULL;
    FILE *f = fopen(path, "w");
    if (!f) fprintf(stderr, "thaw-shop: %s cannot be written: %s\n", path, strerror(errno));
    return f;
}

static int close_table(FILE *f)
{
    const int bad = ferror(f) | fclose(f);
    if (bad) fprintf(stderr, "thaw-shop: a table cannot be written: %s\n", strerror(errno));
    return bad;
}

static int write_events(const shop *s, const char *folder)
{
    FILE *f = open_table(folder, "shop.inter");
    if (!f) return 1;
    fputs("user_id:token\titem_id:token\trating:float\ttimestamp:float\n", f);
    for (int64_t i = 0; i < s->n_events; i++) {
        const shop_event *e = &s->events[i];
        fprintf(f, "%s\t%s\t%g\t%.0f\n", s->users[e->user].key, s->items[e->item].key, (double)e->rating, e->time);
    }
    return close_table(f);
}

static int write_items(const shop *s, const char *folder)
{
    FILE *f = open_table(folder, "shop.item");
    if (!f) return 1;
    fputs("item_id:token\ttitle:text\tcategory:token\tbrand:token\tprice:float\n", f);
    for (int64_t i = 0; i < s->n_items; i++) {
        const shop_item *item = &s->items[i];
        fprintf(f, "%s\t%s\t%s\t%s\t%.2f\n", item->key, item->title, item->category, item->brand, item->price);
    }
    return close_table(f);
}

static int write_users(const shop *s, const char *folder)
{
    FILE *f = open_table(folder, "shop.user");
    if (!f) return 1;
    fputs("user_id:token\tage:token\n", f);
    for (int64_t u = 0; u < s->n_users; u++) fprintf(f, "%s\t%s\n", s->users[u].key, s->users[u].age);
    return close_table(f);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 5 || argv[1][0] == '-') {
        fputs("usage: thaw-shop DIR [USERS [ITEMS [SEED]]]\n", stderr);
        return 2;
    }
    const long long users = argc > 2 ? atoll(argv[2]) : 1000, items = argc > 3 ? atoll(argv[3]) : 400;
    const long long seed = argc > 4 ? atoll(argv[4]) : 1;
    if (users < 1 || users > 1000000 || items < 40 || items > 1000000) {
        fputs("thaw-shop: USERS must be 1 … 1000000 and ITEMS 40 … 1000000\n", stderr);
        return 2;
    }
    if (mkdir(argv[1], 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "thaw-shop: %s cannot be made: %s\n", argv[1], strerror(errno));
        return 1;
    }
    shop *s = shop_create(users, items, (uint64_t)seed);
    if (!s) {
        fputs("thaw-shop: out of memory\n", stderr);
        return 1;
    }
    const int bad = write_events(s, argv[1]) || write_items(s, argv[1]) || write_users(s, argv[1]);
    if (!bad) {
        printf("%lld ratings of %lld items by %lld users in %s\n", (long long)s->n_events, items, users, argv[1]);
    }
    shop_free(s);
    return bad;
}

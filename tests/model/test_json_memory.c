/* SPDX-License-Identifier: Apache-2.0
 * jansson, which writes the header of a model file, allocates with malloc, not with the allocator of the host. These
 * tests make its n-th allocation fail, for every n. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "little_shop.h"
#include "run_suite.h"

static long requests, refuse, refused, live;

static void *give(size_t size)
{
    if (++requests == refuse) {
        refused = 1;
        return NULL;
    }
    live++;
    return malloc(size);
}

static void take(void *p)
{
    live -= p != NULL;
    free(p);
}

static thaw_model *model;
static char *bytes;
static int64_t size;

static void setup(void)
{
    model = shop_model(NULL, 3, 0);
    bytes = model_bytes(model, &size);
    json_set_alloc_funcs(give, take);
    live = 0;
}

static void teardown(void)
{
    json_set_alloc_funcs(malloc, free);
    free(bytes);
    thaw_model_free(model);
}

static void refuse_request(long n)
{
    requests = refused = 0;
    refuse = n;
}

START_TEST(a_save_is_complete_or_fails)
{
    char *again = malloc((size_t)size);
    for (long n = 1, more = 1; more; n++) {
        int64_t written = size;
        memset(again, 0, (size_t)size);
        refuse_request(n);
        const thaw_status st = thaw_model_save_buffer(model, again, size, &written);
        more = refused;
        if (st == THAW_OK) ck_assert_msg(written == size && memcmp(again, bytes, (size_t)size) == 0, "request %ld", n);
        else
            ck_assert_msg(more && st == THAW_E_NOMEM, "request %ld: %s, %s", n, thaw_status_text(st),
                          thaw_last_error());
        ck_assert_msg(live == 0, "request %ld: %ld blocks are left", n, live);
    }
    free(again);
}
END_TEST

/* A header is read without jansson (json.h). */
START_TEST(a_load_asks_jansson_for_nothing)
{
    thaw_model *loaded;
    refuse_request(1);
    ck_assert_int_eq(thaw_model_load_buffer(&loaded, bytes, size, NULL), THAW_OK);
    ck_assert_int_eq(requests, 0);
    thaw_model_free(loaded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tc = tcase_create("json memory");
    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_save_is_complete_or_fails);
    tcase_add_test(tc, a_load_asks_jansson_for_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

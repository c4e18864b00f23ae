/* SPDX-License-Identifier: Apache-2.0
 * The parameter table: what walks it treats every row by its role, and the tables of both methods are what files
 * hold. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "little_shop.h"
#include "registry.h"
#include "run_suite.h"
#include "snapshot.h"

enum { ITEMS = 5, COLUMNS = 3, LONGEST_NAME = 63 };

/* ---- a table of every type --------------------------------------------------------------------------------------- */

typedef struct numbers {
    int64_t items;
    float *vector;  /* [items, COLUMNS] in the id */
    uint8_t *mark;  /* [items] in the id */
    double *loose;  /* [COLUMNS] 0 to 10 */
    int64_t *start; /* [COLUMNS] */
    int32_t count;  /* 1 to 9, in the id */
    double free;    /* any that is finite */
} numbers;

static failing_alloc f;
static const thaw__file no_map;

static thaw__params table_of(numbers *x)
{
    thaw__params t = {0};
    const thaw__param rows[] = {
        {"vector", THAW__F32, x->items, COLUMNS, &x->vector, THAW__PER_ITEM | THAW__IN_ID, 0, 0},
        {"mark", THAW__U8, x->items, 0, &x->mark, THAW__PER_ITEM | THAW__IN_ID, 0, 0},
        {"loose", THAW__F64, COLUMNS, 0, &x->loose, 0, 0, 10},
        {"start", THAW__I64, COLUMNS, 0, &x->start, 0, 0, 0},
        {"count", THAW__I32, THAW__NUMBER, 0, &x->count, THAW__IN_ID, 1, 9},
        {"free", THAW__F64, THAW__NUMBER, 0, &x->free, 0, 0, 0},
    };
    thaw__params_add(&t, rows, sizeof rows / sizeof *rows);
    return t;
}

static numbers filled(void)
{
    numbers x = {.items = ITEMS, .count = 3, .free = -0.5};
    thaw__params t = table_of(&x);
    ck_assert_int_eq(thaw__params_allocate(&t, &f.allocator), THAW_OK);
    for (int k = 0; k < ITEMS * COLUMNS; k++) x.vector[k] = (float)k - 7;
    for (int k = 0; k < ITEMS; k++) x.mark[k] = (uint8_t)(k % 2);
    for (int k = 0; k < COLUMNS; k++) x.loose[k] = k, x.start[k] = 10 * k;
    return x;
}

static void release(numbers *x)
{
    thaw__params t = table_of(x);
    thaw__params_free(&t, &no_map, &f.allocator);
}

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

static void expect_same(numbers *a, numbers *b)
{
    const thaw__params s = table_of(a), t = table_of(b);
    for (int k = 0; k < s.n; k++)
        ck_assert_mem_eq(thaw__param_data(&s.row[k]), thaw__param_data(&t.row[k]), thaw__param_bytes(&s.row[k]));
}

/* ---- copies ------------------------------------------------------------------------------------------------------ */

START_TEST(a_copy_has_equal_bytes_in_its_own_memory)
{
    numbers x = filled(), y = {.items = ITEMS};
    thaw__params from = table_of(&x), to = table_of(&y);
    ck_assert_int_eq(thaw__params_copy(&to, &from, &f.allocator), THAW_OK);
    expect_same(&x, &y);
    for (int k = 0; k < from.n; k++) ck_assert_ptr_ne(thaw__param_data(&from.row[k]), thaw__param_data(&to.row[k]));
    x.vector[0] = 99;
    ck_assert_float_eq(y.vector[0], -7);
    release(&x);
    release(&y);
}
END_TEST

START_TEST(a_copy_without_memory_can_be_freed)
{
    numbers x = filled();
    for (int k = 1; k <= 4; k++) { /* one request per array */
        numbers y = {.items = ITEMS};
        thaw__params from = table_of(&x), to = table_of(&y);
        f.requests = 0, f.refuse = k;
        ck_assert_int_eq(thaw__params_copy(&to, &from, &f.allocator), THAW_E_NOMEM);
        release(&y);
    }
    release(&x);
}
END_TEST

START_TEST(what_is_allocated_is_zero_and_what_is_there_stays)
{
    numbers x = {.items = ITEMS};
    float *mine = thaw__alloc0(&f.allocator, ITEMS * COLUMNS, sizeof *mine);
    x.vector = mine;
    thaw__params t = table_of(&x);
    ck_assert_int_eq(thaw__params_allocate(&t, &f.allocator), THAW_OK);
    ck_assert_ptr_eq(x.vector, mine);
    for (int k = 0; k < COLUMNS; k++) ck_assert(x.loose[k] == 0 && x.start[k] == 0);
    release(&x);
    ck_assert_ptr_null(x.loose);
}
END_TEST

/* ---- growing ----------------------------------------------------------------------------------------------------- */

START_TEST(growing_keeps_rows_and_zeros_the_rest)
{
    numbers x = filled();
    const thaw__params t = table_of(&x);
    const double *loose = x.loose;
    ck_assert_int_eq(thaw__params_resize(&t, ITEMS, ITEMS + 4, &no_map, &f.allocator), THAW_OK);
    for (int k = 0; k < (ITEMS + 4) * COLUMNS; k++)
        ck_assert_float_eq(x.vector[k], k < ITEMS * COLUMNS ? (float)k - 7 : 0);
    for (int k = 0; k < ITEMS + 4; k++) ck_assert_int_eq(x.mark[k], k < ITEMS ? k % 2 : 0);
    ck_assert_ptr_eq(x.loose, loose); /* not per item */
    release(&x);
}
END_TEST

START_TEST(growing_without_memory_changes_nothing)
{
    numbers x = filled(), same = filled();
    const thaw__params t = table_of(&x);
    for (int k = 1; k <= 2; k++) { /* one request per row of items */
        const numbers before = x;
        f.requests = 0, f.refuse = k;
        ck_assert_int_eq(thaw__params_resize(&t, ITEMS, ITEMS + 4, &no_map, &f.allocator), THAW_E_NOMEM);
        ck_assert_mem_eq(&x, &before, sizeof x);
        expect_same(&x, &same);
    }
    release(&x);
    release(&same);
}
END_TEST

/* Arrays that lie in a mapped file are left there. */
START_TEST(growing_takes_rows_out_of_a_mapped_file)
{
    numbers x = filled();
    float inside[ITEMS * COLUMNS];
    const thaw__file map = {(char *)inside, sizeof inside, 1};
    thaw__params t = table_of(&x);
    memcpy(inside, x.vector, sizeof inside);
    thaw__free(&f.allocator, x.vector);
    x.vector = inside;
    ck_assert_int_eq(thaw__params_resize(&t, ITEMS, ITEMS + 1, &map, &f.allocator), THAW_OK);
    ck_assert_ptr_ne(x.vector, inside);
    ck_assert_mem_eq(x.vector, inside, sizeof inside);
    release(&x);
}
END_TEST

/* ---- the id ------------------------------------------------------------------------------------------------------ */

/* One byte of each row in turn; see table_of(). */
START_TEST(the_hash_depends_on_exactly_the_rows_of_the_id)
{
    numbers x = filled();
    thaw__params t = table_of(&x);
    const uint64_t before = thaw__params_hash(&t, 1);
    unsigned char *last = (unsigned char *)thaw__param_data(&t.row[_i]) + thaw__param_bytes(&t.row[_i]) - 1;
    ck_assert_int_lt(_i, t.n);
    *last ^= 1;
    const int changed = thaw__params_hash(&t, 1) != before;
    ck_assert_int_eq(changed, (t.row[_i].role & THAW__IN_ID) != 0);
    ck_assert(thaw__params_hash(&t, 2) != thaw__params_hash(&t, 1));
    release(&x);
}
END_TEST

/* ---- bounds ------------------------------------------------------------------------------------------------------ */

static void spoil(numbers *x, int how)
{
    switch (how) {
    case 0: x->vector[ITEMS * COLUMNS - 1] = NAN; break;
    case 1: x->vector[0] = -INFINITY; break;
    case 2: x->loose[2] = 10.5; break;
    case 3: x->loose[1] = -1e-9; break;
    case 4: x->loose[0] = (double)NAN; break;
    case 5: x->count = 0; break;
    case 6: x->count = 10; break;
    default: x->free = (double)INFINITY;
    }
}

START_TEST(a_number_out_of_bounds_is_found_and_its_row_named)
{
    static const char *const names[] = {"vector", "vector", "loose", "loose", "loose", "count", "count", "free"};
    numbers x = filled();
    thaw__params t = table_of(&x);
    ck_assert_int_eq(thaw__params_check(&t), THAW_OK);
    spoil(&x, _i);
    ck_assert_int_eq(thaw__params_check(&t), THAW_E_NUMERIC);
    ck_assert_msg(strncmp(thaw_last_error(), names[_i], strlen(names[_i])) == 0, "%s", thaw_last_error());
    release(&x);
}
END_TEST

START_TEST(cold_rows_are_not_looked_through)
{
    numbers x = filled();
    thaw__params t = table_of(&x);
    x.vector[3] = NAN;
    t.row[0].role |= THAW__COLD;
    ck_assert_int_eq(thaw__params_check(&t), THAW_OK);
    release(&x);
}
END_TEST

/* ---- a model's tables -------------------------------------------------------------------------------------------- */

static thaw_model *model_of(const thaw__method *method)
{
    thaw_config config = shop_config(&f.allocator, 3, 0);
    thaw_data *data = shop_data(&f.allocator, SHOP_USERS, SHOP_ITEMS, 1);
    thaw_model *m;
    config.objective = method->type->objective;
    ck_assert_int_eq(thaw_model_create(&m, &config, data), THAW_OK);
    ck_assert_int_eq(thaw_pretrain(m, NULL, data, NULL, NULL), THAW_OK);
    thaw_data_free(data);
    return m;
}

static thaw__param *row_named(thaw__params *t, const char *name)
{
    for (int k = 0; k < t->n; k++)
        if (strcmp(t->row[k].name, name) == 0) return &t->row[k];
    ck_abort_msg("no row is named %s", name);
}

/* A table of another length, all zero, in place of a row's array. */
static void replace(const thaw__param *p, int64_t rows)
{
    thaw__param other = *p;
    other.rows = rows;
    thaw__param_release(p, &no_map, &f.allocator);
    thaw__param_set(p, thaw__alloc0(&f.allocator, thaw__param_count(&other), thaw__dtype_size(p->type)));
}

/* Training may change how many neighbours items have: here to none. */
START_TEST(a_snapshot_brings_back_arrays_whose_size_changed)
{
    thaw_model *m = model_of(thaw__registry_of(THAW_OBJECTIVE_RANKING)->method);
    thaw__snapshot s = {0};
    thaw__params t;
    int64_t size, size_back;
    char *bytes = model_bytes(m, &size);
    ck_assert_int_eq(thaw__snapshot_take(&s, m, THAW__LEARNED), THAW_OK);
    thaw__model_params(m, &t);
    ck_assert_int_gt(row_named(&t, "item.edge.item")->rows, 0);
    replace(row_named(&t, "item.edge.item"), 0);
    replace(row_named(&t, "item.edge.value"), 0);
    memset(thaw__param_data(row_named(&t, "item.edge.start")), 0, thaw__param_bytes(row_named(&t, "item.edge.start")));
    memset(thaw__param_data(row_named(&t, "item.embedding")), 0, thaw__param_bytes(row_named(&t, "item.embedding")));
    thaw__snapshot_restore(&s, m);
    thaw__snapshot_free(&s, &f.allocator);
    char *back = model_bytes(m, &size_back);
    ck_assert_int_eq(size, size_back);
    ck_assert_mem_eq(bytes, back, (size_t)size);
    free(bytes);
    free(back);
    thaw_model_free(m);
}
END_TEST

/* Rows of other roles are the caller's to keep. */
START_TEST(a_snapshot_holds_the_rows_of_its_roles_alone)
{
    thaw_model *m = model_of(thaw__methods[0]);
    thaw__snapshot s = {0};
    thaw__params t;
    ck_assert_int_eq(thaw__snapshot_take(&s, m, THAW__IN_ID), THAW_OK);
    thaw__model_params(m, &t);
    for (int k = 0; k < t.n; k++) ck_assert_int_eq(s.copy[k] != NULL, (t.row[k].role & THAW__IN_ID) != 0);
    thaw__snapshot_free(&s, &f.allocator);
    thaw_model_free(m);
}
END_TEST

START_TEST(names_are_distinct_and_short)
{
    thaw_model *m = model_of(thaw__methods[_i]);
    thaw__params t;
    thaw__model_params(m, &t);
    ck_assert_int_lt(t.n, THAW__PARAMS); /* a full table would drop rows */
    for (int k = 0; k < t.n; k++) {
        ck_assert_int_le(strlen(t.row[k].name), LONGEST_NAME);
        ck_assert_ptr_eq(row_named(&t, t.row[k].name), &t.row[k]);
    }
    thaw_model_free(m);
}
END_TEST

/* Whether a row is a tensor of files. */
static int is_tensor(const thaw__param *p)
{
    return p->rows != THAW__NUMBER && !(p->role & (THAW__DERIVED | THAW__UNPACKED)) &&
           !(p->role & THAW__OPTIONAL && p->rows == 0);
}

/* Files also have the keys of items, as two tensors, and the rank and the number of items, as numbers. */
START_TEST(params_are_the_tensors_and_numbers_of_files)
{
    thaw_model *m = model_of(thaw__methods[_i]);
    thaw__params t;
    thaw__safetensors file;
    thaw__json written;
    char *text;
    size_t length;
    int64_t size;
    char *bytes = model_bytes(m, &size);
    ck_assert_int_eq(thaw__safetensors_open(&file, bytes, (size_t)size), THAW_OK);
    const thaw_allocator a = thaw__allocator(&m->config.allocator);
    ck_assert_int_eq(thaw__json_string(&text, &length, thaw__safetensors_meta(&file, "thaw.numbers"), &a), THAW_OK);
    ck_assert_int_eq(thaw__json_check(&written, text, length, "thaw.numbers"), THAW_OK);
    thaw__model_params(m, &t);
    size_t tensors = 0, singles = 0;
    for (int k = 0; k < t.n; k++) {
        tensors += is_tensor(&t.row[k]) != 0;
        singles += t.row[k].rows == THAW__NUMBER;
        if (is_tensor(&t.row[k])) ck_assert_ptr_nonnull(thaw__safetensors_find(&file, t.row[k].name).at);
        if (t.row[k].rows == THAW__NUMBER) ck_assert_ptr_nonnull(thaw__json_get(written, t.row[k].name).at);
    }
    ck_assert_uint_eq((size_t)file.n, tensors + 2);
    ck_assert_uint_eq(thaw__json_size(written), singles + 2);
    ck_assert_int_eq(thaw_model_n_params(m), t.n);
    thaw__free(&a, text);
    free(bytes);
    thaw_model_free(m);
}
END_TEST

START_TEST(params_are_listed_as_the_table_has_them)
{
    thaw_model *m = model_of(thaw__methods[_i]);
    thaw__params t;
    thaw_param_info info;
    thaw__model_params(m, &t);
    ck_assert_int_eq(thaw_param_info_init(&info, sizeof info), THAW_OK);
    for (int k = 0; k < t.n; k++) {
        ck_assert_int_eq(thaw_model_get_param(m, &info, k), THAW_OK);
        ck_assert_str_eq(info.name, t.row[k].name);
        ck_assert_int_eq(info.is_number, t.row[k].rows == THAW__NUMBER);
        ck_assert_int_eq(info.bytes, (int64_t)thaw__param_bytes(&t.row[k]));
        if (info.is_number) ck_assert_double_eq(info.value, thaw__param_number(&t.row[k]));
    }
    ck_assert_int_eq(thaw_model_get_param(m, &info, t.n), THAW_E_RANGE);
    ck_assert_int_eq(thaw_model_get_param(m, &info, -1), THAW_E_RANGE);
    thaw_model_free(m);
}
END_TEST

static TCase *unit(Suite *suite, const char *name)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    return tc;
}

enum { ROWS = 6, FAULTS = 8, N_METHODS = 2 };

int main(void)
{
    Suite *suite = suite_create("parameter table");
    TCase *copies = unit(suite, "copies"), *growing = unit(suite, "growing"), *id = unit(suite, "id");
    TCase *bounds = unit(suite, "bounds"), *models = unit(suite, "models");
    tcase_add_test(copies, a_copy_has_equal_bytes_in_its_own_memory);
    tcase_add_test(copies, a_copy_without_memory_can_be_freed);
    tcase_add_test(copies, what_is_allocated_is_zero_and_what_is_there_stays);
    tcase_add_test(growing, growing_keeps_rows_and_zeros_the_rest);
    tcase_add_test(growing, growing_without_memory_changes_nothing);
    tcase_add_test(growing, growing_takes_rows_out_of_a_mapped_file);
    tcase_add_loop_test(id, the_hash_depends_on_exactly_the_rows_of_the_id, 0, ROWS);
    tcase_add_loop_test(bounds, a_number_out_of_bounds_is_found_and_its_row_named, 0, FAULTS);
    tcase_add_test(bounds, cold_rows_are_not_looked_through);
    tcase_add_test(models, a_snapshot_brings_back_arrays_whose_size_changed);
    tcase_add_test(models, a_snapshot_holds_the_rows_of_its_roles_alone);
    tcase_add_loop_test(models, names_are_distinct_and_short, 0, N_METHODS);
    tcase_add_loop_test(models, params_are_the_tensors_and_numbers_of_files, 0, N_METHODS);
    tcase_add_loop_test(models, params_are_listed_as_the_table_has_them, 0, N_METHODS);
    return run_suite(suite);
}

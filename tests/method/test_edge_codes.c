/* SPDX-License-Identifier: Apache-2.0
 * The item graph as bytes of a file: it survives, small and whole, and damage is an error. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "edge_codes.h"
#include "failing_alloc.h"
#include "rng.h"
#include "run_suite.h"

enum { MANY = 300, ROOM = MANY * 448, LIST = 120, DAMAGE_EVERY = 997 };

static failing_alloc f;

/* A random number in [0, 1) of the case. */
static float drawn(uint64_t n)
{
    return (float)thaw__rng_uniform(5, THAW__RNG_INIT, n);
}

/* An edge; one number in four is 0, others are down to 1e-8. Not `whole`: after and before, and both is their sum. */
static thaw__edge drawn_edge(uint64_t n, int whole)
{
    float x[THAW__EDGE_NUMBERS];
    for (int c = 0; c < THAW__EDGE_NUMBERS; c++)
        x[c] = drawn(10 * n + c) < 0.25f ? 0 : powf(10, -8 * drawn(10 * n + c + 5));
    return whole ? (thaw__edge){x[0], x[1], x[2], x[3], x[4]} : (thaw__edge){x[0], x[1], x[0] + x[1], 0, 0};
}

static thaw__item_graph drawn_graph(int whole)
{
    thaw__item_graph graph;
    failing_alloc_init(&f, 0);
    ck_assert_int_eq(thaw__item_graph_create(&graph, MANY, &f.allocator), THAW_OK);
    for (int i = 0; i < MANY; i++) {
        thaw__neighbour row[LIST];
        const int n = i % 3 ? LIST : i % 7;
        for (int k = 0; k < n; k++)
            row[k] = (thaw__neighbour){(int32_t)(2 * k + i % 60), drawn_edge(1000 * i + k, whole)};
        ck_assert_int_eq(thaw__item_graph_append(&graph, i, row, n, &f.allocator), THAW_OK);
    }
    return graph;
}

static uint8_t *written(int64_t *size, const thaw__item_graph *graph)
{
    uint8_t *bytes;
    ck_assert_int_eq(thaw__edge_codes_write(&bytes, size, graph, MANY, &f.allocator), THAW_OK);
    return bytes;
}

static thaw__item_graph read_back(const thaw__item_graph *graph, int64_t *size)
{
    thaw__item_graph back;
    uint8_t *bytes = written(size, graph);
    ck_assert_int_eq(thaw__edge_codes_read(&back, bytes, *size, MANY, &f.allocator), THAW_OK);
    thaw__free(&f.allocator, bytes);
    ck_assert_mem_eq(back.start, graph->start, (MANY + 1) * sizeof *back.start);
    ck_assert_mem_eq(back.item, graph->item, (size_t)back.start[MANY] * sizeof *back.item);
    return back;
}

static void release(thaw__item_graph *a, thaw__item_graph *b)
{
    thaw__item_graph_free(a, &f.allocator);
    if (b) thaw__item_graph_free(b, &f.allocator);
    ck_assert_int_eq(f.live, 0);
}

START_TEST(a_fitted_graph_survives_to_the_bit)
{
    int64_t size;
    thaw__item_graph graph = drawn_graph(_i), back;
    thaw__edge_codes_fit(&graph, MANY, ROOM, !_i, 3);
    back = read_back(&graph, &size);
    ck_assert_mem_eq(back.edge, graph.edge, (size_t)back.start[MANY] * sizeof *back.edge);
    ck_assert_int_le(size, ROOM);
    release(&graph, &back);
}
END_TEST

START_TEST(a_row_without_a_target_keeps_more_neighbours_than_one_with_all_numbers)
{
    thaw__item_graph whole = drawn_graph(1), additive = drawn_graph(0);
    thaw__edge_codes_fit(&whole, MANY, ROOM, 0, 3);
    thaw__edge_codes_fit(&additive, MANY, ROOM, 1, 3);
    ck_assert_int_gt(whole.start[2] - whole.start[1], 30);
    ck_assert_int_gt(additive.start[2] - additive.start[1], whole.start[2] - whole.start[1] + 30);
    thaw__item_graph_free(&whole, &f.allocator);
    thaw__item_graph_free(&additive, &f.allocator);
}
END_TEST

/* 2^-12 of the number, and of both those of the two summands. */
START_TEST(numbers_of_older_models_are_kept_to_the_tolerance_of_scores)
{
    int64_t size;
    thaw__item_graph graph = drawn_graph(_i), back = read_back(&graph, &size);
    for (int64_t k = 0; k < graph.start[MANY]; k++) {
        const float *x = &graph.edge[k].after, *y = &back.edge[k].after;
        for (int c = 0; c < THAW__EDGE_NUMBERS; c++) ck_assert_float_le(fabsf(x[c] - y[c]), x[c] / 4096 + 1e-9f);
    }
    release(&graph, &back);
}
END_TEST

/* The mean of n numbers that are rounded to two neighbours at the distance h has a standard deviation of at most
 * h / 2 / sqrt(n); 5 of them. */
START_TEST(rounding_is_right_on_average)
{
    thaw__item_graph graph = drawn_graph(0);
    const float x = 0.3001f;
    double sum = 0;
    for (int64_t k = 0; k < graph.start[MANY]; k++) graph.edge[k] = (thaw__edge){.after = x};
    thaw__edge_codes_fit(&graph, MANY, ROOM, 1, 3);
    const double n = (double)graph.start[MANY];
    for (int64_t k = 0; k < graph.start[MANY]; k++) sum += (double)graph.edge[k].after;
    ck_assert_double_eq_tol(sum / n, (double)x, 5 * ldexp(1, -14) / sqrt(n));
    release(&graph, NULL);
}
END_TEST

START_TEST(damaged_bytes_are_refused)
{
    int64_t size;
    thaw__item_graph graph = drawn_graph(1), back;
    uint8_t *bytes = written(&size, &graph);
    for (int64_t n = 0; n < size; n += 1 + n / 8)
        ck_assert_int_eq(thaw__edge_codes_read(&back, bytes, n, MANY, &f.allocator), THAW_E_FORMAT);
    ck_assert_int_eq(thaw__edge_codes_read(&back, bytes, size, 100, &f.allocator), THAW_E_FORMAT);
    for (int64_t at = 0; at < size; at += DAMAGE_EVERY) { /* whatever loads is a graph */
        const uint8_t old = bytes[at];
        bytes[at] = 255;
        const thaw_status st = thaw__edge_codes_read(&back, bytes, size, MANY, &f.allocator);
        for (int64_t k = 0; st == THAW_OK && k < back.start[MANY]; k++)
            ck_assert(back.item[k] >= 0 && back.item[k] < MANY && back.edge[k].both < 4);
        if (st == THAW_OK) thaw__item_graph_free(&back, &f.allocator);
        bytes[at] = old;
    }
    thaw__free(&f.allocator, bytes);
    release(&graph, NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("edge codes");
    TCase *tc = tcase_create("edge codes");
    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_fitted_graph_survives_to_the_bit, 0, 2);
    tcase_add_test(tc, a_row_without_a_target_keeps_more_neighbours_than_one_with_all_numbers);
    tcase_add_loop_test(tc, numbers_of_older_models_are_kept_to_the_tolerance_of_scores, 0, 2);
    tcase_add_test(tc, rounding_is_right_on_average);
    tcase_add_test(tc, damaged_bytes_are_refused);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "table_reader.h"

#include <stdlib.h>
#include <string.h>

#include "failing_alloc.h"
#include "rng.h"
#include "run_suite.h"
#include "shop.h"

static failing_alloc f;

static void setup(void)
{
    failing_alloc_init(&f, 0);
}

static void teardown(void)
{
    ck_assert_int_eq(f.live, 0);
}

/* Read a whole table into "a|b|c;" per record, or stop at the first error. */
static thaw_status flatten(char *out, const char *bytes, size_t size, int csv)
{
    thaw__reader r;
    *out = 0;
    thaw_status st = thaw__reader_open(&r, bytes, size, (thaw__dialect){csv ? ',' : '\t', csv}, &f.allocator);
    if (st != THAW_OK) return st;
    for (int more = 1;;) {
        st = thaw__reader_next(&r, &more);
        if (st != THAW_OK || !more) break;
        for (size_t i = 0; i < r.n_columns; i++) {
            const thaw__text text = thaw__reader_text(&r, (int64_t)i);
            strncat(out, text.at, text.n);
            strcat(out, i + 1 < r.n_columns ? "|" : ";");
        }
    }
    thaw__reader_close(&r);
    return st;
}

/* Tables and the records read from them. */
static const struct {
    int csv;
    const char *text, *records;
} good[] = {
    {0, "a\tb\n1\t2\n", "1|2;"},
    {0, "a\tb\r\n1\t2\r\n", "1|2;"},
    {0, "a\tb\n1\t2", "1|2;"},   /* no line end after the last line */
    {0, "a\tb\n1\t2\r", "1|2;"}, /* truncated inside CRLF */
    {0,
     "\xef\xbb\xbf"
     "a\tb\n1\t2\n",
     "1|2;"},                /* byte order mark */
    {0, "a\tb\n\t\n", "|;"}, /* empty fields */
    {0, "a\n\nx\n", ";x;"},  /* an empty line of one column is an empty field */
    {0, "a\tb\n", ""},       /* a header only */
    {0, "a\tb", ""},
    {0, "a\tb\n\"x\ty\"\n", "\"x|y\";"}, /* no quoting in tab separated tables */
    {0, "a\tb\n1,2\t3\n", "1,2|3;"},
    {0, "a\tb\nx\ry\tz\n", "x\ry|z;"}, /* CR inside a line is text */
    {1, "a,b\n1,2\n", "1|2;"},
    {1, "a,b\n\"1\",\"2\"\r\n", "1|2;"},
    {1, "a,b\n\"1,5\",2\n", "1,5|2;"},
    {1, "a,b\n\"x\ny\",2\n3,4\n", "x\ny|2;3|4;"}, /* line ends within quotes */
    {1, "a,b\n\"x\r\ny\",2\n", "x\r\ny|2;"},
    {1, "a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n", "say \"hi\"|\";"},
    {1, "a,b\n\"\",\n", "|;"},
    {1, "a,b\n5\" pipe,x\"\n", "5\" pipe|x\";"}, /* a quote inside a field is text */
    {1, "a,b\n1,\"2\"", "1|2;"},
    {1, "a,b\n1,\"2\"\r", "1|2;"},
    {1, "a,b\n1,", "1|;"},
    {1, "\"a\",\"b\"\n1,2\n", "1|2;"},
    {1, "a,b\n1\t2,3\n", "1\t2|3;"},
    {1, "é,b\nü,\xf0\x9f\x98\x80\n", "ü|\xf0\x9f\x98\x80;"},
};

START_TEST(tables_are_read_as_records)
{
    char out[200];
    ck_assert_int_eq(flatten(out, good[_i].text, strlen(good[_i].text), good[_i].csv), THAW_OK);
    ck_assert_str_eq(out, good[_i].records);
}
END_TEST

static const struct {
    int csv;
    const char *text, *reason;
} bad[] = {
    {0, "", "line 1: missing"},
    {0, "\xef\xbb\xbf", "line 1: missing"},
    {0, "a\tb\n1\n", "line 2: has 1 columns; the first line has 2"},
    {0, "a\tb\n1\t2\n1\t2\t3\n", "line 3: has 3 columns"},
    {0, "a\tb\n1\t2\n\n", "line 3: has 1 columns"},
    {0, "a\tb\n1\t2\n\xff\t2\n", "line 3: is not UTF-8"},
    {0, "a\tb\n1\t2\n1\t\xc3", "line 3: is not UTF-8"},
    {0, "a\tb\n1\t\xc3\n\xa9\t2\n", "line 2: is not UTF-8"},
    {0, "a\ta\n", "line 1: column \"a\" is named twice"},
    {0, "a:float\ta:token\n", "line 1: column \"a:token\" is named twice"},
    {0, "a:number\n", "line 1: column \"a:number\" has an unknown type"},
    {0, "a:\n", "unknown type"},
    {1, "a,b\n1,\"2\n3,4\n", "line 2: a quote is not closed"},
    {1, "a,b\n\"x\ny\",2\n3,4,5\n", "line 4: has 3 columns"}, /* lines in quotes count */
    {1, "a,b\n\"x\n\n\",\"y\n", "line 4: a quote is not closed"},
    {1, "a,b\n\"1\"2,3\n", "line 2: text after a closing quote"},
    {1, "a,b\n\"1\" ,3\n", "line 2: text after a closing quote"},
    {1, "a,b\n\"\"\"\n", "line 2: a quote is not closed"},
    {1, "\"a", "line 1: a quote is not closed"},
};

START_TEST(a_damaged_table_is_refused_with_its_line)
{
    char out[200];
    ck_assert_int_eq(flatten(out, bad[_i].text, strlen(bad[_i].text), bad[_i].csv), THAW_E_FORMAT);
    ck_assert_reason(bad[_i].reason);
}
END_TEST

START_TEST(zero_bytes_are_refused)
{
    char out[200];
    ck_assert_int_eq(flatten(out, "a\tb\n1\t\0\n", 8, 0), THAW_E_FORMAT);
    ck_assert_reason("line 2: has a zero byte");
    ck_assert_int_eq(flatten(out,
                             "\xff\xfe"
                             "a\0\n\0",
                             6, 0),
                     THAW_E_FORMAT); /* UTF-16 */
    ck_assert_reason("line 1: ");
}
END_TEST

START_TEST(the_type_follows_the_last_colon)
{
    const char *text = "a:token\tb:token_seq\tc:float\td:float_seq\te:text\tf\tg:h:float\n";
    thaw__reader r;
    ck_assert_int_eq(thaw__reader_open(&r, text, strlen(text), (thaw__dialect){'\t', 0}, &f.allocator), THAW_OK);
    const int32_t types[] = {THAW_TYPE_TOKEN, THAW_TYPE_TOKEN_SEQ, THAW_TYPE_FLOAT, THAW_TYPE_FLOAT_SEQ,
                             THAW_TYPE_TEXT,  THAW__UNTYPED,       THAW_TYPE_FLOAT};
    ck_assert_uint_eq(r.n_columns, 7);
    ck_assert_mem_eq(r.types, types, sizeof types);
    ck_assert_int_eq(thaw__reader_column(&r, "e"), 4);
    ck_assert_int_eq(thaw__reader_column(&r, "g:h"), 6);
    ck_assert_int_eq(thaw__reader_column(&r, "z"), -1);
    thaw__reader_close(&r);
}
END_TEST

START_TEST(rewind_reads_the_same_records)
{
    const char *text = "a,b\n\"x\"\"y\",2\n";
    thaw__reader r;
    int more;
    ck_assert_int_eq(thaw__reader_open(&r, text, strlen(text), (thaw__dialect){',', 1}, &f.allocator), THAW_OK);
    for (int round = 0; round < 3; round++, thaw__reader_rewind(&r)) {
        ck_assert_int_eq(thaw__reader_next(&r, &more), THAW_OK);
        ck_assert(thaw__text_is(thaw__reader_text(&r, 0), "x\"y"));
        ck_assert_int_eq(r.line, 2);
        ck_assert_int_eq(thaw__reader_next(&r, &more), THAW_OK);
        ck_assert_int_eq(more, 0);
    }
    thaw__reader_close(&r);
}
END_TEST

START_TEST(lines_of_millions_of_bytes_are_read)
{
    const size_t n = 3000001;
    char *text = malloc(n), *out = malloc(n);
    memset(text, '"', n); /* the second field: two enclosing quotes and 1,499,996 doubled ones */
    memcpy(text, "a,b\nx,", 6);
    text[n - 1] = '\n';
    ck_assert_int_eq(flatten(out, text, n, 1), THAW_OK);
    ck_assert_uint_eq(strlen(out), 2 + 1499996 + 1);
    memset(text + 6, 'y', n - 7);
    ck_assert_int_eq(flatten(out, text, n, 1), THAW_OK);
    ck_assert_uint_eq(strlen(out), 2 + (n - 7) + 1);
    free(text);
    free(out);
}
END_TEST

static const char *const sample = "\xef\xbb\xbf"
                                  "user_id:token,\"item_id\",rating:float,\"né:text\"\r\n"
                                  "u1,i1,5,\"a \"\"b\"\", c\"\r\nu2,\"i\n2\",,é\nu3,i3,1e2,\"\"\n";

/* Reading any bytes returns records or THAW_E_FORMAT with a line number, and does not read past the end. The bytes are
 * in a block of exact size, so that the address sanitizer detects such reads. */
static void read_any(const char *bytes, size_t size)
{
    static char out[20000];
    char *exact = malloc(size ? size : 1);
    memcpy(exact, bytes, size);
    for (int csv = 0; csv < 2; csv++) {
        const thaw_status st = flatten(out, exact, size, csv);
        ck_assert(st == THAW_OK || st == THAW_E_FORMAT);
        if (st != THAW_OK) ck_assert_reason("line ");
    }
    free(exact);
}

START_TEST(a_table_truncated_at_any_byte_is_read_or_refused)
{
    for (size_t n = 0; n <= strlen(sample); n++) read_any(sample, n);
}
END_TEST

START_TEST(a_table_with_flipped_bytes_is_read_or_refused)
{
    char bytes[300];
    const size_t n = strlen(sample);
    for (uint64_t round = 0; round < 5000; round++) {
        memcpy(bytes, sample, n);
        for (uint64_t k = 0; k <= round % 3; k++) {
            const uint64_t bits = thaw__rng_bits(11, 0, 4 * round + k);
            bytes[bits % n] = round % 2 ? "\",\t\n\r:\0\xff"[bits >> 32 & 7] : (char)(bits >> 40);
        }
        read_any(bytes, n);
    }
}
END_TEST

START_TEST(reading_a_table_without_memory_leaks_nothing)
{
    char out[500];
    for (long n = 1, refused = 1; refused; n++) {
        failing_alloc_init(&f, n);
        const thaw_status st = flatten(out, sample, strlen(sample), 1);
        refused = f.refused;
        ck_assert_int_eq(st, refused ? THAW_E_NOMEM : THAW_OK);
        ck_assert_int_eq(f.live, 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data");
    TCase *tc = tcase_create("reader");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, tables_are_read_as_records, 0, (int)(sizeof good / sizeof *good));
    tcase_add_loop_test(tc, a_damaged_table_is_refused_with_its_line, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tc, zero_bytes_are_refused);
    tcase_add_test(tc, the_type_follows_the_last_colon);
    tcase_add_test(tc, rewind_reads_the_same_records);
    tcase_add_test(tc, lines_of_millions_of_bytes_are_read);
    tcase_add_test(tc, a_table_truncated_at_any_byte_is_read_or_refused);
    tcase_add_test(tc, a_table_with_flipped_bytes_is_read_or_refused);
    tcase_add_test(tc, reading_a_table_without_memory_leaks_nothing);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_H
#define THAW_H

/* thaw: recommendations for users that a shop does not know yet.
 *
 * Pretraining learns a model from the events of many users. Adapting conditions the model's prior over users, a
 * Gaussian of low dimension, on the few events of one user. Scoring and recommending read the posterior.
 *
 *     events of many users ── thaw_pretrain ──▶ thaw_model   parameters of items, prior over users
 *     a few events of one user ── thaw_adapt ──▶ thaw_user   posterior N(m, P)
 *     user and items ── thaw_score, thaw_recommend ──▶       mean, variance, top-N
 *
 * A model has one of two objectives: ratings (predict the value of an event) or ranking (predict the next item).
 *
 * Rules that hold everywhere, so that each function states only what is special:
 *
 * - A call returns THAW_OK or one of the THAW_E_ codes; thaw_last_error() then returns one line with the value and the
 *   bound. On error outputs are untouched, except that handles are set to NULL first, and where a function states it.
 *   Any call may return THAW_E_ARG for a required NULL and THAW_E_NOMEM; these are not repeated below.
 * - Arguments come in this order: handle, outputs, inputs each followed by its length, options.
 * - Arrays are row-major, numbers float32 or float64 as typed, counts and rows int64_t. Shapes are given in brackets.
 *   An array of length 0 may be NULL.
 * - Strings are UTF-8 and end with a zero byte. Keys of users and items are such strings of 1 … 1024 bytes; print
 *   integer ids. The library copies what it keeps.
 * - Threads: a handle passed as const may be shared by any number of threads; one passed as non-const is exclusive.
 * - Memory: create, load and copy return a handle, which its free function ends; free accepts NULL. Getters lend a
 *   pointer, valid until the handle is freed or changed. The memory of a handle comes from the allocator of its
 *   configuration (except the thread pool's and the JSON header of a model file, which come from malloc).
 * - The library never prints, exits, reads the environment, installs handlers or keeps threads of its own,
 *   and never changes the settings of the BLAS library.
 * - Structs that may grow begin with struct_size. Fill them with their init function, which makes every field its
 *   default. A struct_size above that of this library is THAW_E_VERSION, one that no version had THAW_E_ARG; not
 *   repeated below.
 *
 * Formulas: docs/rating-model.md; docs/ranking-model.md, docs/ranking-training.md and docs/ranking-updates.md.
 */

#include <stddef.h>

#include "thaw_status.h"

#define THAW_VERSION_MAJOR 0
#define THAW_VERSION_MINOR 4
#define THAW_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------------
 * The library
 * --------------------------------------------------------------------------------------------------------------- */

/** The version of the library that is running, as 10000 * major + 100 * minor + patch.  Since 0.1. */
THAW_API int32_t thaw_version(void);

/** One line for a log: version, backend, BLAS library found, kernels in use.
 *  Never NULL; valid and constant for the life of the process.  Since 0.1. */
THAW_API const char *thaw_build_info(void);

/** The name of a status code, such as "out of range". Never NULL; valid for the life of the process; "unknown status"
 *  for other numbers.  Since 0.1. */
THAW_API const char *thaw_status_text(thaw_status status);

/** The cause of the last failure of the calling thread, in one line; "" if no call failed. Success does not clear it.
 *  Valid until the next failing call of this thread.  Since 0.1. */
THAW_API const char *thaw_last_error(void);

/** Size in bytes of a public struct of this library by its name, such as "thaw_query", for bindings that allocate
 *  structs without the header; elements of arrays (thaw_event, thaw_hit, …) included. 0: no struct has this name, or
 *  NULL. Fields of structs with a struct_size never move.  Since 0.4. */
THAW_API int32_t thaw_struct_size(const char *name);

/** Seconds since 1970 UTC of a date of ISO 8601: 2015-07-24, 2015-07-24T13:05, 2015-07-24 13:05:59.25, then optionally
 *  Z, UTC or an offset such as +02:00; without one the date is UTC.
 *  @return THAW_E_FORMAT  text is anything else.  Since 0.4. */
THAW_API thaw_status thaw_time_parse(double *out, const char *text);

/** The date of seconds since 1970 as text: 2015-07-24T13:05:59Z, whole seconds rounded down.
 *
 *  @param out       [capacity] receives the text and a zero byte: 21 bytes.
 *  @return THAW_E_RANGE  the year is not 1 … 9999, or seconds is not finite
 *          THAW_E_SPACE  capacity is below 21
 *  Since 0.4.
 */
THAW_API thaw_status thaw_time_print(char *out, int64_t capacity, double seconds);

/* ------------------------------------------------------------------------------------------------------------------
 * Configuration
 * --------------------------------------------------------------------------------------------------------------- */

/** What a model predicts: the value of an event, or the next item of a user. AUTO: rating if events named rating, rate,
 *  review, stars, score or vote carry values, else ranking; thaw_data_get_info() has the choice and its reason. */
enum { THAW_OBJECTIVE_AUTO = 0, THAW_OBJECTIVE_RATING = 1, THAW_OBJECTIVE_RANKING = 2 };

/** The loss that fine-tunes the embeddings of a ranking. SHARE is -log of the item's share of all scores
 *  (docs/ranking-training.md, eq. 5 and 8); the others are softmax over the catalogue, pairs of positive and other
 *  items (BPR), squared and logistic. */
enum {
    THAW_LOSS_SHARE = 0,
    THAW_LOSS_SOFTMAX = 1,
    THAW_LOSS_PAIRWISE = 2,
    THAW_LOSS_SQUARED = 3,
    THAW_LOSS_LOGISTIC = 4
};

/** How a data set or a model is made. Fill with thaw_config_init(), then change fields. A field marked "ratings" or
 *  "ranking" is a setting of that objective only: with the other one it must have its default: docs/settings.md. */
typedef struct thaw_config {
    uint32_t struct_size;
    int32_t rank;  /**< dimension of the latent space, 1 … 256; default 0: 16 for ratings, 64 for rankings */
    uint64_t seed; /**< seeds everything random; at most 2^53 if set by name; default 1 */
    thaw_allocator allocator; /**< default: malloc and free */
    thaw_parallel parallel;   /**< threads for training; must outlive the model; default: the calling thread */
    int32_t passes;           /**< passes of thaw_pretrain(), at most, 1 … 10000; default 15 */
    int32_t patience;         /**< ratings: stop after so many passes without a better validation error, 0 … 10000; 0:
                                   never; acts only with valid_users above 0; default 3 */
    float valid_users;   /**< part of the users held out for validation, 0 … 0.5; default 0: ratings none; ranking
                              0.2. A ranking never holds out more than 3,000 users */
    float half_life;     /**< age at which an event counts half, in the unit of its time, 0 … 10^30; default 0.
                              Ratings: used as given; 0: events do not age. Ranking: where the learning of it
                              starts; 0: at the mean time between the first and the last event of a user */
    float rating_min;    /**< ratings: the smallest rating, -10^6 … 10^6; equal to rating_max, as by default: both
                              bounds are those of the data; default 0 */
    float rating_max;    /**< ratings: the largest, -10^6 … 10^6, not below rating_min; default 0 */
    int64_t batch_users; /**< ratings: users per step of thaw_pretrain(), 0 … 2^31 - 1; default 0: all, exact EM */
    int32_t min_feature; /**< feature values that fewer items or users have are ignored, 1 … 2^31 - 1; default 2 */
    int32_t objective;   /**< THAW_OBJECTIVE_AUTO … THAW_OBJECTIVE_RANKING; default THAW_OBJECTIVE_AUTO */
    char target[72];     /**< ranking: name of the event to predict, such as "purchase", at most 64 bytes; "": any
                              positive event, of items that are new to the user; default "".  Since 0.2 */
    int32_t loss;        /**< ranking: THAW_LOSS_SHARE … THAW_LOSS_LOGISTIC; default THAW_LOSS_SHARE.  Since 0.2 */
    int32_t reserved;    /**< 0 */
} thaw_config;

/** Make every field its default.
 *
 *  @param struct_size  sizeof(thaw_config) as the caller compiled it.
 *  Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_config_init(thaw_config *config, uint32_t struct_size);

/** Set one field by name, from text; the locale does not matter.
 *
 *  @param key    "objective", "rank", "seed", "passes", "valid_users", "half_life", "min_feature", "patience",
 *                "rating_min", "rating_max", "batch_users", "target" or "loss".
 *  @param value  a decimal number; of "objective" auto, rating or ranking; of "loss" share, softmax, pairwise, squared
 *                or logistic; of "target" the name of an event, or "".
 *  @return THAW_E_UNKNOWN  no field has this name
 *          THAW_E_RANGE    value is not a number, is outside the field's bounds or none of its names
 *          THAW_E_VERSION  the caller's struct, of an older version, has no such field
 *  Whether the objective uses the field is checked when a model is made or loaded. Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_config_set(thaw_config *config, const char *key, const char *value);

/* ------------------------------------------------------------------------------------------------------------------
 * Threads: a ready pool for thaw_parallel
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_threads thaw_threads;

/** Start a pool of n - 1 threads, which work together with the calling one.
 *
 *  @param n  number of threads that work, 1 … 1024.
 *  @return THAW_E_RANGE  n is out of bounds
 *          THAW_E_IO     the system refuses another thread
 *  A pool does not survive fork: create it in the child.  Since 0.1.
 */
THAW_API thaw_status thaw_threads_create(thaw_threads **out, int32_t n);

/** Get the hook that runs work on the pool, for thaw_config.parallel and thaw_query.parallel. The pool must outlive its
 *  use, and runs one piece of work at a time: use it from one thread.  Since 0.1. */
THAW_API thaw_status thaw_threads_parallel(thaw_threads *threads, thaw_parallel *out);

/** End the threads and free the pool, after everything that uses it.  Since 0.1. */
THAW_API void thaw_threads_free(thaw_threads *threads);

/* ------------------------------------------------------------------------------------------------------------------
 * Data: events and features by the shop's own keys
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_data thaw_data;

/** Tables of a shop: events, features of items, features of users. */
enum { THAW_TABLE_EVENTS = 0, THAW_TABLE_ITEMS = 1, THAW_TABLE_USERS = 2 };

/** Types of feature columns: one token, several tokens, one number, several numbers, words of a text. The values of a
 *  sequence are separated by single spaces. */
enum { THAW_TYPE_TOKEN = 0, THAW_TYPE_TOKEN_SEQ = 1, THAW_TYPE_FLOAT = 2, THAW_TYPE_FLOAT_SEQ = 3, THAW_TYPE_TEXT = 4 };

/** Columns of events, each NULL or [n]. users and items are required. Fill with thaw_event_columns_init(). */
typedef struct thaw_event_columns {
    uint32_t struct_size;
    uint32_t reserved;
    const char *const *users;  /**< user keys */
    const char *const *items;  /**< item keys */
    const char *const *events; /**< event names, 1 … 64 bytes; NULL: all "rating". Names of GA4 are aliases: view_item
                                    is view, add_to_cart (and addtocart) cart, add_to_wishlist favourite, refund
                                    return */
    const float *values;       /**< rating, quantity, amount …; NULL or NaN: the event carries no value */
    const double *times;       /**< in any unit, usually seconds since 1970; NULL or NaN: unknown */
    const char *const *baskets; /**< key of the basket or order that the event belongs to; NULL or "": none */
} thaw_event_columns;

/** Make every field its default: no column.  Since 0.1. */
THAW_API thaw_status thaw_event_columns_init(thaw_event_columns *columns, uint32_t struct_size);

/** Format of a table: found from its name and first line; separated by tabs, without quotes; separated by commas, with
 *  quotes. */
enum { THAW_FORMAT_AUTO = 0, THAW_FORMAT_TSV = 1, THAW_FORMAT_CSV = 2 };

/** How to read a table. Fill with thaw_read_options_init(). */
typedef struct thaw_read_options {
    uint32_t struct_size;
    int32_t table;            /**< THAW_TABLE_EVENTS, THAW_TABLE_ITEMS or THAW_TABLE_USERS */
    const char *where_column; /**< keep only rows whose column of this name equals where_value; NULL: keep all */
    const char *where_value;  /**< required with where_column */
    int32_t format;           /**< THAW_FORMAT_AUTO, THAW_FORMAT_TSV or THAW_FORMAT_CSV */
    int32_t delimiter;        /**< an ASCII character between fields, such as ';'; 0: by the format.  Since 0.4 */
    const char *columns; /**< "user_id=visitorid,item_id=itemid,…": columns by FIELD=NAME, where FIELD is user_id,
                                   item_id, event, rating, timestamp or basket and an empty NAME means none; NULL: by
                                   their names.  Since 0.4 */
} thaw_read_options;

/** Make an empty data set.
 *  @param config  of which only the allocator is used; NULL: malloc.
 *  @return THAW_E_ARG  the allocator has one function without the other.  Since 0.1. */
THAW_API thaw_status thaw_data_create(thaw_data **out, const thaw_config *config);

/** Free a data set. Models made from it do not refer to it.  Since 0.1. */
THAW_API void thaw_data_free(thaw_data *data);

/** Append events from memory.
 *
 *  @param columns  arrays [n].
 *  @return THAW_E_RANGE  n is negative; a key or name is empty, too long or not UTF-8; a value or time is infinite;
 *                        more than 2^31 - 1 users, items or events in all
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_add_events(thaw_data *data, const thaw_event_columns *columns, int64_t n);

/** A column of strings in one block, as Arrow stores Utf8 and LargeUtf8: string i is the bytes offsets[i] …
 *  offsets[i + 1] - 1. All zeros: no column. */
typedef struct thaw_string_array {
    const void *offsets; /**< [n + 1] of int32_t or int64_t, none below the one before; the first need not be 0 */
    const char *bytes;   /**< [n_bytes] UTF-8 without zero bytes */
    int64_t n_bytes;
    int32_t offset_size; /**< bytes of one offset, 4 or 8 */
    int32_t reserved;    /**< 0 */
} thaw_string_array;

/** Types of the numbers of a thaw_number_array. */
enum { THAW_NUMBER_FLOAT32 = 1, THAW_NUMBER_FLOAT64 = 2, THAW_NUMBER_INT32 = 3, THAW_NUMBER_INT64 = 4 };

/** A column of numbers, such as one field of an array of structs. All zeros: no column. */
typedef struct thaw_number_array {
    const void *values; /**< [n] the first number; need not be aligned */
    int32_t type;       /**< THAW_NUMBER_FLOAT32 … THAW_NUMBER_INT64 */
    int32_t stride;     /**< bytes from one number to the next, not less than those of a number; below 0: backwards;
                             0: without a gap */
} thaw_number_array;

/** As thaw_event_columns, for callers that do not have a pointer per string. users and items are required. Fill with
 *  thaw_event_arrays_init(). */
typedef struct thaw_event_arrays {
    uint32_t struct_size;
    uint32_t reserved;
    thaw_string_array users;
    thaw_string_array items;
    thaw_string_array events;  /**< none: all "rating" */
    thaw_number_array values;  /**< become float32 */
    thaw_number_array times;   /**< become float64 */
    thaw_string_array baskets; /**< an empty string: no basket */
} thaw_event_arrays;

/** Make every field its default: no column.  Since 0.4. */
THAW_API thaw_status thaw_event_arrays_init(thaw_event_arrays *arrays, uint32_t struct_size);

/** As thaw_data_add_events(), from arrays of offsets, bytes and numbers; nothing of them is kept.
 *
 *  Validity bitmaps are not read: write NaN for a number that is missing, and an empty string for a basket.
 *  @param arrays  columns of n events.
 *  @return as thaw_data_add_events(); THAW_E_RANGE also: an offset is negative, below the one before or above n_bytes;
 *          n_bytes is negative; an offset_size, type or stride is none of those above; a string has a zero byte
 *          THAW_E_ARG  users or items have no offsets, or bytes is NULL where n_bytes is not 0
 *  Nothing is added on error.  Since 0.4.
 */
THAW_API thaw_status thaw_data_add_event_arrays(thaw_data *data, const thaw_event_arrays *arrays, int64_t n);

/** Append one feature column of items or users from memory.
 *
 *  @param table   THAW_TABLE_ITEMS or THAW_TABLE_USERS.
 *  @param name    the column's name, 1 … 64 bytes. A column that exists gets further rows; its type must agree.
 *  @param type    THAW_TYPE_TOKEN … THAW_TYPE_TEXT.
 *  @param keys    [n] items or users; new ones are added to the data. The value of a key given before is replaced.
 *  @param values  [n] as text ("red", "red blue", "3.5"); NULL or "": missing.
 *  @return THAW_E_RANGE     table, type or n is out of bounds; a key, name or value is too long or not UTF-8; a value
 *                           of a float column is not a finite number
 *          THAW_E_MISMATCH  the column exists with another type
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_add_feature(thaw_data *data, int32_t table, const char *name, int32_t type,
                                           const char *const *keys, const char *const *values, int64_t n);

/** Make every field its default: THAW_TABLE_EVENTS, all rows.  Since 0.1. */
THAW_API thaw_status thaw_read_options_init(thaw_read_options *options, uint32_t struct_size);

/** Append a table from a file.
 *
 *  A table is UTF-8, plain or gzip; lines end in LF or CRLF; a byte order mark is skipped. With THAW_FORMAT_AUTO the
 *  delimiter is the one of tab, comma, semicolon and bar that the first line has most often outside of quotes; of
 *  equally many, a comma if the path ends in ".csv" or ".csv.gz", else a tab. Quotes as in RFC 4180 are read unless the
 *  delimiter is a tab and the path does not end so.
 *
 *  The first line has the names of the columns, each "name" or "name:type" with type token, token_seq, float, float_seq
 *  or text. Events need user_id and item_id and may have event (or event_type), rating (or value), timestamp and
 *  basket. Where a table has no column of such a name, other names that shops use are taken: visitorid, customer_id,
 *  product_id, sku, event_time, quantity, order_id and others; case, spaces and underscores do not matter. Other
 *  columns are used by where_column only. Items need item_id, users user_id; their other columns are features. A
 *  feature without a type has the type that the data already have for its name, else float if every value is a number,
 *  else token; a feature without any value is left out. Without a column event all events are "rating", or "purchase"
 *  if the value is a quantity. A timestamp is a number in any unit, or a date of ISO 8601 such as 2015-07-24
 *  13:05:59+02:00, which becomes seconds since 1970 UTC. Whatever was decided by these rules is a note:
 *  thaw_data_note().
 *
 *  @param path  a file or a pipe, such as "/dev/stdin"; NULL options: events, all rows.
 *  @return THAW_E_IO       cannot be opened or read, or is neither a regular file nor a pipe
 *          THAW_E_FORMAT   a line has another number of columns than the first, bytes are not UTF-8, a quote does not
 *                          end, a number or date cannot be read, a column is missing, two columns can be one field
 *                          (rating beside value); the gzip data are damaged; the bytes are of a format that is not read
 *                          (Parquet, xlsx, UTF-16 and others); thaw_last_error() has the line and the columns
 *          THAW_E_UNKNOWN  where_column is not in the file, or one of `columns` of events is not
 *          THAW_E_RANGE    table, format, delimiter or columns is invalid, or as thaw_data_add_events()
 *          THAW_E_MISMATCH the data have a feature of this name with another type
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_read(thaw_data *data, const char *path, const thaw_read_options *options);

/** As thaw_data_read(), from memory, which may be freed afterwards.
 *  @param bytes  [size] the table, without a zero byte at the end.
 *  @return as thaw_data_read(), without THAW_E_IO; THAW_E_RANGE also for a negative size.  Since 0.1. */
THAW_API thaw_status thaw_data_read_buffer(thaw_data *data, const void *bytes, int64_t size,
                                           const thaw_read_options *options);

/** Number of notes on what reading decided by itself: columns by other names, columns that are not used (and which
 *  field they may be a misspelling of), delimiters; 0 for NULL.  Since 0.4. */
THAW_API int64_t thaw_data_n_notes(const thaw_data *data);

/** One note, lent until the data change; NULL unless index is 0 … thaw_data_n_notes() - 1.  Since 0.4. */
THAW_API const char *thaw_data_note(const thaw_data *data, int64_t index);

/** What a data set holds. Fill with thaw_data_info_init(). */
typedef struct thaw_data_info {
    uint32_t struct_size;
    int32_t
        objective; /**< what THAW_OBJECTIVE_AUTO chooses: THAW_OBJECTIVE_RATING if events named rating, rate, review,
                            stars, score or vote have values, else THAW_OBJECTIVE_RANKING */
    int64_t events;
    int64_t users; /**< with and without events */
    int64_t items; /**< with and without events */
    int64_t baskets;
    int64_t event_names; /**< distinct names of events: thaw_data_get_event_info() */
    int64_t values;      /**< events with a value */
    int64_t times;       /**< events with a time */
    double value_min;    /**< NaN: no event has a value */
    double value_max;
    double time_min; /**< NaN: no event has a time */
    double time_max;
    double time_unit; /**< seconds in one unit, if time_max looks like a time since 1970: 1, 1e-3, 1e-6 or 1e-9;
                                     0: it does not */
    char objective_reason[160]; /**< why that objective, in one line */
} thaw_data_info;

/** Make every field 0.  Since 0.4. */
THAW_API thaw_status thaw_data_info_init(thaw_data_info *info, uint32_t struct_size);

/** What the data hold; goes over all events.
 *  @return THAW_E_ARG  a pointer is NULL, or info was not initialised.  Since 0.4. */
THAW_API thaw_status thaw_data_get_info(const thaw_data *data, thaw_data_info *info);

/** One name of events. Fill with thaw_event_info_init(). */
typedef struct thaw_event_info {
    uint32_t struct_size;
    uint32_t reserved;
    const char *name; /**< lent until the data change */
    int64_t events;   /**< with this name */
    int64_t values;   /**< of these, with a value */
} thaw_event_info;

/** Make every field 0.  Since 0.4. */
THAW_API thaw_status thaw_event_info_init(thaw_event_info *info, uint32_t struct_size);

/** Event name number `index` in order of arrival; goes over all events.
 *  @return THAW_E_RANGE  index is not below thaw_data_info.event_names
 *          THAW_E_ARG    a pointer is NULL, or info was not initialised.  Since 0.4. */
THAW_API thaw_status thaw_data_get_event_info(const thaw_data *data, thaw_event_info *info, int64_t index);

/** Numbers of events, users and items of a data set; 0 for NULL.  Since 0.1. */
THAW_API int64_t thaw_data_n_events(const thaw_data *data);
THAW_API int64_t thaw_data_n_users(const thaw_data *data);
THAW_API int64_t thaw_data_n_items(const thaw_data *data);

/** One event as stored, in the order of arrival. Keys and names are lent until the data change. */
typedef struct thaw_event_view {
    const char *user;
    const char *item;
    const char *event;
    const char *basket; /**< NULL: none */
    double time;        /**< NaN: unknown */
    float value;        /**< NaN: none */
    int32_t reserved;   /**< 0 */
} thaw_event_view;

/** Get event number `index`.
 *  @return THAW_E_RANGE  index is not below thaw_data_n_events().  Since 0.1. */
THAW_API thaw_status thaw_data_event(const thaw_data *data, thaw_event_view *out, int64_t index);

/** Get one feature of one item or user as text. The values of a sequence are joined by spaces.
 *
 *  @param out       [capacity] receives the text and a zero byte; "" if missing.
 *  @param capacity  bytes at out.
 *  @return THAW_E_UNKNOWN  no such key or column
 *          THAW_E_RANGE    table is not THAW_TABLE_ITEMS or THAW_TABLE_USERS
 *          THAW_E_SPACE    the text does not fit; thaw_last_error() has the bytes needed
 *  Since 0.1.
 */
THAW_API thaw_status thaw_data_feature(const thaw_data *data, char *out, int64_t capacity, int32_t table,
                                       const char *key, const char *name);

/** Number of feature columns of items or users; 0 if data is NULL or table is another.  Since 0.4. */
THAW_API int64_t thaw_data_n_features(const thaw_data *data, int32_t table);

/** The name of one feature column, lent until the data change; NULL unless index is 0 … thaw_data_n_features() - 1.
 *  Since 0.4. */
THAW_API const char *thaw_data_feature_name(const thaw_data *data, int32_t table, int64_t index);

/** Which events become the test part. Fill with thaw_split_options_init(). */
typedef struct thaw_split_options {
    uint32_t struct_size;
    float holdout_users; /**< part of the users all of whose events become test, 0 or more, below 1; default 0.1 */
    double from_time;    /**< with holdout_users 0: events at or after this time become test; default 0 */
    uint64_t seed;       /**< of the draw of users; default 1 */
} thaw_split_options;

/** Make every field its default.  Since 0.1. */
THAW_API thaw_status thaw_split_options_init(thaw_split_options *options, uint32_t struct_size);

/** Split the events into two data sets by user or by time. Both have every user, item and feature, under the same rows.
 *
 *  By user: round(holdout_users * users with events) users, drawn without replacement from the seed; the same users for
 *  the same seed and the same set of user keys, in any order.
 *  @param options  NULL: defaults.
 *  @return THAW_E_RANGE  holdout_users is not in [0, 1), from_time is NaN, or the split is by time and a time is
 *                        unknown
 *          THAW_E_ARG    train and test are the same pointer
 *  Since 0.1.
 */
THAW_API thaw_status thaw_data_split(const thaw_data *data, thaw_data **train, thaw_data **test,
                                     const thaw_split_options *options);

/** What to drop. Every rule is off by default; rules are applied in the order of the fields. Users and items all of
 *  whose events are dropped stay in the data. Two unknown values or times are equal; an unknown time is in no
 *  window. */
typedef struct thaw_clean_options {
    uint32_t struct_size;
    int32_t duplicates;      /**< 1: of events equal in user, item, event, value, time and basket keep the first */
    float value_min;         /**< with value_max above it: drop events whose value is outside; default 0 */
    float value_max;         /**< default 0: off */
    int64_t max_per_window;  /**< drop users (bots) with more events than this in any window; default 0: off */
    double window;           /**< length of the window, in the unit of times, above 0; default 86400 */
    int64_t min_item_events; /**< drop events of items with fewer; default 0: off */
    int64_t min_user_events; /**< drop events of users with fewer; default 0: off */
} thaw_clean_options;

/** Numbers of what thaw_data_clean() dropped, by rule, and of the events left. */
typedef struct thaw_clean_report {
    uint32_t struct_size;
    uint32_t reserved;
    int64_t duplicates;        /**< events */
    int64_t impossible_values; /**< events with a value outside the bounds */
    int64_t bot_events;
    int64_t bot_users;
    int64_t rare_item_events;
    int64_t rare_items;
    int64_t light_user_events;
    int64_t light_users;
    int64_t events_left;
} thaw_clean_report;

/** Make every field its default.  Since 0.1. */
THAW_API thaw_status thaw_clean_options_init(thaw_clean_options *options, uint32_t struct_size);

/** Make every field 0.  Since 0.1. */
THAW_API thaw_status thaw_clean_report_init(thaw_clean_report *report, uint32_t struct_size);

/** Drop implausible events: duplicates, impossible values, bots, rare items, users with few events. Each rule is
 *  applied once.
 *
 *  @param report  receives what was dropped; may be NULL.
 *  @return THAW_E_RANGE  a count is negative, a bound is NaN, value_max is below value_min, or window is not above 0
 *  The data are unchanged on error.  Since 0.1. */
THAW_API thaw_status thaw_data_clean(thaw_data *data, thaw_clean_report *report, const thaw_clean_options *options);

/* ------------------------------------------------------------------------------------------------------------------
 * Model: pretraining
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_model thaw_model;

/** Make a model with the items, event names and features of a data set, untrained.
 *
 *  @param config  NULL: defaults.
 *  @param data    items without events are items of the model too: they are scored by their features.
 *  @return THAW_E_RANGE        a field of config is out of bounds, a rating is outside -10^6 … 10^6, or the data hold
 *                              no item
 *          THAW_E_ARG          config.allocator has one function without the other
 *          THAW_E_UNSUPPORTED  config sets a field that the objective does not use, such as patience of a ranking
 *                              (thaw_last_error() has its name), or the objective is rating and no event carries a
 *                              value
 *          THAW_E_UNKNOWN      config.target is no event name of the data
 *  With THAW_OBJECTIVE_AUTO the objective is chosen from the data first.  Since 0.1.
 */
THAW_API thaw_status thaw_model_create(thaw_model **out, const thaw_config *config, const thaw_data *data);

/** Free a model. Users of it may be freed before or after.  Since 0.1. */
THAW_API void thaw_model_free(thaw_model *model);

/** Make a deep copy, to train it while others score with the original, and to replace the original: examples/08_live.c.
 *
 *  The numbers are the same bit for bit; allocator and parallel are those of the original; the copy of a mapped model
 *  is in memory. Users of the original may be used with the copy too, until either is trained. Other threads may use
 *  the original as const meanwhile, if its allocator is safe for several threads.  Since 0.2.
 */
THAW_API thaw_status thaw_model_copy(thaw_model **out, const thaw_model *model);

/** Progress and errors of pretraining. */
typedef struct thaw_report {
    uint32_t struct_size;
    int32_t pass;        /**< passes finished, 0 … passes */
    int64_t steps;       /**< steps of this model so far */
    int64_t events;      /**< events in the step or pass */
    double train_rmse;   /**< ratings: root of the expected squared error of the step's scores, in rating units */
    double noise;        /**< ratings: noise sd of a score, in rating units; 0: none */
    double valid_mae;    /**< ratings: mean absolute error on the validation users, in rating units; NaN: none */
    double valid_rmse;   /**< ratings: root of their mean squared error; NaN: none */
    double best_mae;     /**< ratings: the smallest valid_mae so far, that of the model that is kept; NaN: none */
    double seconds;      /**< since the call began */
    double seconds_left; /**< estimate of the time to the end; NaN: none yet */
    double valid_recall; /**< ranking: recall@20 on the validation users, 0 … 1, mean over supports of 1, 3, 5, 10 items
                              and 4/5; NaN: none.  Since 0.2 */
    double valid_ndcg;   /**< ranking: NDCG@10 of the same; NaN: none.  Since 0.2 */
    double loss;         /**< ranking: mean training loss of the pass, no unit (docs/ranking-training.md, eq. 5); NaN:
                              none.  Since 0.3 */
    double done;         /**< part of the training that is done, 0 … 1; never falls.  Since 0.4 */
    const char *phase;   /**< what the training does now, a few English words; the text lives as long as the library;
                              NULL without a run.  Since 0.4 */
} thaw_report;

/** Make every field 0.  Since 0.1. */
THAW_API thaw_status thaw_report_init(thaw_report *report, uint32_t struct_size);

/** One step of pretraining over some users, for training online.
 *
 *  Ratings: one stochastic natural-gradient EM step (docs/rating-model.md, eq. 5 to 12),
 *
 *      (J, h) <- (1 - rho) (J, h) + rho (J, h of N / n times the sums of these n users),     rho = (steps + 1)^-0.6
 *
 *  where J and h are the natural parameters of the items, N the users of the data. With all users of the data rho is 1
 *  and the step is one exact EM pass (Cappé, Moulines 2009; Hoffman et al. 2013).
 *
 *  Ranking: the histories of these users are added to the statistics of the model (docs/ranking-updates.md, eq. 1),
 *
 *      sum <- sum + sum of these users,     total weight <- total weight + their weights n_u^-1/2
 *
 *  The users count as new ones; for users that the model has seen use thaw_pretrain_update(). Give complete histories:
 *  the order of items is counted in them. Popularity, edges and output embeddings are updated, and items that had no
 *  embedding get one; embeddings of other items, schedules and event weights stay as thaw_pretrain() learned them.
 *
 *  @param report   may be NULL.
 *  @param data     its items must be items of the model: thaw_model_add_items() adds them.
 *  @param users    [n_users >= 1] rows of data, in the order in which the keys of users arrive, each
 *                  < thaw_data_n_users(data), none twice; NULL: all users.
 *  @return THAW_E_RANGE    a row or n_users is out of bounds, a row is given twice, a rating is outside the model's
 *                          range, none of the users has a rated event; ranking: none has two items with a positive
 *                          event
 *          THAW_E_UNKNOWN  an item or event name is not in the model
 *          THAW_E_MISMATCH a feature was a number in training and is a token here, or the reverse
 *          THAW_E_NUMERIC  the result is not finite
 *          THAW_E_IO       the parallel hook fails
 *  On any error the model is as before. Otherwise it has another id: adapt users again. Same seed, data and build: the
 *  same bits, for any number of threads.  Since 0.1.
 */
THAW_API thaw_status thaw_pretrain_step(thaw_model *model, thaw_report *report, const thaw_data *data,
                                        const int64_t *users, int64_t n_users);

/** Update a ranking by users that it has partly seen: subtract their events before `since`, add their full history.
 *
 *      sum <- sum - sum of these users before since + sum of these users now
 *
 *  (docs/ranking-updates.md, eq. 1). Nothing is subtracted for a user without events before `since`. If data hold the
 *  complete history of every user who did something since the last update, popularity and edges become those of
 *  pretraining on all events, in time proportional to the events of these users.
 *
 *  @param since  a time; the model has these users' events before it. -INFINITY: as thaw_pretrain_step().
 *  @return THAW_E_RANGE        since is NaN
 *          THAW_E_UNSUPPORTED  the objective is rating
 *          and as thaw_pretrain_step(), which has the other parameters too
 *  Since 0.2. */
THAW_API thaw_status thaw_pretrain_update(thaw_model *model, thaw_report *report, const thaw_data *data,
                                          const int64_t *users, int64_t n_users, double since);

/** Called after each pass, and since 0.4 about four times a second between passes, on the thread that called
 *  thaw_pretrain(). A call after a pass is one with another report->pass. Return 0 to continue, anything else to stop:
 *  the training then ends before the next task of a parallel loop.
 *
 *  Within a parallel loop it is called if that thread runs tasks of the loop itself, as with thaw_threads_parallel() or
 *  without a hook; otherwise after the loop.
 *  @param report  lent for the call. */
typedef int32_t (*thaw_progress)(void *ctx, const thaw_report *report);

/** Pretrain a model.
 *
 *  Ratings: passes of EM over all users or batches of them, with early stopping if users are held out for validation
 *  (docs/rating-model.md, eq. 5 to 12). Ranking: statistics of all users, schedules and event weights by gradient
 *  descent, fine-tuned embeddings, chosen by validation users (docs/ranking-training.md, eq. 1 to 8).
 *
 *  @param report    receives the last pass; may be NULL.
 *  @param progress  may be NULL; ctx is passed to it.
 *  @return THAW_E_CANCELLED  progress returned non-zero; the report is filled
 *          THAW_E_RANGE      also: fewer than three users of a ranking have two items
 *          and as thaw_pretrain_step()
 *  Also on error or when stopped the model is usable: the best so far by the validation users; without them the result
 *  of the last complete step. A ranking: of the last complete stage (statistics, schedules, fine-tuning), and as it was
 *  before if no stage is complete; thaw_model_info.trained_users tells.  Since 0.1.
 */
THAW_API thaw_status thaw_pretrain(thaw_model *model, thaw_report *report, const thaw_data *data,
                                   thaw_progress progress, void *ctx);

/** Add the items of data that the model does not have. They are scored by their features until training reaches them; a
 *  ranking compares the features of all items for this, on the threads of its configuration.
 *
 *  @param n_added  receives how many; may be NULL.
 *  @return THAW_E_MISMATCH  a feature was a number in training and is a token here, or the reverse
 *          THAW_E_RANGE     more than 2^31 - 1 items
 *          THAW_E_NUMERIC   parameters of the new items are out of bounds
 *          THAW_E_IO        the parallel hook fails
 *  The model is unchanged on error. Users stay valid.  Since 0.1. */
THAW_API thaw_status thaw_model_add_items(thaw_model *model, int64_t *n_added, const thaw_data *data);

/** Retire items, or bring them back. Retired items keep their rows and parameters but are never recommended.
 *
 *  @param rows     [n] rows of items.
 *  @param retired  1: retire; 0: recommend again.
 *  @return THAW_E_RANGE  n is negative or a row is past the last item
 *  thaw_score() still scores them. Copies and files keep the mark. Unchanged on error. Users stay valid.  Since 0.2. */
THAW_API thaw_status thaw_model_retire_items(thaw_model *model, const int64_t *rows, int64_t n, int32_t retired);

/** Sizes and numbers of a model. */
typedef struct thaw_model_info {
    uint32_t struct_size;
    int32_t rank; /**< dimension of the latent space */
    int64_t items;
    int64_t item_features; /**< coordinates of the encoded features: one per token kept, up to 8 per number column */
    int64_t user_features; /**< the same of users */
    int64_t trained_users; /**< users that the model has learned from */
    int64_t trained_events;
    int64_t steps;    /**< steps of training so far */
    uint64_t id;      /**< hash of all that a user's posterior depends on; a user belongs to models of one id */
    double mean;      /**< ratings: the mean rating */
    double noise;     /**< ratings: noise sd of a score, in rating units */
    float rating_min; /**< ratings: bounds of a value */
    float rating_max;
    float half_life;   /**< given, or of a ranking learned; 0: none */
    int32_t events;    /**< number of event names */
    int32_t objective; /**< THAW_OBJECTIVE_RATING or THAW_OBJECTIVE_RANKING.  Since 0.2 */
    int32_t reserved;  /**< 0 */
} thaw_model_info;

/** Make every field 0.  Since 0.1. */
THAW_API thaw_status thaw_model_info_init(thaw_model_info *info, uint32_t struct_size);

/** Get the numbers of a model. What the objective does not have is 0. Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_model_get_info(const thaw_model *model, thaw_model_info *out);

/** One array or number of a model, by its name in files. */
typedef struct thaw_param_info {
    uint32_t struct_size;
    int32_t is_number; /**< 1: a single number, which `value` holds */
    const char *name;  /**< lent until the model is freed */
    const char *type;  /**< of an element: "F32", "F64", "I32", "I64" or "U8"; lent for ever */
    int64_t rows;
    int64_t columns; /**< 0: a vector of `rows` */
    int64_t bytes;
    double value; /**< NaN unless is_number */
} thaw_param_info;

/** Make every field 0.  Since 0.3. */
THAW_API thaw_status thaw_param_info_init(thaw_param_info *info, uint32_t struct_size);

/** Number of arrays and single numbers of a model; 0 for NULL.  Since 0.3. */
THAW_API int64_t thaw_model_n_params(const thaw_model *model);

/** Describe array number `index`. The order may change between versions.
 *  @return THAW_E_RANGE  index is not below thaw_model_n_params().  Allocates nothing.  Since 0.3. */
THAW_API thaw_status thaw_model_get_param(const thaw_model *model, thaw_param_info *out, int64_t index);

/** Get the row of an item, 0 … items - 1. Rows never change.
 *  @return THAW_E_UNKNOWN  the model has no such item.  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_model_item_row(const thaw_model *model, int64_t *row, const char *key);

/** Get the key of an item, lent until items are added.
 *  @return THAW_E_RANGE  the row is past the last item.  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_model_item_key(const thaw_model *model, const char **key, int64_t row);

/** Make groups of items for thaw_query, from a feature column of tokens: items with the same first value get the same
 *  number.
 *
 *  @param groups    [items of the model] 0 … n_groups - 1; -1: data does not have the item or no value for it.
 *  @param n_groups  receives one more than the largest number. Numbers are those of this data set, in no order.
 *  @param data      any data set with the keys of the items.
 *  @param column    of type THAW_TYPE_TOKEN, THAW_TYPE_TOKEN_SEQ or THAW_TYPE_TEXT.
 *  @return THAW_E_UNKNOWN   data has no such column of items
 *          THAW_E_MISMATCH  the column holds numbers
 *  Allocates nothing.  Since 0.2.
 */
THAW_API thaw_status thaw_model_item_groups(const thaw_model *model, int32_t *groups, int64_t *n_groups,
                                            const thaw_data *data, const char *column);

/** Get the number of an event name or of its GA4 alias, 0 … events - 1.
 *  @return THAW_E_UNKNOWN  the model has no such event name.  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_model_event_id(const thaw_model *model, int32_t *event, const char *name);

/** Get the name of an event number, lent until the model is freed.
 *  @return THAW_E_RANGE  the number is past the last.  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_model_event_name(const thaw_model *model, const char **name, int32_t event);

/** The weighting of the events of one name in a ranking (docs/ranking-model.md, eq. 5):
 *
 *      strength of an item = sum over its events of  weight (1 + value)^exponent 2^(-age / half-life) */
typedef struct thaw_event_weighting {
    float weight;   /**< precision of one event, the inverse of a noise variance, no unit */
    float target;   /**< 1: the item is positive; 0 or less: it is negative, as after a return */
    float exponent; /**< of 1 + value; 0: values have no effect */
} thaw_event_weighting;

/** Set the weighting of an event name before pretraining, which otherwise learns it.
 *
 *  @param event      from thaw_model_event_id().
 *  @param weighting  weight 10^-6 … 10^6, target -8 … 8, exponent -8 … 8. Fields that are NaN stay as they are and are
 *                    learned. With a target above 1/2 an event makes its item one that the user interacted with.
 *  @return THAW_E_RANGE        event is out of bounds, or a field is
 *          THAW_E_UNSUPPORTED  the objective is rating
 *  The model has another id: adapt users again.  Since 0.2. */
THAW_API thaw_status thaw_model_set_event_weighting(thaw_model *model, int32_t event,
                                                    const thaw_event_weighting *weighting);

/** Get the weighting of an event name, set or learned; thaw_model_set_event_weighting() takes it. Learned targets may
 *  be outside -1 … 1.
 *  @return as thaw_model_set_event_weighting().  Allocates nothing.  Since 0.2. */
THAW_API thaw_status thaw_model_get_event_weighting(const thaw_model *model, int32_t event,
                                                    thaw_event_weighting *weighting);

/** Save a model to a file, atomically: written to a temporary file beside it, fsync, rename. An interrupted save leaves
 *  the old file. The new one takes its permissions and group; a symbolic link is replaced, not followed. The format is
 *  safetensors with thaw's metadata: docs/file-format.md.
 *  @return THAW_E_IO  the file cannot be created, written or renamed.  Since 0.1. */
THAW_API thaw_status thaw_model_save(const thaw_model *model, const char *path);

/** Save a model to memory, as thaw_model_save() does to a file.
 *  @param buffer  [capacity]; NULL with capacity 0: only get the size.
 *  @param size    receives the bytes needed, also on THAW_E_SPACE.
 *  @return THAW_E_SPACE  capacity is too small;  THAW_E_RANGE  capacity is negative.  Since 0.1. */
THAW_API thaw_status thaw_model_save_buffer(const thaw_model *model, void *buffer, int64_t capacity, int64_t *size);

/** Load a model from a file into memory.
 *
 *  @param config  for what the file does not hold: allocator, parallel, and settings of further training: passes,
 *                 valid_users, half_life of a ranking, patience, batch_users, loss. All other fields come from the
 *                 file. NULL: defaults.
 *  @return THAW_E_IO           the file cannot be opened or read, or is not a regular file
 *          THAW_E_FORMAT       truncated, damaged (checksum) or not a thaw model
 *          THAW_E_VERSION      written in a newer format
 *          THAW_E_RANGE        a field of config is out of bounds
 *          THAW_E_UNSUPPORTED  config sets a field that the file's objective does not use (thaw_last_error() has its
 *                              name)
 *  Since 0.1.
 */
THAW_API thaw_status thaw_model_load(thaw_model **out, const char *path, const thaw_config *config);

/** As thaw_model_load(), but map the file: processes share the large tables, which stay in the page cache.
 *  Training a mapped model copies the pages it writes. The file must not be truncated while it is mapped;
 *  thaw_model_save() may replace it.  Since 0.1. */
THAW_API thaw_status thaw_model_map(thaw_model **out, const char *path, const thaw_config *config);

/** As thaw_model_load(), from memory, which may be freed afterwards.
 *  @param bytes  [size] from thaw_model_save_buffer() or a file.
 *  @return as thaw_model_load(), without THAW_E_IO; THAW_E_RANGE also for a negative size.  Since 0.1. */
THAW_API thaw_status thaw_model_load_buffer(thaw_model **out, const void *bytes, int64_t size,
                                            const thaw_config *config);

/* ------------------------------------------------------------------------------------------------------------------
 * User: adapt and observe
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_user thaw_user;

/** One event of one user. Set fields that are not used to 0, as initialisers that name fields do. */
typedef struct thaw_event {
    int64_t item;      /**< row of the item in its catalogue */
    double time;       /**< in the unit of training; NaN, and 0 where times of training are since 1970 or another
                            epoch: now, as new as the newest. Ratings: used only with a half-life. Ranking: also the
                            order */
    float value;       /**< ratings: the rating; ranking: the quantity, amount or time spent, NaN: none */
    int32_t event;     /**< number of the event's name, from thaw_model_event_id(); 0 is the first */
    int32_t catalogue; /**< number of the catalogue that `item` is a row of: 0, the only one today.  Since 0.3 */
    int32_t reserved;  /**< 0 */
} thaw_event;

/** Make a user without events: the prior.
 *  Takes all the memory of its later calls, from the model's allocator. The user does not hold the model: every call is
 *  given both.  Since 0.1. */
THAW_API thaw_status thaw_user_create(thaw_user **out, const thaw_model *model);

/** Make a deep copy.  Since 0.1. */
THAW_API thaw_status thaw_user_copy(thaw_user **out, const thaw_user *user);

/** Free a user.  Since 0.1. */
THAW_API void thaw_user_free(thaw_user *user);

/** Set the features of a user: the prior mean becomes M f (docs/rating-model.md, eq. 2), of a ranking share M f
 *  (docs/ranking-model.md, eq. 2).
 *
 *  @param names   [n] columns, as in training.
 *  @param values  [n] as text; NULL, "" or a value not seen in training: unknown.
 *  @return THAW_E_UNKNOWN   a name is no user feature of the model
 *          THAW_E_RANGE     a value of a float column is not a finite number, or n is negative
 *          THAW_E_MISMATCH  user belongs to another model
 *  Discards the user's events: call it before thaw_adapt(). n = 0 discards the features too. Allocates nothing.
 *  Since 0.1.
 */
THAW_API thaw_status thaw_user_set_features(const thaw_model *model, thaw_user *user, const char *const *names,
                                            const char *const *values, int64_t n);

/** Compute the posterior of a user from events; earlier events are discarded.
 *
 *  Ratings (docs/rating-model.md, eq. 3 and 4):
 *
 *      m = m0 + X' (I + X X')^-1 t,     P = I - X' (I + X X')^-1 X
 *
 *  with a row of X and t per event: the item's embedding and the residual, both divided by the event's noise sd. Up to
 *  rank events an n x n system is solved, with more a rank x rank one. Ranking: the posterior of the user's vector w,
 *  the neighbour term and the repeat term (docs/ranking-model.md, eq. 2 to 5).
 *
 *  @param events  [n] in any order, repeats count; n = 0 is the prior. A ranking uses the newest 512.
 *  @return THAW_E_RANGE     an item, event or catalogue is past the last, a value is outside the rating range (ranking:
 *                           infinite), a time that is used is infinite or, by its size, in another unit than those of
 *                           training, n is negative or above 10^9
 *          THAW_E_MISMATCH  user belongs to another model
 *          THAW_E_NUMERIC   the posterior is not finite; the user is back at the prior
 *  The user is unchanged on other errors. Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_adapt(const thaw_model *model, thaw_user *user, const thaw_event *events, int64_t n);

/** Compute the posterior means of many users, all from the prior without features.
 *
 *  @param user     working memory, afterwards as thaw_user_create() made it.
 *  @param means    [n_users, rank] receives the means, as thaw_user_posterior() returns them.
 *  @param events   [offsets[n_users]] the events of one user after the other.
 *  @param offsets  [n_users + 1] the events of user u are offsets[u] … offsets[u + 1] - 1; the first is 0, none
 *                  decreases.
 *  @return as thaw_adapt(); THAW_E_RANGE also for bad offsets. Nothing is written if an event or offset is wrong
 *  The means equal those of thaw_adapt() to 1e-4 relative. Allocates nothing; needs about 170 KiB of stack.  Since 0.1.
 */
THAW_API thaw_status thaw_adapt_many(const thaw_model *model, thaw_user *user, float *means, const thaw_event *events,
                                     const int64_t *offsets, int64_t n_users);

/** Add one event to a user's posterior: the result is that of thaw_adapt() on all events in any order (to 1e-4
 *  relative).
 *
 *  Ratings: P <- P - P x x' P / (1 + x' P x), a rank-one update. With a half-life the earlier information first decays
 *  to the time of the newest event, which takes one rank x rank solve (docs/rating-model.md, eq. 3 and 4). Ranking:
 *  solves again from all events kept (docs/ranking-model.md, eq. 2 to 5).
 *
 *  @return as thaw_adapt().  Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_user_observe(const thaw_model *model, thaw_user *user, const thaw_event *event);

/** Number of events that the user was given; 0 for NULL.  Since 0.1. */
THAW_API int64_t thaw_user_n_events(const thaw_user *user);

/** Get the posterior of a user's vector (docs/rating-model.md, eq. 3; docs/ranking-model.md, eq. 1 and 2).
 *
 *  @param mean        [rank] m, in units of the prior's standard deviation; ranking: gain w, the vector that scores are
 *                     products with. NULL: not wanted.
 *  @param covariance  [rank, rank] P, symmetric, in units of the prior's variance; ranking: the prior includes the
 *                     unobserved items. NULL: not wanted.
 *  @return THAW_E_MISMATCH  user belongs to another model
 *  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_user_posterior(const thaw_model *model, const thaw_user *user, float *mean,
                                         float *covariance);

/** Save a user to memory, for a key-value store or a cookie. Parameters and errors are those of
 *  thaw_model_save_buffer().
 *
 *  Ratings: 4 rank (rank + 1) / 2 + 8 rank + 64 bytes, with a half-life the first term twice. Ranking: 64 bytes, 24 for
 *  each of the newest 512 events, from which the posterior is computed again, and 4 rank with user features.
 *  docs/file-format.md. May allocate, because a user with few events has no P yet.  Since 0.1. */
THAW_API thaw_status thaw_user_save(const thaw_user *user, void *buffer, int64_t capacity, int64_t *size);

/** Load a user from memory, which may be freed afterwards. The checksum is no signature: bytes that others keep, as in
 *  a cookie, need a message authentication code (docs/file-format.md).
 *  @return THAW_E_FORMAT    truncated, damaged, or no valid posterior
 *          THAW_E_VERSION   written in a newer format
 *          THAW_E_MISMATCH  the user belongs to another model
 *          THAW_E_RANGE     size is negative
 *          THAW_E_NUMERIC   ranking: the posterior of the events is not finite
 *  Since 0.1. */
THAW_API thaw_status thaw_user_load(thaw_user **out, const thaw_model *model, const void *bytes, int64_t size);

/* ------------------------------------------------------------------------------------------------------------------
 * Score and recommend
 * --------------------------------------------------------------------------------------------------------------- */

/** Score items for one user.
 *
 *  Ratings: the rating that the user would give if they came to rate the item (docs/rating-model.md, eq. 13).
 *
 *      z = bias[i] + selection_bias[i] / (1 + n_events / 20) + item_embedding[i] . m           i = items[j]
 *      v = noise[i] + tail[i] + item_embedding[i]' P item_embedding[i]
 *
 *  mean[j] is the rating of z, a median, because the link from scores to ratings is not linear. variance[j] is the
 *  square of half the distance between the ratings of z - sqrt(v) and z + sqrt(v). mean +- 1.645 sqrt(variance) holds
 *  90 % of ratings.
 *
 *  Ranking: how likely the user comes to the item next (docs/ranking-model.md, eq. 1 and 10).
 *
 *      score = (1 - kappa) popularity(K)[i] + gain output_embedding[i] . w + neighbour term + repeat term
 *
 *  mean[j] is the score, in no unit: higher is likelier, values below 0 are possible. variance[j] is the variance of
 *  its second term given the user's events.
 *
 *  @param mean      [n] in rating units, not clipped to the range; ranking: no unit. NULL: not wanted.
 *  @param variance  [n] of a single rating, in squared rating units; ranking: no unit. NULL: not wanted.
 *  @param items     [n] rows, in any order, may repeat.
 *  @return THAW_E_RANGE     n is negative or a row is past the last item
 *          THAW_E_MISMATCH  user belongs to another model
 *  Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_score(const thaw_model *model, const thaw_user *user, float *mean, float *variance,
                                const int64_t *items, int64_t n);

/** One recommended item; mean and variance are those of thaw_score(). */
typedef struct thaw_hit {
    int64_t item; /**< row */
    float mean;
    float variance;
} thaw_hit;

/** What to recommend. Fill with thaw_query_init(). Fields from groups on are new in 0.2; the shorter struct of 0.1
 *  still works. */
typedef struct thaw_query {
    uint32_t struct_size;
    uint32_t reserved;      /**< 0 */
    int64_t top;            /**< length of the list, at most, >= 1; default 10 */
    const int64_t *exclude; /**< [n_exclude] rows that are never recommended; fastest in ascending order */
    int64_t n_exclude;
    const int64_t *allow; /**< [n_allow] recommend only these rows; NULL: all. A row that is given twice counts once
                               in ascending order; in another order it may be recommended twice */
    int64_t n_allow;
    const int32_t *groups; /**< [n_groups] group of each item, such as its category, from thaw_model_item_groups() or
                                your own; below 0: none. Used only with allow_groups or group_cap */
    int64_t n_groups;      /**< the items of the model; 0 without groups */
    const int32_t *allow_groups; /**< [n_allow_groups] recommend only items of these groups; NULL: all items */
    int64_t n_allow_groups;
    int64_t group_cap;      /**< at most so many of one group; items without a group do not count; default 0: no cap */
    float min_score;        /**< least mean - risk_aversion * sqrt(variance) of a recommended item; default -INFINITY */
    float risk_aversion;    /**< standard deviations subtracted for min_score, 0 or more and finite; default 0 */
    thaw_parallel parallel; /**< threads for this search; default: the calling thread. The result is the same */
} thaw_query;

/** Make every field its default.  Since 0.1. */
THAW_API thaw_status thaw_query_init(thaw_query *query, uint32_t struct_size);

/** Find the best items for a user, best first: docs/topn.md.
 *
 *  Items are ordered by their scores, z of docs/rating-model.md, eq. 13, or of a ranking docs/ranking-model.md, eq. 1;
 *  of equal scores the lower row comes first. The list equals that of scoring and sorting every item. With group_cap it
 *  is what remains of that order if items whose group is full are left out.
 *
 *  @param hits    [query->top]
 *  @param n_hits  receives how many were written: fewer than top only if fewer items qualify.
 *  @param query   NULL: the ten best of the catalogue.
 *  @return THAW_E_RANGE     top is below 1, a row is past the last item, a length is negative, n_groups is not the
 *                           number of items, group_cap is negative, min_score or risk_aversion is NaN, risk_aversion is
 *                           negative or infinite
 *          THAW_E_ARG       group_cap or allow_groups without groups
 *          THAW_E_MISMATCH  user belongs to another model
 *          THAW_E_IO        the parallel hook fails; hits are undefined
 *  Allocates nothing. group_cap costs O(top) for each item that enters the list.  Since 0.1.
 */
THAW_API thaw_status thaw_recommend(const thaw_model *model, const thaw_user *user, thaw_hit *hits, int64_t *n_hits,
                                    const thaw_query *query);

/** thaw_recommend() for many users at once, which share passes over the catalogue: the same lists to the bit, in less
 *  time.
 *
 *  @param hits    [n_users, query->top] the list of users[i] begins at hits + i * top; entries from n_hits[i] on are
 *                 undefined.
 *  @param n_hits  [n_users]
 *  @param users   [n_users] may repeat.
 *  @return as thaw_recommend(); nothing is written if a user or the query is wrong
 *          THAW_E_RANGE  n_users is negative, or n_users * top hits do not fit into memory
 *  Allocates nothing; needs about 100 KiB of stack.  Since 0.2.
 */
THAW_API thaw_status thaw_recommend_many(const thaw_model *model, thaw_hit *hits, int64_t *n_hits,
                                         const thaw_user *const *users, int64_t n_users, const thaw_query *query);

/** Find the items most similar to an item, best first: by the cosine of their vectors.
 *
 *      cos(i, j) = x_i . x_j / (|x_i| |x_j|)
 *
 *  x is the embedding of ratings (docs/rating-model.md, eq. 1): similar items are liked by the same users. Of a ranking
 *  it is the output embedding (docs/ranking-model.md, eq. 9): similar items follow on the same items. What follows on
 *  the item itself is thaw_recommend() for a user with one event.
 *
 *  @param hits    [query->top] mean is the cosine, -1 … 1; variance is 0.
 *  @param n_hits  receives how many were written. 0 if the item's vector is zero, as of an item of a ranking that
 *                 nobody has come to. Such items, the item itself and retired ones are not on the list.
 *  @param query   as thaw_recommend(); min_score is the least cosine, risk_aversion and parallel have no effect. NULL:
 *                 ten of the catalogue.
 *  @return THAW_E_RANGE        item is past the last, or as thaw_recommend()
 *          THAW_E_ARG          as thaw_recommend()
 *          THAW_E_UNSUPPORTED  the objective has no vectors of items
 *  Every item is compared, 4 rank bytes each. Equal cosines: the lower row first. Allocates nothing.  Since 0.4. */
THAW_API thaw_status thaw_similar_items(const thaw_model *model, thaw_hit *hits, int64_t *n_hits, int64_t item,
                                        const thaw_query *query);

/** Explain the score of an item: adapt the user to events, as thaw_adapt() does, and attribute the score to them.
 *
 *      mean of thaw_score() = base + sum of contributions              up to rounding
 *
 *  Ratings, in scores z: base is bias[i] + selection_bias[i] / (1 + n / 20) + p_i . m0, and event e contributes
 *  p_i' P x_e t_e, its target times what the score gains by it (docs/rating-model.md, eq. 14). Rating units are not
 *  linear in z; contributions are multiplied by the mean slope between base and score, so the sum is kept. Ranking: the
 *  terms of eq. 1 by items of the history, and an item's by the strength of its events (docs/ranking-model.md, eq. 11).
 *
 *  A contribution is not the change of the score without the event, because the weights of all other events would
 *  change too; for that adapt without it and score again.
 *
 *  @param user           from thaw_user_create(), with features if there are any. Afterwards as after thaw_adapt().
 *  @param contributions  [n] in the order of events, in the unit of thaw_score(). 0 if a ranking does not use the event
 *                        because 512 are newer. NULL if n is 0.
 *  @param base           receives the rest: the item's popularity or bias, and the user's features.
 *  @param events         [n]
 *  @return THAW_E_RANGE        item is past the last, or as thaw_adapt()
 *          THAW_E_MISMATCH     user belongs to another model
 *          THAW_E_NUMERIC      as thaw_adapt()
 *          THAW_E_UNSUPPORTED  the objective cannot
 *  Results are untouched on error. Allocates nothing.  Since 0.4. */
THAW_API thaw_status thaw_explain(const thaw_model *model, thaw_user *user, float *contributions, float *base,
                                  const thaw_event *events, int64_t n, int64_t item);

#ifdef __cplusplus
}
#endif
#endif

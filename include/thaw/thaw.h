/* SPDX-License-Identifier: Apache-2.0 */
#ifndef THAW_H
#define THAW_H

/* thaw: recommend to people a shop does not know yet.
 *
 * A user is a small Gaussian belief; the model is the prior that every belief starts from.
 *
 *     many users' events ── thaw_pretrain ──▶ thaw_model     prior over users, posterior over items
 *     a few events of one user ── thaw_adapt ──▶ thaw_user   posterior N(m, P)
 *     user · items ── thaw_score, thaw_recommend ──▶ mean, variance, top-N
 *
 * Rules that hold everywhere, so that each function says only what is special:
 *
 * - A call returns THAW_OK or one of the THAW_E_ codes; thaw_last_error() then gives one line that names the value
 *   and the bound. Outputs are untouched on error, except that handles are set to NULL first, and where a function says so.
 *   Any call may return THAW_E_ARG for a required NULL and THAW_E_NOMEM; these are not repeated below.
 * - Arguments come in this order: handle, outputs, inputs each followed by its length, options.
 * - Arrays are row-major, numbers float32 or float64 as typed, counts and rows int64_t. NULL is fine for an array of length 0.
 * - Strings are UTF-8 and end with a zero byte. Keys of users and items are such strings of 1 … 1024 bytes; a shop
 *   with integer ids prints them. The library copies what it keeps.
 * - Threads: a handle passed as const may be shared by any number of threads; one passed as non-const is exclusive.
 * - Memory: create, load and copy give a handle that its free function ends; free accepts NULL. Getters lend a
 *   pointer until the handle is freed or changed. A handle's memory comes from the allocator of its configuration
 *   (the thread pool's and the JSON header of a model file's from malloc).
 * - The library never prints, exits, reads the environment, installs handlers or keeps threads of its own,
 *   and never touches the host's BLAS settings.
 * - Structs that may grow begin with struct_size; fill them with their init function, which makes every field its default.
 *
 * docs/rating-model.md has the mathematics with the equation numbers used here.
 */

#include <stddef.h>

#include "thaw_status.h"

#define THAW_VERSION_MAJOR 0
#define THAW_VERSION_MINOR 2
#define THAW_VERSION_PATCH 1

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------------------------
 * The library
 * --------------------------------------------------------------------------------------------------------------- */

/** The version of the library that is running, as 10000 * major + 100 * minor + patch.  Since 0.1. */
THAW_API int32_t thaw_version(void);

/** One line on how the library was built and what it found: version, backend, BLAS, kernels in use.
 *  Lent for ever; the same text for the life of the process.  Since 0.1. */
THAW_API const char *thaw_build_info(void);

/** The name of a status code, such as "out of range". Never NULL; "unknown status" for other numbers.  Since 0.1. */
THAW_API const char *thaw_status_text(thaw_status status);

/** Why the last failing call of the calling thread failed, in one line; "" if none failed yet.
 *  Lent until the next failing call of this thread.  Since 0.1. */
THAW_API const char *thaw_last_error(void);

/* ------------------------------------------------------------------------------------------------------------------
 * Configuration
 * --------------------------------------------------------------------------------------------------------------- */

/** What a model learns: what users say of items they rate, or which items they come to next. By the events: ratings where
 *  any event carries a value. */
enum { THAW_OBJECTIVE_AUTO = 0, THAW_OBJECTIVE_RATING = 1, THAW_OBJECTIVE_RANKING = 2 };

/** What the tuning of a ranking's rows descends (docs/ranking-training.md, eq. 5 and 8): a share linear in the score; or softmax over the catalogue, pairs
 *  of wanted and other items, squares, logistic. */
enum { THAW_LOSS_SHARE = 0, THAW_LOSS_SOFTMAX = 1, THAW_LOSS_PAIRWISE = 2, THAW_LOSS_SQUARED = 3, THAW_LOSS_LOGISTIC = 4 };

/** How a data set or a model is made. Fill with thaw_config_init(), then change what you want. */
typedef struct thaw_config {
    uint32_t struct_size;
    int32_t rank;             /**< coordinates of a user's belief, 1 … 256; default 0: 16 for ratings, 64 for ranking */
    uint64_t seed;            /**< seeds everything random; by name at most 2^53; default 1 */
    thaw_allocator allocator; /**< default: malloc and free */
    thaw_parallel parallel;   /**< default: the calling thread; must outlive the model */
    int32_t passes;           /**< most passes of thaw_pretrain over the data, 1 … 10000; default 15 */
    int32_t patience;         /**< stop after so many passes without a better validation error; 0 never; default 3 */
    float valid_users;        /**< part of the users kept for validation, 0 … 0.5; default 0: none */
    float half_life;          /**< age at which an event counts half, in the unit of its time; 0: never; default 0 */
    float rating_min;         /**< smallest rating; with rating_max equal: the range of the data; default 0 */
    float rating_max;         /**< largest rating; default 0 */
    int64_t batch_users;      /**< users per step of thaw_pretrain; 0: all, exact batch EM; default 0 */
    int32_t min_feature;      /**< feature values seen on fewer users or items are ignored, >= 1; default 2 */
    int32_t objective;        /**< THAW_OBJECTIVE_RATING or THAW_OBJECTIVE_RANKING; default THAW_OBJECTIVE_AUTO */
    char target[72];          /**< ranking: the event to predict, such as "purchase"; "": any, of items new to the user; default "" */
    int32_t loss;             /**< ranking: THAW_LOSS_SHARE … THAW_LOSS_LOGISTIC; default THAW_LOSS_SHARE */
    int32_t reserved;         /**< 0 */
} thaw_config;

/** Make every field its default.
 *
 *  @param struct_size  sizeof(thaw_config) as the caller compiled it.
 *  @return THAW_E_VERSION  the caller's struct is larger than this library knows
 *  Since 0.1.
 */
THAW_API thaw_status thaw_config_init(thaw_config *config, uint32_t struct_size);

/** Set one field by name: "rank", "seed", "passes", "patience", "valid_users", "half_life", "rating_min",
 *  "rating_max", "batch_users", "min_feature", "objective" ("events", "rating" or "ranking"), "target", "loss" ("share",
 *  "softmax", "pairwise", "squared" or "logistic").
 *
 *  @return THAW_E_UNKNOWN  no such field
 *          THAW_E_RANGE    value is not a number or is outside the field's bounds
 *  Since 0.1.
 */
THAW_API thaw_status thaw_config_set(thaw_config *config, const char *key, const char *value);

/* ------------------------------------------------------------------------------------------------------------------
 * Threads: a ready pool for thaw_parallel
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_threads thaw_threads;

/** Start a pool of n - 1 threads beside the calling one.
 *
 *  @param n  threads that work, 1 … 1024.
 *  @return THAW_E_RANGE  n is out of bounds
 *          THAW_E_IO     the system refuses another thread
 *  Not usable across fork: create it in the child.  Since 0.1.
 */
THAW_API thaw_status thaw_threads_create(thaw_threads **out, int32_t n);

/** The hook that runs work on the pool. One piece of work at a time: use a pool from one thread.  Since 0.1. */
THAW_API thaw_status thaw_threads_parallel(thaw_threads *threads, thaw_parallel *out);

/** End the threads and free the pool; nothing may use it any more.  Since 0.1. */
THAW_API void thaw_threads_free(thaw_threads *threads);

/* ------------------------------------------------------------------------------------------------------------------
 * Data: events and features by the shop's own keys
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_data thaw_data;

/** Which table of a shop: what happened, what is sold, who buys. */
enum { THAW_TABLE_EVENTS = 0, THAW_TABLE_ITEMS = 1, THAW_TABLE_USERS = 2 };

/** Types of feature columns. In a sequence, values are separated by single spaces. */
enum { THAW_TYPE_TOKEN = 0, THAW_TYPE_TOKEN_SEQ = 1, THAW_TYPE_FLOAT = 2, THAW_TYPE_FLOAT_SEQ = 3, THAW_TYPE_TEXT = 4 };

/** Columns of events, each NULL or [n]. users and items are required. Fill with thaw_event_columns_init(). */
typedef struct thaw_event_columns {
    uint32_t struct_size;
    uint32_t reserved;
    const char *const *users;   /**< user keys */
    const char *const *items;   /**< item keys */
    const char *const *events;  /**< event names, 1 … 64 bytes; NULL: all "rating". GA4 names are read as the shop's
                                     (view_item: view, add_to_cart: cart, add_to_wishlist: favourite, refund: return) */
    const float *values;        /**< rating, quantity, amount…; NULL or NaN: the event carries no value */
    const double *times;        /**< any unit, seconds since 1970 by custom; NULL or NaN: unknown */
    const char *const *baskets; /**< which events belong together; NULL or "": none */
} thaw_event_columns;

THAW_API thaw_status thaw_event_columns_init(thaw_event_columns *columns, uint32_t struct_size);

/** How the columns of a table are told apart. */
enum { THAW_FORMAT_AUTO = 0, THAW_FORMAT_TSV = 1, THAW_FORMAT_CSV = 2 };

/** How to read a table. Fill with thaw_read_options_init(). */
typedef struct thaw_read_options {
    uint32_t struct_size;
    int32_t table;            /**< THAW_TABLE_EVENTS, THAW_TABLE_ITEMS or THAW_TABLE_USERS */
    const char *where_column; /**< keep only rows whose where_column reads where_value; NULL: keep all */
    const char *where_value;
    int32_t format;           /**< default THAW_FORMAT_AUTO: commas if the path ends in ".csv", else tabs; memory: tabs */
    int32_t reserved;         /**< 0 */
} thaw_read_options;

/** Make an empty data set.
 *  @param config  for its allocator; NULL: malloc.  Since 0.1. */
THAW_API thaw_status thaw_data_create(thaw_data **out, const thaw_config *config);

/** Free a data set. Models made from it do not need it.  Since 0.1. */
THAW_API void thaw_data_free(thaw_data *data);

/** Append events from memory.
 *
 *  @param columns  arrays of n each.
 *  @return THAW_E_RANGE  a key is empty, longer than 1024 bytes or not UTF-8; a value or time is infinite;
 *                        more than 2^31 - 1 users, items or events
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_add_events(thaw_data *data, const thaw_event_columns *columns, int64_t n);

/** Append one feature column of items or users from memory.
 *
 *  @param table   THAW_TABLE_ITEMS or THAW_TABLE_USERS.
 *  @param name    the column's name, 1 … 64 bytes. A name added before takes further rows; its type must agree.
 *  @param type    THAW_TYPE_TOKEN … THAW_TYPE_TEXT.
 *  @param keys    [n] items or users; unknown ones become known. A key given before is overwritten.
 *  @param values  [n] as text ("red", "red blue", "3.5"); NULL or "": missing.
 *  @return THAW_E_RANGE     a key or name is out of bounds, a value of a float column is not a finite number
 *          THAW_E_MISMATCH  the column exists with another type
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_add_feature(thaw_data *data, int32_t table, const char *name, int32_t type,
                                           const char *const *keys, const char *const *values, int64_t n);

/** Make every field its default: THAW_TABLE_EVENTS, all rows.  Since 0.1. */
THAW_API thaw_status thaw_read_options_init(thaw_read_options *options, uint32_t struct_size);

/** Append a table from a file.
 *
 *  Tab separated, or comma separated (RFC 4180 quotes) if the path ends in ".csv"; lines end in LF or CRLF; a UTF-8
 *  byte order mark is skipped. The first line names the columns, each "name" or "name:type" with type token,
 *  token_seq, float, float_seq or text. Events need user_id and item_id and may have event (or event_type), rating or
 *  value, timestamp and basket; further columns serve only where_column. Items need item_id, users user_id; their
 *  other columns are features: of the type named, else of the type the data already have for the name, else float if
 *  every value is a number, else token; one without any value is left out.
 *
 *  @param path  a file; NULL options: events, all rows.
 *  @return THAW_E_IO       cannot be opened or read, or is not a regular file
 *          THAW_E_FORMAT   a line has another number of columns than the first, bytes are not UTF-8, a quote does not
 *                          end, a number cannot be read, a column is missing or named twice; names the line
 *                          (rating beside value, event beside event_type)
 *          THAW_E_UNKNOWN  where_column is not in the file
 *          THAW_E_RANGE    as thaw_data_add_events()
 *          THAW_E_MISMATCH a feature was of another type before
 *  Nothing is added on error.  Since 0.1.
 */
THAW_API thaw_status thaw_data_read(thaw_data *data, const char *path, const thaw_read_options *options);

/** As thaw_data_read(), from memory, which may be freed afterwards.
 *  @param bytes  [size] the table, without a zero byte at the end.  Since 0.1. */
THAW_API thaw_status thaw_data_read_buffer(thaw_data *data, const void *bytes, int64_t size,
                                           const thaw_read_options *options);

/** How many events, users and items are known.  Since 0.1. */
THAW_API int64_t thaw_data_n_events(const thaw_data *data);
THAW_API int64_t thaw_data_n_users(const thaw_data *data);
THAW_API int64_t thaw_data_n_items(const thaw_data *data);

/** One event as stored, in the order of arrival. Keys and names are lent. */
typedef struct thaw_event_view {
    const char *user;
    const char *item;
    const char *event;
    const char *basket; /**< NULL: none */
    double time;        /**< NaN: unknown */
    float value;        /**< NaN: none */
    int32_t reserved;
} thaw_event_view;

/** Look at event number `index`.
 *  @return THAW_E_RANGE  index is not below thaw_data_n_events().  Since 0.1. */
THAW_API thaw_status thaw_data_event(const thaw_data *data, thaw_event_view *out, int64_t index);

/** The text of one feature of one item or user, by key. Sequences come joined by spaces.
 *
 *  @param out       [capacity] receives the text and a zero byte; "" if missing.
 *  @param capacity  bytes at out.
 *  @return THAW_E_UNKNOWN  no such key or column
 *          THAW_E_SPACE    the text does not fit
 *  Since 0.1.
 */
THAW_API thaw_status thaw_data_feature(const thaw_data *data, char *out, int64_t capacity, int32_t table,
                                       const char *key, const char *name);

/** Which events become the test part. Fill with thaw_split_options_init(). */
typedef struct thaw_split_options {
    uint32_t struct_size;
    float holdout_users; /**< part of the users whose events all become test, 0 … 1 exclusive; default 0.1; 0: none */
    double from_time;    /**< with holdout_users 0: events at or after this time become test */
    uint64_t seed;       /**< default 1 */
} thaw_split_options;

THAW_API thaw_status thaw_split_options_init(thaw_split_options *options, uint32_t struct_size);

/** Split the events into two data sets by user or by time. Both know every user, item and feature, under the same rows.
 *
 *  By user: round(holdout_users * users with events) users, drawn without replacement from the seed; the same users for
 *  the same seed and the same set of user keys, whatever their order.
 *  @return THAW_E_RANGE  holdout_users is not in [0, 1), from_time is NaN, or a time is needed and unknown
 *  Since 0.1.
 */
THAW_API thaw_status thaw_data_split(const thaw_data *data, thaw_data **train, thaw_data **test,
                                     const thaw_split_options *options);

/** What to drop. Every rule is off at its default; they apply in the order of the fields. Users and items whose events
 *  are dropped stay known. Unknown values and times equal each other, and unknown times are in no window. */
typedef struct thaw_clean_options {
    uint32_t struct_size;
    int32_t duplicates;        /**< 1: of events equal in user, item, event, value, time and basket keep the first */
    float value_min;           /**< with value_max above it: drop events whose value is outside; default 0 */
    float value_max;           /**< default 0: off */
    int64_t max_per_window;    /**< drop users (bots) with more events than this in any window; default 0: off */
    double window;             /**< the window, in the unit of times; default 86400 */
    int64_t min_item_events;   /**< drop events of items with fewer; default 0: off */
    int64_t min_user_events;   /**< drop users with fewer events; default 0: off */
} thaw_clean_options;

/** What was dropped, in events; and what is left. */
typedef struct thaw_clean_report {
    uint32_t struct_size;
    uint32_t reserved;
    int64_t duplicates;
    int64_t impossible_values;
    int64_t bot_events;
    int64_t bot_users;
    int64_t rare_item_events;
    int64_t rare_items;
    int64_t light_user_events;
    int64_t light_users;
    int64_t events_left;
} thaw_clean_report;

THAW_API thaw_status thaw_clean_options_init(thaw_clean_options *options, uint32_t struct_size);
THAW_API thaw_status thaw_clean_report_init(thaw_clean_report *report, uint32_t struct_size);

/** Drop events that cannot be meant, and say how many and why. One pass of each rule.
 *  @param report  may be NULL.
 *  @return THAW_E_RANGE  a count is negative, a bound is NaN, value_max is below value_min, or window is not above 0
 *  Data is unchanged on error.  Since 0.1. */
THAW_API thaw_status thaw_data_clean(thaw_data *data, thaw_clean_report *report, const thaw_clean_options *options);

/* ------------------------------------------------------------------------------------------------------------------
 * Model: pretraining
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_model thaw_model;

/** Make a model that knows the items, events and features of a data set, and nothing else yet.
 *
 *  @param config  NULL: defaults. @param data  items without events are items too: they are scored by their features.
 *  @return THAW_E_RANGE        a field of config is out of bounds, a rating outside -10^6 … 10^6, or data holds no item
 *          THAW_E_UNSUPPORTED  ratings are to be learned and no event carries a value
 *          THAW_E_UNKNOWN      the target is no event of the data
 *  Since 0.1.
 */
THAW_API thaw_status thaw_model_create(thaw_model **out, const thaw_config *config, const thaw_data *data);

THAW_API void thaw_model_free(thaw_model *model);

/** A deep copy, to train while others score on the original and to take its place afterwards: examples/08_live.c.
 *
 *  The same numbers bit for bit, with the original's configuration (allocator, parallel); a mapped model's copy is in memory.
 *  Users of the original belong to the copy too, until either is trained. Safe while other threads use the original as const,
 *  as far as its allocator is safe.  Since 0.2.
 */
THAW_API thaw_status thaw_model_copy(thaw_model **out, const thaw_model *model);

/** What one step of pretraining did. */
typedef struct thaw_report {
    uint32_t struct_size;
    int32_t pass;        /**< passes finished, 1 … passes */
    int64_t steps;       /**< steps this model has made in all */
    int64_t events;      /**< ratings in the step */
    double train_rmse;   /**< root of the expected squared error of those ratings' scores, times their sd in ratings */
    double noise;        /**< scale of the noise of a score, times the same */
    double valid_mae;    /**< on the validation users, in rating units; NaN: none */
    double valid_rmse;
    double best_mae;     /**< the best so far, of the model that is kept */
    double seconds;      /**< since the call began */
    double seconds_left; /**< estimate for the passes to come */
    double valid_recall; /**< ranking: recall@20 on the validation users, mean over supports of 1, 3, 5, 10 items and 4/5; NaN: none */
    double valid_ndcg;   /**< NDCG@10 of the same */
    double loss;         /**< ranking: mean training loss of the pass; NaN: none */
} thaw_report;

THAW_API thaw_status thaw_report_init(thaw_report *report, uint32_t struct_size);

/** One stochastic natural-gradient EM step over some users.                       docs/rating-model.md, eq. 5 to 12
 *
 *  Each user adds a contribution to the sufficient statistics of items and prior; with all users of the data this is
 *  one exact EM pass, with n of N the items' natural parameters go part of the way, (J, h) <- (1 - rho) (J, h) + rho
 *  (those of N / n times the sums), rho = (steps + 1)^-0.6 (Cappé, Moulines 2009; Hoffman et al. 2013).
 *
 *  @param report   may be NULL.
 *  @param data     its items must be known to the model.
 *  @param users    [n_users >= 1] rows of data, each < thaw_data_n_users(data), none twice; NULL: all users.
 *  @return THAW_E_RANGE    a row is out of bounds or given twice, a rating is outside the model's range, or none of the
 *                          users has a rated event
 *          THAW_E_UNKNOWN  an item or event name is not known to the model
 *          THAW_E_MISMATCH a feature was a number in training and is a token here, or the other way round
 *          THAW_E_NUMERIC  the data drive the model out of finite numbers; the model is as before
 *  Same seed and data: same bits, whatever the number of threads.  Since 0.1.
 *
 *  A model of ranking takes the journeys of these users in: popularity, what follows what, and the rows that are scored become
 *  the means over all users so far, who weigh n_u^-1/2 (docs/ranking-updates.md, eq. 1). These users are taken as new ones: for those who are in
 *  the model already see thaw_pretrain_update(). Give whole journeys, earlier events too: what follows what is read from
 *  them. New items get a row; space, rules and kinds of events stay as thaw_pretrain() made them.
 *  Here THAW_E_RANGE: no user has two items that an event wants.
 *  Works on a copy of the model; the model is as before on any error. Users must be adapted again: the id is another.
 */
THAW_API thaw_status thaw_pretrain_step(thaw_model *model, thaw_report *report, const thaw_data *data,
                                        const int64_t *users, int64_t n_users);

/** The same step of a ranking for users of whom the model knows a part: what they did before `since` is taken out of it with
 *  the weight it had, what they did altogether put in. Who did nothing before is new.
 *
 *  @param since  a time; the model was trained on these users' events before it. -INFINITY: thaw_pretrain_step().
 *  @return THAW_E_RANGE        since is NaN
 *          THAW_E_UNSUPPORTED  the model learns from ratings
 *          and as thaw_pretrain_step()
 *  With whole journeys of everybody who did something since the last update, popularity and what follows what are what
 *  pretraining on all events would make of them, in the time that the active users take.  Since 0.2. */
THAW_API thaw_status thaw_pretrain_update(thaw_model *model, thaw_report *report, const thaw_data *data,
                                          const int64_t *users, int64_t n_users, double since);

/** Called on the thread that called thaw_pretrain(), after each pass; anything but 0 ends the training. */
typedef int32_t (*thaw_progress)(void *ctx, const thaw_report *report);

/** Pretrain: passes of thaw_pretrain_step(), with a validation part and early stopping as configured.
 *
 *  @param report    the last pass; may be NULL.
 *  @param progress  may be NULL; ctx is passed to it.
 *  @return THAW_E_CANCELLED  progress asked to stop
 *          and as thaw_pretrain_step()
 *  Whatever ends it, the model is the best so far; without a validation part, what the last whole step made of it.
 *  Since 0.1.
 */
THAW_API thaw_status thaw_pretrain(thaw_model *model, thaw_report *report, const thaw_data *data,
                                   thaw_progress progress, void *ctx);

/** Add the items of data that the model does not know; they are scored by their features until they are trained on. A ranking
 *  looks through all items for those whose features are alike, with the configuration's threads.
 *
 *  @param n_added  may be NULL.
 *  @return THAW_E_MISMATCH  a feature was a number in training and is a token here, or the other way round
 *  The model is unchanged on error. Users adapted before stay valid.  Since 0.1. */
THAW_API thaw_status thaw_model_add_items(thaw_model *model, int64_t *n_added, const thaw_data *data);

/** Items that vanish, or come back: retired ones keep their rows and teach what they taught, but are never recommended.
 *
 *  @param rows     [n] rows of items.
 *  @param retired  1: retire; 0: recommend again.
 *  @return THAW_E_RANGE  n is negative or a row past the last item
 *  thaw_score() still scores them. Copies and files know them. Unchanged on error. Users stay valid.  Since 0.2. */
THAW_API thaw_status thaw_model_retire_items(thaw_model *model, const int64_t *rows, int64_t n, int32_t retired);

/** The numbers of a model. */
typedef struct thaw_model_info {
    uint32_t struct_size;
    int32_t rank;
    int64_t items;
    int64_t item_features; /**< columns of the content prior */
    int64_t user_features;
    int64_t trained_users;
    int64_t trained_events;
    int64_t steps;
    uint64_t id;           /**< users of models with another id do not belong to it */
    double mean;           /**< the mean rating */
    double noise;          /**< scale of the noise of a score, times the standard deviation of the ratings */
    float rating_min;
    float rating_max;
    float half_life;
    int32_t events;        /**< event names known */
    int32_t objective;     /**< THAW_OBJECTIVE_RATING or THAW_OBJECTIVE_RANKING */
    int32_t reserved;
} thaw_model_info;

THAW_API thaw_status thaw_model_info_init(thaw_model_info *info, uint32_t struct_size);
THAW_API thaw_status thaw_model_get_info(const thaw_model *model, thaw_model_info *out);

/** One array or number of a model, as files name it. */
typedef struct thaw_param_info {
    uint32_t struct_size;
    int32_t is_number; /**< 1: a single number, which `value` holds */
    const char *name;  /**< lent until the model is freed */
    const char *type;  /**< of an element: "F32", "F64", "I32", "I64" or "U8"; lent for ever */
    int64_t rows;
    int64_t columns;   /**< 0: a vector of `rows` */
    int64_t bytes;
    double value;      /**< NaN unless is_number */
} thaw_param_info;

THAW_API thaw_status thaw_param_info_init(thaw_param_info *info, uint32_t struct_size);

/** How many arrays and numbers a model has; 0 for NULL.  Since 0.3. */
THAW_API int64_t thaw_model_n_params(const thaw_model *model);

/** Describe number `index` of them. The order is that of this version.
 *  @return THAW_E_RANGE  index is not below thaw_model_n_params().  Since 0.3. */
THAW_API thaw_status thaw_model_get_param(const thaw_model *model, thaw_param_info *out, int64_t index);

/** From key to row and back; rows are 0 … items - 1 and never change.
 *  @return THAW_E_UNKNOWN  the model has no such item;  THAW_E_RANGE  no such row.  Since 0.1. */
THAW_API thaw_status thaw_model_item_row(const thaw_model *model, int64_t *row, const char *key);
THAW_API thaw_status thaw_model_item_key(const thaw_model *model, const char **key, int64_t row);

/** Groups of items for thaw_query, from a feature column of tokens: items whose first value is the same share a number.
 *
 *  @param groups    [items of the model] 0 … n_groups - 1; -1 where data does not know the item or has no value for it.
 *  @param n_groups  numbers given: one more than the largest. Numbers hold for this data set, in no order.
 *  @param data      any data set with the items' keys.
 *  @param column    of type THAW_TYPE_TOKEN, THAW_TYPE_TOKEN_SEQ or THAW_TYPE_TEXT.
 *  @return THAW_E_UNKNOWN   data has no such column of items
 *          THAW_E_MISMATCH  the column is of numbers
 *  Allocates nothing.  Since 0.2.
 */
THAW_API thaw_status thaw_model_item_groups(const thaw_model *model, int32_t *groups, int64_t *n_groups,
                                            const thaw_data *data, const char *column);

/** From event name (or its GA4 alias) to number and back.  Errors as above.  Since 0.1. */
THAW_API thaw_status thaw_model_event_id(const thaw_model *model, int32_t *event, const char *name);
THAW_API thaw_status thaw_model_event_name(const thaw_model *model, const char **name, int32_t event);

/** How a ranking reads events of one name.                                                            docs/ranking-model.md, eq. 5 */
typedef struct thaw_event_weighting {
    float weight;   /**< how much one event counts, 10^-6 … 10^6: its precision, the inverse of its noise */
    float target;   /**< -1 … 1; 1: the item is wanted, 0 or less: it is not, as after a return; above 1/2 the item counts as met */
    float exponent; /**< of 1 + value in the weight, -8 … 8; 0: values say nothing */
} thaw_event_weighting;

/** Fix how events are read, which training learns otherwise; call it before pretraining.
 *
 *  @param reading  fields that are NaN stay as they are, to be learned.
 *  @return THAW_E_RANGE        event is not the model's, or a field is out of bounds
 *          THAW_E_UNSUPPORTED  the model learns from ratings
 *  Users adapted before belong to another model.  Since 0.2. */
THAW_API thaw_status thaw_model_set_event_weighting(thaw_model *model, int32_t event, const thaw_event_weighting *reading);

/** How they are read now, given or learned.  Errors as above.  Since 0.2. */
THAW_API thaw_status thaw_model_get_event_weighting(const thaw_model *model, int32_t event, thaw_event_weighting *reading);

/** Save to a file, atomically: a temporary beside it, fsync, rename. An interrupted save leaves the old file whole;
 *  a symbolic link is replaced, not followed.
 *  The format is safetensors with our metadata: docs/file-format.md.
 *  @return THAW_E_IO.  Since 0.1. */
THAW_API thaw_status thaw_model_save(const thaw_model *model, const char *path);

/** Save to memory.
 *  @param size  receives the bytes needed, also on THAW_E_SPACE. @param buffer  [capacity]; NULL with capacity 0 asks.
 *  @return THAW_E_SPACE  capacity is too small.  Since 0.1. */
THAW_API thaw_status thaw_model_save_buffer(const thaw_model *model, void *buffer, int64_t capacity, int64_t *size);

/** Load from a file, reading it.
 *
 *  @param config  allocator, parallel, passes, patience, valid_users and batch_users; the rest comes from the file. NULL: defaults.
 *  @return THAW_E_IO
 *          THAW_E_FORMAT   truncated, damaged (checksum) or not a thaw model
 *          THAW_E_VERSION  written by a newer format
 *  Since 0.1.
 */
THAW_API thaw_status thaw_model_load(thaw_model **out, const char *path, const thaw_config *config);

/** As thaw_model_load(), but map the file: the large tables are shared between processes and stay in the page cache.
 *  Training a mapped model copies the pages it writes. The file must not be truncated while it is mapped; saving
 *  over it with thaw_model_save() is fine.  Since 0.1. */
THAW_API thaw_status thaw_model_map(thaw_model **out, const char *path, const thaw_config *config);

/** As thaw_model_load(), from memory, which may be freed afterwards.  Since 0.1. */
THAW_API thaw_status thaw_model_load_buffer(thaw_model **out, const void *bytes, int64_t size,
                                            const thaw_config *config);

/* ------------------------------------------------------------------------------------------------------------------
 * User: adapt and observe
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct thaw_user thaw_user;

/** One event of one user. */
typedef struct thaw_event {
    int64_t item;  /**< row */
    double time;   /**< in the unit of training; used only with a half-life */
    float value;   /**< the rating; of a model that ranks the quantity, amount or time spent, NaN: none */
    int32_t event; /**< from thaw_model_event_id(); 0 is the first */
    int32_t catalogue; /**< number of the catalogue that `item` is a row of; 0, the only one today.  Since 0.3 */
    int32_t reserved;  /**< 0 */
} thaw_event;

/** Make a user who is not known at all: the prior.
 *  All the memory that its later calls need is taken here, from the model's allocator.  Since 0.1. */
THAW_API thaw_status thaw_user_create(thaw_user **out, const thaw_model *model);
THAW_API thaw_status thaw_user_copy(thaw_user **out, const thaw_user *user);
THAW_API void thaw_user_free(thaw_user *user);

/** Tell what is known of the user: the prior mean becomes M f.                                docs/rating-model.md, eq. 2
 *
 *  @param names   [n] columns, as in training. @param values  [n] as text; NULL, "" or never seen: unknown.
 *  @return THAW_E_UNKNOWN   a name is no user feature of the model
 *          THAW_E_RANGE     a value of a float column is not a finite number
 *          THAW_E_MISMATCH  user belongs to another model
 *  Forgets the events; call it before thaw_adapt(). n = 0 forgets the features too.  Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_user_set_features(const thaw_model *model, thaw_user *user, const char *const *names,
                                            const char *const *values, int64_t n);

/** Condition the prior on a user's events, forgetting earlier ones.                        docs/rating-model.md, eq. 3 and 4
 *
 *  m = m0 + X' (I + X X')^-1 t,  P = I - X' (I + X X')^-1 X,  one row of X and t per event: the item's loading and the
 *  surprise, both divided by the noise of the event. Fewer events than rank solve the n x n system, more the rank x rank.
 *
 *  @param events  [n], any order, repeats count; n = 0 is the prior.
 *  @return THAW_E_RANGE     an item or event is past the last, a value outside the rating range, a time not finite
 *                           (with a half-life), n is negative or above 10^9
 *          THAW_E_MISMATCH  user belongs to another model
 *          THAW_E_NUMERIC   the posterior is not finite; the user is back at the prior
 *  The user is unchanged on other errors. Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_adapt(const thaw_model *model, thaw_user *user, const thaw_event *events, int64_t n);

/** Adapt many users at once, all from the prior without features; only their means.
 *
 *  @param user     working memory, left as thaw_user_create() made it.
 *  @param means    [n_users, rank] the posterior means m.
 *  @param events   [offsets[n_users]] the users' events, one user after the other.
 *  @param offsets  [n_users + 1] where each user's begin; starts at 0, never falls.
 *  @return as thaw_adapt(); nothing is written if any event is wrong
 *  The same as thaw_adapt() to 1e-4 relative. Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_adapt_many(const thaw_model *model, thaw_user *user, float *means,
                                     const thaw_event *events, const int64_t *offsets, int64_t n_users);

/** One more event, now: the same belief as thaw_adapt() on all events in any order (to 1e-4 relative).
 *
 *  P <- P - P x x' P / (1 + x' P x): one rank-one update. With a half-life older information fades to the time of the
 *  newest event first, which costs one rank x rank solve.
 *  Errors as thaw_adapt(). Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_user_observe(const thaw_model *model, thaw_user *user, const thaw_event *event);

/** How many events the belief rests on; 0 for NULL.  Since 0.1. */
THAW_API int64_t thaw_user_n_events(const thaw_user *user);

/** The belief: mean [rank] and covariance [rank, rank], in units of the prior's standard deviation; either may be NULL.
 *  @return THAW_E_MISMATCH.  Allocates nothing.  Since 0.1. */
THAW_API thaw_status thaw_user_posterior(const thaw_model *model, const thaw_user *user, float *mean, float *covariance);

/** Serialise for a key-value store or a cookie: 4 rank (rank + 1) / 2 + 8 rank + 64 bytes, with a half-life twice
 *  the first term; of a model that ranks 64 bytes and 24 for each of the newest 512 events, from which the belief is made again. Works like thaw_model_save_buffer(). May allocate: a user adapted to few events has no P yet.  Since 0.1. */
THAW_API thaw_status thaw_user_save(const thaw_user *user, void *buffer, int64_t capacity, int64_t *size);

/** @return THAW_E_FORMAT  damaged;  THAW_E_VERSION  newer;  THAW_E_MISMATCH  of another model.  Since 0.1. */
THAW_API thaw_status thaw_user_load(thaw_user **out, const thaw_model *model, const void *bytes, int64_t size);

/* ------------------------------------------------------------------------------------------------------------------
 * Score and recommend
 * --------------------------------------------------------------------------------------------------------------- */

/** Predict ratings: what this user would say of each item, should they come to rate it.       docs/rating-model.md, eq. 13
 *  A model that ranks scores how likely the user comes to each item next, in no unit: higher is likelier, below 0 is possible; the
 *  variance is that of the score given the user's events.                                      docs/ranking-model.md, eq. 1 and 10
 *
 *  score mean  z = base[i] + q[i] / (1 + n_events / 20) + p[i] . m
 *  variance    v = noise[i] + tail[i] + p[i]' P p[i]                           i = items[j]
 *  mean[j] is the rating of z (the median rating: the link from scores to ratings bends), and variance[j] the square of
 *  half the distance between the ratings of z - sqrt(v) and z + sqrt(v). mean +- 1.645 sqrt(variance) holds 90 %.
 *
 *  @param mean      [n] in rating units, not clipped to the range; NULL: not wanted.
 *  @param variance  [n] of a single rating, in squared rating units; NULL: not wanted.
 *  @param items     [n] rows, any order, repeats allowed.
 *  @return THAW_E_RANGE     a row is past the last item
 *          THAW_E_MISMATCH  user belongs to another model
 *  Allocates nothing.  Since 0.1.
 */
THAW_API thaw_status thaw_score(const thaw_model *model, const thaw_user *user, float *mean, float *variance,
                                const int64_t *items, int64_t n);

/** One recommended item; mean and variance as thaw_score() has them. */
typedef struct thaw_hit {
    int64_t item;
    float mean;
    float variance;
} thaw_hit;

/** What to recommend. Fill with thaw_query_init(). The fields from groups on came with 0.2; the shorter struct of 0.1 still works. */
typedef struct thaw_query {
    uint32_t struct_size;
    uint32_t reserved;
    int64_t top;            /**< at most so many, >= 1; default 10 */
    const int64_t *exclude; /**< [n_exclude] rows never to show; fastest in ascending order */
    int64_t n_exclude;
    const int64_t *allow;   /**< [n_allow] only these rows; NULL: the whole catalogue. Repeats count once in
                                 ascending order; a repeat in another order may be shown twice */
    int64_t n_allow;
    const int32_t *groups;  /**< [n_groups] the group of each item, such as its category, from thaw_model_item_groups() or
                                 any numbering; below 0: of none. Read only with allow_groups or group_cap */
    int64_t n_groups;       /**< the items of the model; 0 without groups */
    const int32_t *allow_groups; /**< [n_allow_groups] only items of these groups; NULL: of all and of none */
    int64_t n_allow_groups;
    int64_t group_cap;      /**< at most so many of one group; items of none are not counted; 0, the default: no cap */
    float min_score;        /**< only items with mean - risk_aversion * sqrt(variance) at or above; default -INFINITY */
    float risk_aversion;          /**< standard deviations, 0 or more and finite; default 0 */
    thaw_parallel parallel; /**< share the search between threads; default: the calling thread. Same answer */
} thaw_query;

/** Make every field its default.
 *  @return THAW_E_VERSION  the caller's struct is larger than this library knows.  Since 0.1. */
THAW_API thaw_status thaw_query_init(thaw_query *query, uint32_t struct_size);

/** The best items by the score mean z of eq. 13, best first; of equal z the lower row first.               docs/topn.md
 *
 *  The means of the hits, which are the ratings of z, never rise from one to the next. Every item is scored that could be
 *  among the best: the answer is that of scoring all of them. With group_cap it is what a walk down the whole ranking
 *  keeps that passes over items whose group is full.
 *
 *  @param hits    [query->top]
 *  @param n_hits  how many were written: fewer than top only where fewer items qualify.
 *  @param query   NULL: the ten best of the catalogue.
 *  @return THAW_E_RANGE     top is below 1, a row is past the last item, n_groups is not the number of items, group_cap is
 *                           negative, min_score or risk_aversion is NaN, risk_aversion is negative or infinite
 *          THAW_E_MISMATCH  user belongs to another model
 *          THAW_E_IO        parallel fails; what was written to hits means nothing
 *  Allocates nothing. group_cap costs O(top) for each item that enters the list.  Since 0.1.
 */
THAW_API thaw_status thaw_recommend(const thaw_model *model, const thaw_user *user, thaw_hit *hits, int64_t *n_hits,
                                    const thaw_query *query);

/** thaw_recommend() for many users at once, who share passes over the catalogue: the same hits to the bit, sooner.
 *
 *  @param hits    [n_users, query->top] the list of users[i] begins at hits + i * top; what is beyond its n_hits[i] is undefined.
 *  @param n_hits  [n_users]
 *  @param users   [n_users] may repeat.
 *  @return as thaw_recommend(); nothing is written if a user or the query is wrong
 *          THAW_E_RANGE  n_users is negative, or n_users * top hits do not fit into memory
 *  Allocates nothing; needs about 100 KiB of stack.  Since 0.2.
 */
THAW_API thaw_status thaw_recommend_many(const thaw_model *model, thaw_hit *hits, int64_t *n_hits,
                                         const thaw_user *const *users, int64_t n_users, const thaw_query *query);

#ifdef __cplusplus
}
#endif
#endif

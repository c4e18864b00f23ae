/* SPDX-License-Identifier: Apache-2.0
 * Write the golden files of the newest format, the last rows of golden_files. A new format has new rows: the old files
 * stay, and must load in all later versions.
 *
 *     cmake --build build/release --target make_golden
 *     build/release/tests/golden/make_golden tests/golden
 */
#include <stdio.h>
#include <stdlib.h>

#include "golden.h"
#include "little_shop.h"

static void must(thaw_status st)
{
    if (st == THAW_OK) return;
    fprintf(stderr, "make_golden: %s\n", thaw_last_error());
    exit(1);
}

static FILE *create(const char *folder, const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file) exit(1);
    return file;
}

static void write_user(const char *folder, const char *name, const thaw_user *user)
{
    int64_t size;
    char *bytes = user_bytes(user, &size);
    FILE *file = create(folder, name);
    if (fwrite(bytes, 1, (size_t)size, file) != (size_t)size || fclose(file)) exit(1);
    free(bytes);
}

static void write_scores(const char *folder, const char *name, const thaw_model *model, const thaw_user *user)
{
    FILE *file = create(folder, name);
    for (int64_t i = 0; i < GOLDEN_ITEMS; i++) {
        float mean, variance;
        const char *key;
        must(thaw_score(model, user, &mean, &variance, &i, 1));
        must(thaw_model_item_key(model, &key, i));
        fprintf(file, "%s\t%.7g\t%.7g\n", key, (double)mean, (double)variance);
    }
    if (fclose(file)) exit(1);
}

static void write_golden(const char *folder, int file)
{
    char path[1024];
    thaw_model *model;
    thaw_user *user;
    thaw_data *data = shop_data(NULL, 20, GOLDEN_ITEMS, 1);
    thaw_config config = shop_config(NULL, 3, 0);
    config.objective = golden_files[file].objective;
    must(thaw_model_create(&model, &config, data));
    must(thaw_pretrain(model, NULL, data, NULL, NULL));
    must(thaw_user_create(&user, model));
    must(thaw_user_set_features(model, user, golden_names, golden_values, 2));
    must(thaw_adapt(model, user, golden_events, GOLDEN_EVENTS));
    snprintf(path, sizeof path, "%s/%s", folder, golden_files[file].model);
    must(thaw_model_save(model, path));
    write_user(folder, golden_files[file].user, user);
    write_scores(folder, golden_files[file].scores, model, user);
    thaw_user_free(user);
    thaw_model_free(model);
    thaw_data_free(data);
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    for (int file = GOLDEN_FILES - 2; file < GOLDEN_FILES; file++) write_golden(argv[1], file);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0
 * kill_saves N FOLDER: N times a child saves a model over and over and is killed (SIGKILL) after a random time. The
 * file must always be one of the two models that are saved in turn, whole; and no more than one temporary file may
 * remain. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "expect.h"
#include "little_shop.h"

static char path[1000];

static void save_for_ever(thaw_model *const models[2])
{
    for (unsigned k = 0;; k++)
        if (thaw_model_save(models[k % 2], path) != THAW_OK) _exit(1);
}

static int files_in(const char *folder)
{
    int n = 0;
    DIR *d = opendir(folder);
    EXPECT(d);
    while (readdir(d)) n++;
    closedir(d);
    return n - 2; /* . and .. */
}

int main(int argc, char **argv)
{
    EXPECT(argc == 3);
    const int times = atoi(argv[1]);
    thaw_model *models[2] = {shop_model(NULL, 3, 0), shop_ranking(NULL, 8)};
    const uint64_t ids[2] = {model_id(models[0]), model_id(models[1])};
    int found[2] = {0, 0}, most = 0;
    snprintf(path, sizeof path, "%.900s/model.thaw", argv[2]);
    EXPECT(thaw_model_save(models[0], path) == THAW_OK);
    const int before = files_in(argv[2]);
    srand(1);
    for (int k = 0; k < times; k++) {
        const pid_t child = fork();
        EXPECT(child >= 0);
        if (child == 0) save_for_ever(models);
        const struct timespec pause = {0, rand() % 20000000}; /* up to 20 ms */
        nanosleep(&pause, NULL);
        EXPECT(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);

        thaw_model *loaded;
        EXPECT(thaw_model_load(&loaded, path, NULL) == THAW_OK);
        const uint64_t id = model_id(loaded);
        EXPECT(id == ids[0] || id == ids[1]);
        found[id == ids[1]]++;
        thaw_model_free(loaded);
        const int files = files_in(argv[2]) - before;
        if (files > most) most = files;
    }
    printf("%d kills: %d times the one model, %d times the other; at most %d temporary files\n", times, found[0],
           found[1], most);
    EXPECT(found[0] > 0 && found[1] > 0);
    EXPECT(most <= 1);
    for (int k = 0; k < 2; k++) thaw_model_free(models[k]);
    return 0;
}

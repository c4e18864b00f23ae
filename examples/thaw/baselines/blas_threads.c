/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "blas_threads.h"

#include <dlfcn.h>
#include <string.h>

/* A function of whatever libraries the process has, or NULL. ISO C has no cast from void * to it: copy the bits. */
static int find(void *function, const char *symbol)
{
    void *address = dlsym(RTLD_DEFAULT, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

void blas_set_threads(int n)
{
    static const char *const names[] = {"openblas_set_num_threads", "bli_thread_set_num_threads", "MKL_Set_Num_Threads"};
    void (*set)(int);
    if (find(&set, names[0])) set(n);
    else if (find(&set, names[2])) set(n);
    void (*set_long)(long); /* BLIS counts in its own dim_t */
    if (find(&set_long, names[1])) set_long(n);
}

int blas_takes_threads(void)
{
    int (*parallel)(void);
    return !find(&parallel, "openblas_get_parallel") || parallel() != 0;
}

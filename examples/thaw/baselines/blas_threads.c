/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* RTLD_DEFAULT */
#include "blas_threads.h"

#include <dlfcn.h>
#include <string.h>

/* Find a function in the loaded libraries: 1, or 0 if there is none. ISO C has no cast from void * to a function
 * pointer, so the bits are copied. */
static int find(void *function, const char *symbol)
{
    void *address = dlsym(RTLD_DEFAULT, symbol);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

void blas_set_threads(int n)
{
    void (*set)(int);
    if (find(&set, "openblas_set_num_threads")) set(n);
    else if (find(&set, "MKL_Set_Num_Threads")) set(n);
    void (*set_long)(long); /* BLIS takes a dim_t */
    if (find(&set_long, "bli_thread_set_num_threads")) set_long(n);
}

int blas_is_thread_safe(void)
{
    int (*parallel)(void);
    return !find(&parallel, "openblas_get_parallel") || parallel() != 0;
}

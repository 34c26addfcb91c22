// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include <stdlib.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

void ek_keep_memory(void) {
#if defined(__GLIBC__)
    // Training takes the same few megabytes again and again. By default glibc hands them back each time, and the kernel clears
    // every page anew: a tenth of the time of a small round (docs/decisions/002-blas.md). A choice of the user stays.
    if (getenv("MALLOC_TRIM_THRESHOLD_") || getenv("MALLOC_MMAP_THRESHOLD_") || getenv("GLIBC_TUNABLES")) return;
    mallopt(M_MMAP_THRESHOLD, 16 << 20);
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
#endif
}

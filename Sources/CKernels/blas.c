// SPDX-License-Identifier: Apache-2.0
// Chooses the matrix product once per process (docs/decisions/002-blas.md).
#include "CKernels.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The CBLAS interface, written down here so that no header has to be installed: 32-bit sizes, and these numbers for its names.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };
typedef void (*sgemm_function)(int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a,
                               int lda, const float *b, int ldb, float beta, float *c, int ldc);

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sgemm_function library_sgemm;
static char backend[64];

static void choose_core(void) {
    // OpenBLAS picks its kernels in a constructor, by a list of processors that ends with its release; an unknown one gets
    // the oldest kernels. So it is told here, before it is loaded; a choice of the user stays.
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        setenv("OPENBLAS_CORETYPE", "Haswell", 0);
#endif
    // One thread, whatever stands behind libblas: agents train side by side, no pool is started, and sums are made in one order.
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("BLIS_NUM_THREADS", "1", 1);
    setenv("MKL_NUM_THREADS", "1", 1);
}

static int try_library(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    sgemm_function sgemm = (sgemm_function)dlsym(library, "cblas_sgemm");
    char *(*corename)(void) = (char *(*)(void))dlsym(library, "openblas_get_corename");
    void (*set_threads)(int) = (void (*)(int))dlsym(library, "openblas_set_num_threads");
    int known = corename || dlsym(library, "bli_info_get_version_str") || dlsym(library, "MKL_Get_Version") ||
                dlsym(library, "ATL_buildinfo");
    // The reference BLAS (libblas3) has the same symbol and is slower than the built-in product.
    if (!sgemm || !known) {
        dlclose(library);
        return 0;
    }
    // When something else had loaded the library, the variables came too late: its kernels may be many times slower than ours.
    const char *asked = getenv("OPENBLAS_CORETYPE");
    if (corename && asked && strcasecmp(asked, corename()) != 0) {
        dlclose(library);
        return 0;
    }
    if (set_threads) set_threads(1);
    if (corename) snprintf(backend, sizeof backend, "OpenBLAS %s", corename());
    else snprintf(backend, sizeof backend, "%s", name);
    library_sgemm = sgemm;
    return 1;
}

static void choose(void) {
    // A process that multiplies matrices is one that trains or evaluates, over and over.
    ek_keep_memory();
    const char *wanted = getenv("ENGRAM_BLAS");
    if (!wanted || strcmp(wanted, "builtin") != 0) {
        choose_core();
        if (try_library("libopenblas.so.0") || try_library("libopenblas.so") || try_library("libblas.so.3")) return;
    }
    snprintf(backend, sizeof backend, "built-in %s", ek_builtin_name());
}

const char *ek_backend(void) {
    pthread_once(&once, choose);
    return backend;
}

void ek_sgemm(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
              const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    pthread_once(&once, choose);
    size_t limit = INT_MAX;
    if (library_sgemm && m <= limit && n <= limit && k <= limit && lda <= limit && ldb <= limit && ldc <= limit)
        library_sgemm(ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE, (int)m, (int)n,
                      (int)k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
    else
        ek_sgemm_builtin(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

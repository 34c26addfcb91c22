// SPDX-License-Identifier: Apache-2.0
// The built-in matrix product, used when no BLAS library is found and when ENGRAM_BLAS=builtin.
#include "CKernels.h"
#include <string.h>

#if defined(__x86_64__)
#define TAG(name) name##_avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define VW 16
#define MR 8
#define NV 2
#define DOT 4
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#include "gemm_tile.h"

#define TAG(name) name##_avx2
#define TARGET __attribute__((target("avx2,fma")))
#define VW 8
#define MR 6
#define NV 2
#define DOT 2
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#include "gemm_tile.h"

// Without an FMA instruction the fused form would be one library call per lane.
#define TAG(name) name##_portable
#define TARGET
#define VW 4
#define MR 4
#define NV 2
#define DOT 2
#define FMA(a, b, c) ((a) * (b) + (c))
#include "gemm_tile.h"
#else
#define TAG(name) name##_portable
#define TARGET
#define VW 4
#define MR 8
#define NV 2
#define DOT 4
#if defined(__aarch64__)
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif
#include "gemm_tile.h"
#endif

enum level { PORTABLE, AVX2, AVX512 };

static enum level level(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return AVX2;
#endif
    return PORTABLE;
}

const char *ek_builtin_name(void) {
    switch (level()) {
    case AVX512: return "avx512";
    case AVX2: return "avx2";
    default: return "portable";
    }
}

void ek_sgemm_builtin(int transpose_a, int transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
                      const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    if (transpose_b && transpose_a) {
        // Not used by any layer, so only correct.
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++) {
                float sum = 0;
                for (size_t p = 0; p < k; p++) sum += a[p * lda + i] * b[j * ldb + p];
                c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]);
            }
        return;
    }
    size_t row_a = transpose_a ? 1 : lda, col_a = transpose_a ? lda : 1;
    switch (level()) {
#if defined(__x86_64__)
    case AVX512:
        if (transpose_b) dot_gemm_avx512(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        else broadcast_gemm_avx512(m, n, k, alpha, a, row_a, col_a, b, ldb, beta, c, ldc);
        return;
    case AVX2:
        if (transpose_b) dot_gemm_avx2(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        else broadcast_gemm_avx2(m, n, k, alpha, a, row_a, col_a, b, ldb, beta, c, ldc);
        return;
#endif
    default:
        if (transpose_b) dot_gemm_portable(m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        else broadcast_gemm_portable(m, n, k, alpha, a, row_a, col_a, b, ldb, beta, c, ldc);
    }
}

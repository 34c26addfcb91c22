// SPDX-License-Identifier: Apache-2.0
// Included once per instruction set by gemm.c, with: TAG(name), TARGET, VW (floats in a vector), MR and NV (rows and vectors of
// a tile), DOT (columns of a tile of dot products), FMA(a, b, c).
//
// Nothing is packed: the products of a training step have a short side (a batch or a layer of some hundred units), so the
// operands stay in the second-level cache and packing would cost more than it saves.

typedef float TAG(vec) __attribute__((vector_size(VW * 4), aligned(4)));

// C tile [mr, nv*VW] = alpha * sum over p of A(i,p) B(p,:) + beta C, where A is read with any strides and B by rows.
// `tail` > 0: only that many columns of the single vector exist.
TARGET __attribute__((always_inline)) static inline void TAG(broadcast_tile)(
    const int mr, const int nv, const size_t tail, size_t k, float alpha, const float *a, size_t row_a, size_t col_a,
    const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    TAG(vec) sum[MR][NV];
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++)
        for (int v = 0; v < nv; v++) sum[i][v] = (TAG(vec)){0};
    for (size_t p = 0; p < k; p++, a += col_a, b += ldb) {
        TAG(vec) right[NV];
        if (tail) {
            float padded[VW] = {0};
            for (size_t j = 0; j < tail; j++) padded[j] = b[j];
            right[0] = *(const TAG(vec) *)padded;
        } else
            for (int v = 0; v < nv; v++) right[v] = *(const TAG(vec) *)(b + v * VW);
#pragma clang loop unroll(full)
        for (int i = 0; i < mr; i++) {
            TAG(vec) left = (TAG(vec)){0} + a[i * row_a];
            for (int v = 0; v < nv; v++) sum[i][v] = FMA(left, right[v], sum[i][v]);
        }
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++)
        for (int v = 0; v < nv; v++) {
            TAG(vec) out = sum[i][v] * alpha;
            float *to = c + i * ldc + v * VW;
            if (tail) {
                for (size_t j = 0; j < tail; j++) to[j] = beta == 0 ? out[j] : out[j] + beta * to[j];
            } else
                *(TAG(vec) *)to = beta == 0 ? out : out + beta * *(const TAG(vec) *)to;
        }
}

// One column panel of `nv` vectors (or a tail) for all rows: tiles of MR rows, then of 4, 2 and 1 for the rest.
TARGET __attribute__((always_inline)) static inline void TAG(broadcast_panel)(
    const int nv, const size_t tail, size_t m, size_t k, float alpha, const float *a, size_t row_a, size_t col_a, const float *b,
    size_t ldb, float beta, float *c, size_t ldc) {
    size_t i = 0;
    for (; i + MR <= m; i += MR)
        TAG(broadcast_tile)(MR, nv, tail, k, alpha, a + i * row_a, row_a, col_a, b, ldb, beta, c + i * ldc, ldc);
    if (MR > 4 && i + 4 <= m) {
        TAG(broadcast_tile)(4, nv, tail, k, alpha, a + i * row_a, row_a, col_a, b, ldb, beta, c + i * ldc, ldc);
        i += 4;
    }
    if (i + 2 <= m) {
        TAG(broadcast_tile)(2, nv, tail, k, alpha, a + i * row_a, row_a, col_a, b, ldb, beta, c + i * ldc, ldc);
        i += 2;
    }
    if (i < m) TAG(broadcast_tile)(1, nv, tail, k, alpha, a + i * row_a, row_a, col_a, b, ldb, beta, c + i * ldc, ldc);
}

TARGET static void TAG(broadcast_gemm)(size_t m, size_t n, size_t k, float alpha, const float *a, size_t row_a, size_t col_a,
                                       const float *b, size_t ldb, float beta, float *c, size_t ldc) {
    size_t j = 0;
    for (; j + NV * VW <= n; j += NV * VW)
        TAG(broadcast_panel)(NV, 0, m, k, alpha, a, row_a, col_a, b + j, ldb, beta, c + j, ldc);
    for (; j + VW <= n; j += VW) TAG(broadcast_panel)(1, 0, m, k, alpha, a, row_a, col_a, b + j, ldb, beta, c + j, ldc);
    if (j < n) TAG(broadcast_panel)(1, n - j, m, k, alpha, a, row_a, col_a, b + j, ldb, beta, c + j, ldc);
}

// C tile [mr, nr] of A B^T: both operands run along k, so whole vectors of both are multiplied and summed at the end.
TARGET __attribute__((always_inline)) static inline void TAG(dot_tile)(const int mr, const int nr, size_t k, float alpha,
                                                                       const float *a, size_t lda, const float *b, size_t ldb,
                                                                       float beta, float *c, size_t ldc) {
    TAG(vec) sum[4][DOT];
    float rest[4][DOT];
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++)
        for (int j = 0; j < nr; j++) {
            sum[i][j] = (TAG(vec)){0};
            rest[i][j] = 0;
        }
    size_t p = 0;
    for (; p + VW <= k; p += VW) {
        TAG(vec) right[DOT];
#pragma clang loop unroll(full)
        for (int j = 0; j < nr; j++) right[j] = *(const TAG(vec) *)(b + j * ldb + p);
#pragma clang loop unroll(full)
        for (int i = 0; i < mr; i++) {
            TAG(vec) left = *(const TAG(vec) *)(a + i * lda + p);
            for (int j = 0; j < nr; j++) sum[i][j] = FMA(left, right[j], sum[i][j]);
        }
    }
    for (; p < k; p++)
        for (int i = 0; i < mr; i++)
            for (int j = 0; j < nr; j++) rest[i][j] += a[i * lda + p] * b[j * ldb + p];
#pragma clang loop unroll(full)
    for (int i = 0; i < mr; i++)
        for (int j = 0; j < nr; j++) {
            float lanes[VW];
            memcpy(lanes, &sum[i][j], sizeof lanes);
            for (int half = VW / 2; half; half /= 2)
                for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
            float *to = c + i * ldc + j, out = alpha * (lanes[0] + rest[i][j]);
            *to = beta == 0 ? out : out + beta * *to;
        }
}

TARGET static void TAG(dot_gemm)(size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda, const float *b,
                                 size_t ldb, float beta, float *c, size_t ldc) {
    for (size_t j = 0; j < n;) {
        int wide = n - j >= DOT;
        for (size_t i = 0; i < m;) {
            int tall = m - i >= 4;
            const float *ai = a + i * lda, *bj = b + j * ldb;
            float *cij = c + i * ldc + j;
            if (tall && wide) TAG(dot_tile)(4, DOT, k, alpha, ai, lda, bj, ldb, beta, cij, ldc);
            else if (tall) TAG(dot_tile)(4, 1, k, alpha, ai, lda, bj, ldb, beta, cij, ldc);
            else if (wide) TAG(dot_tile)(1, DOT, k, alpha, ai, lda, bj, ldb, beta, cij, ldc);
            else TAG(dot_tile)(1, 1, k, alpha, ai, lda, bj, ldb, beta, cij, ldc);
            i += tall ? 4 : 1;
        }
        j += wide ? DOT : 1;
    }
}
#undef TAG
#undef TARGET
#undef VW
#undef MR
#undef NV
#undef DOT
#undef FMA

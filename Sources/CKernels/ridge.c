// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include <math.h>

CLONES static void rank_one(size_t n, double a, const float *restrict x, double *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] += a * (double)x[i];
}

void ek_gram(size_t rows, size_t d, size_t k, const float *x, const float *y, double *gram, double *cross) {
    size_t n = d + 1;
    for (size_t r = 0; r < rows; r++, x += d, y += k) {
        for (size_t i = 0; i < d; i++) {
            rank_one(d - i, x[i], x + i, gram + i * n + i);
            gram[i * n + d] += x[i];
            rank_one(k, x[i], y, cross + i * k);
        }
        gram[d * n + d] += 1;
        rank_one(k, 1, y, cross + d * k);
    }
}

CLONES static void subtract_scaled(size_t n, double a, const double *restrict x, double *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] -= a * x[i];
}

int ek_cholesky_solve(size_t n, size_t k, double *a, double *b) {
    // A = U^T U, row by row, so that every inner loop runs along a row.
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n;
        double pivot = row[i];
        if (!(pivot > 0) || isinf(pivot)) return 0;
        double inverse = 1 / sqrt(pivot);
        for (size_t j = i; j < n; j++) row[j] *= inverse;
        for (size_t j = i + 1; j < n; j++) subtract_scaled(n - j, row[j], row + j, a + j * n + j);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < k; c++) b[i * k + c] /= a[i * n + i];
        for (size_t j = i + 1; j < n; j++) subtract_scaled(k, a[i * n + j], b + i * k, b + j * k);
    }
    for (size_t i = n; i-- > 0;) {
        for (size_t j = i + 1; j < n; j++) subtract_scaled(k, a[i * n + j], b + j * k, b + i * k);
        for (size_t c = 0; c < k; c++) b[i * k + c] /= a[i * n + i];
    }
    return 1;
}

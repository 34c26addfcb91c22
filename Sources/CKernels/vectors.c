// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include <string.h>

enum { LANES = 16 };

CLONES void ek_axpy(size_t n, float a, const float *restrict x, float *restrict y) {
    for (size_t i = 0; i < n; i++) y[i] += a * x[i];
}

CLONES void ek_scale(size_t n, float a, float *x) {
    for (size_t i = 0; i < n; i++) x[i] *= a;
}

CLONES double ek_dot(size_t n, const float *x, const float *y) {
    double lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int j = 0; j < LANES; j++) lane[j] += (double)x[i + j] * (double)y[i + j];
    double sum = 0;
    for (; i < n; i++) sum += (double)x[i] * (double)y[i];
    for (int j = 0; j < LANES; j++) sum += lane[j];
    return sum;
}

CLONES void ek_subtract(size_t n, const float *a, const float *b, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = a[i] - b[i];
}

CLONES int ek_is_finite(size_t n, const float *x) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, 4);
        bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return bad == 0;
}

CLONES void ek_accumulate(size_t n, const float *restrict x, double weight, double *restrict sum) {
    for (size_t i = 0; i < n; i++) sum[i] += weight * (double)x[i];
}

CLONES void ek_narrow(size_t n, const double *restrict x, double factor, float *restrict out) {
    for (size_t i = 0; i < n; i++) out[i] = (float)(factor * x[i]);
}

// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include <math.h>
#include <string.h>

enum { BLOCK = 64 };

CLONES void ek_affine(size_t rows, size_t d, const float *restrict x, const float *restrict weight, const float *restrict bias,
                      int relu, float *restrict out) {
    for (size_t r = 0; r < rows; r++, x += d, out += d) {
        if (relu)
            for (size_t i = 0; i < d; i++) {
                float v = x[i] * weight[i] + bias[i];
                // A NaN stays one, as in ek_bias.
                out[i] = v < 0 ? 0 : v;
            }
        else
            for (size_t i = 0; i < d; i++) out[i] = x[i] * weight[i] + bias[i];
    }
}

CLONES void ek_scale_columns(size_t rows, size_t d, const float *restrict weight, float *restrict x) {
    for (size_t r = 0; r < rows; r++, x += d)
        for (size_t i = 0; i < d; i++) x[i] *= weight[i];
}

CLONES void ek_affine_back(size_t out, size_t d, const float *restrict w, const float *restrict weight,
                           const float *restrict bias, const float *restrict dbias, float *restrict dw, float *restrict dscale,
                           float *restrict dshift) {
    memset(dscale, 0, d * sizeof(float));
    memset(dshift, 0, d * sizeof(float));
    for (size_t o = 0; o < out; o++, w += d, dw += d)
        for (size_t i = 0; i < d; i++) {
            float g = dw[i];
            dscale[i] += w[i] * g;
            dshift[i] += w[i] * dbias[o];
            dw[i] = weight[i] * g + bias[i] * dbias[o];
        }
}

CLONES void ek_column_dots(size_t rows, size_t d, const float *restrict g, const float *restrict x, float *restrict out) {
    memset(out, 0, d * sizeof(float));
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < d; i++) out[i] += g[r * d + i] * x[r * d + i];
}

CLONES void ek_column_moments(size_t rows, size_t d, const float *restrict z, float *restrict mean, float *restrict variance) {
    // A block of columns at a time, so that the float64 sums need no memory of the caller.
    for (size_t start = 0; start < d; start += BLOCK) {
        size_t n = d - start < BLOCK ? d - start : BLOCK;
        double sum[BLOCK] = {0}, square[BLOCK] = {0};
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < n; i++) sum[i] += (double)z[r * d + start + i];
        for (size_t i = 0; i < n; i++) sum[i] /= (double)rows;
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < n; i++) {
                double error = (double)z[r * d + start + i] - sum[i];
                square[i] += error * error;
            }
        for (size_t i = 0; i < n; i++) {
            mean[start + i] = (float)sum[i];
            variance[start + i] = (float)(square[i] / (double)rows);
        }
    }
}

CLONES void ek_standardise(size_t rows, size_t d, const float *restrict mean, const float *restrict variance, float epsilon,
                           float *restrict inverse, float *restrict z) {
    for (size_t i = 0; i < d; i++) inverse[i] = 1 / sqrtf((variance[i] < 0 ? 0 : variance[i]) + epsilon);
    for (size_t r = 0; r < rows; r++, z += d)
        for (size_t i = 0; i < d; i++) z[i] = (z[i] - mean[i]) * inverse[i];
}

CLONES void ek_standardise_back(size_t rows, size_t d, const float *restrict weight, const float *restrict inverse,
                                const float *restrict normalised, const float *restrict dweight, const float *restrict dbias,
                                float share, float *restrict g) {
    for (size_t r = 0; r < rows; r++, g += d, normalised += d)
        for (size_t i = 0; i < d; i++)
            g[i] = weight[i] * inverse[i] * (g[i] - share * (dbias[i] + normalised[i] * dweight[i]));
}

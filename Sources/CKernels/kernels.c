// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include <math.h>
#include <string.h>

CLONES void ek_bias(size_t rows, size_t d, const float *restrict bias, int relu, float *restrict z) {
    for (size_t r = 0; r < rows; r++, z += d) {
        if (relu)
            for (size_t i = 0; i < d; i++) {
                float v = z[i] + bias[i];
                // Written so that a NaN stays one: a diverging run must show as such, not as zeros.
                z[i] = v < 0 ? 0 : v;
            }
        else
            for (size_t i = 0; i < d; i++) z[i] += bias[i];
    }
}

CLONES void ek_relu_mask(size_t n, const float *restrict activation, float *restrict gradient) {
    for (size_t i = 0; i < n; i++) gradient[i] = activation[i] > 0 ? gradient[i] : 0;
}

CLONES void ek_column_sums(size_t rows, size_t d, const float *restrict g, float *restrict out) {
    memset(out, 0, d * sizeof(float));
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < d; i++) out[i] += g[r * d + i];
}

double ek_softmax_loss(size_t rows, size_t classes, float scale, const int32_t *label, float *z) {
    double loss = 0;
    for (size_t r = 0; r < rows; r++, z += classes) {
        float top = z[0], sum = 0;
        for (size_t c = 1; c < classes; c++) top = z[c] > top ? z[c] : top;
        float wanted = z[label[r]] - top;
        for (size_t c = 0; c < classes; c++) {
            z[c] = expf(z[c] - top);
            sum += z[c];
        }
        loss += log((double)sum) - (double)wanted;
        float factor = scale / sum;
        for (size_t c = 0; c < classes; c++) z[c] *= factor;
        z[label[r]] -= scale;
    }
    return loss;
}

double ek_squared_loss(size_t rows, float scale, const float *target, float *z) {
    double loss = 0;
    for (size_t r = 0; r < rows; r++) {
        float error = z[r] - target[r];
        loss += 0.5 * (double)error * (double)error;
        z[r] = error * scale;
    }
    return loss;
}

double ek_logistic_loss(size_t rows, float scale, const int32_t *label, float *z) {
    double loss = 0;
    for (size_t r = 0; r < rows; r++) {
        double v = z[r];
        // log(1 + e^v) - y v, without overflow for large |v|.
        loss += (v > 0 ? v : 0) + log1p(exp(-fabs(v))) - (label[r] ? v : 0);
        z[r] = (float)(1 / (1 + exp(-v)) - (label[r] ? 1 : 0)) * scale;
    }
    return loss;
}

void ek_argmax(size_t rows, size_t d, const float *z, int32_t *out) {
    for (size_t r = 0; r < rows; r++, z += d) {
        int32_t best = 0;
        for (size_t c = 1; c < d; c++)
            if (z[c] > z[best]) best = (int32_t)c;
        out[r] = best;
    }
}

// Compiled once for each set of terms that are there.
__attribute__((always_inline)) static inline void sgd_loop(const int moves, const int pulls, const int corrects, size_t n,
                                                           float *restrict w, const float *restrict g, float *restrict velocity,
                                                           const float *restrict anchor, const float *restrict correction,
                                                           float rate, float momentum, float decay, float pull) {
    for (size_t i = 0; i < n; i++) {
        float v = g[i] + decay * w[i];
        if (pulls) v += pull * (w[i] - anchor[i]);
        if (corrects) v += correction[i];
        if (moves) velocity[i] = v = momentum * velocity[i] + v;
        w[i] -= rate * v;
    }
}

CLONES void ek_sgd(size_t n, float *restrict w, const float *restrict g, float *restrict velocity, const float *restrict anchor,
                   const float *restrict correction, float rate, float momentum, float decay, float pull) {
#define LOOP(moves, pulls, corrects) \
    sgd_loop(moves, pulls, corrects, n, w, g, velocity, anchor, correction, rate, momentum, decay, pull)
    switch ((velocity ? 4 : 0) + (anchor ? 2 : 0) + (correction ? 1 : 0)) {
    case 0: LOOP(0, 0, 0); break;
    case 1: LOOP(0, 0, 1); break;
    case 2: LOOP(0, 1, 0); break;
    case 3: LOOP(0, 1, 1); break;
    case 4: LOOP(1, 0, 0); break;
    case 5: LOOP(1, 0, 1); break;
    case 6: LOOP(1, 1, 0); break;
    default: LOOP(1, 1, 1);
    }
#undef LOOP
}

// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include "splitmix.h"
#include <string.h>

CLONES static void butterflies(size_t size, float *restrict w) {
    for (size_t half = 1; half < size; half *= 2) {
        if (half >= 16) {
            for (size_t base = 0; base < size; base += 2 * half) {
                float *lo = w + base, *hi = lo + half;
#pragma clang loop vectorize(assume_safety)
                for (size_t j = 0; j < half; j++) {
                    float a = lo[j], b = hi[j];
                    lo[j] = a + b;
                    hi[j] = a - b;
                }
            }
        } else {
            for (size_t base = 0; base < size; base += 2 * half)
                for (size_t j = base; j < base + half; j++) {
                    float a = w[j], b = w[j + half];
                    w[j] = a + b;
                    w[j + half] = a - b;
                }
        }
    }
}

void ek_signed_hadamard(size_t n, const float *x, uint64_t seed, size_t size, float *work) {
    for (size_t i = 0; i < n; i += 64) {
        uint64_t signs = splitmix(seed + (i >> 6) * 0xd1342543de82ef95u);
        size_t end = n - i < 64 ? n - i : 64;
        for (size_t j = 0; j < end; j++) {
            uint32_t bits;
            memcpy(&bits, x + i + j, 4);
            bits ^= (uint32_t)((signs >> j) & 1u) << 31;
            memcpy(work + i + j, &bits, 4);
        }
    }
    memset(work + n, 0, (size - n) * sizeof(float));
    butterflies(size, work);
}

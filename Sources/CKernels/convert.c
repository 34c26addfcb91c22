// SPDX-License-Identifier: Apache-2.0
#include "CKernels.h"
#include "clones.h"
#include <string.h>

// IEEE 754 binary16, by integer arithmetic so that every processor gives the same bits.
CLONES void ek_half_to_float(size_t n, const uint8_t *src, float *dst) {
    for (size_t i = 0; i < n; i++) {
        uint16_t h;
        memcpy(&h, src + 2 * i, 2);
        uint32_t sign = (uint32_t)(h & 0x8000u) << 16, rest = h & 0x7fffu, bits;
        // Shifts the exponent by multiplying: exact for subnormals too. Infinity and NaN keep their payload.
        uint32_t shifted = rest << 13;
        float value;
        memcpy(&value, &shifted, 4);
        value *= 0x1p112f;
        memcpy(&bits, &value, 4);
        if (rest >= 0x7c00u) bits = shifted | 0x7f800000u;
        bits |= sign;
        memcpy(dst + i, &bits, 4);
    }
}

CLONES void ek_float_to_half(size_t n, const float *src, uint8_t *dst) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits, half;
        memcpy(&bits, src + i, 4);
        uint32_t sign = (bits >> 16) & 0x8000u, a = bits & 0x7fffffffu;
        // Subnormal halves: adding 0.5 aligns the last bit of the sum with the last bit of the half and rounds to even.
        float magnitude;
        memcpy(&magnitude, &a, 4);
        float aligned = magnitude + 0.5f;
        uint32_t small;
        memcpy(&small, &aligned, 4);
        small -= 0x3f000000u;
        uint32_t normal = (a - 0x38000000u + 0xfffu + ((a >> 13) & 1u)) >> 13;
        half = a < 0x38800000u ? small : normal;
        if (a >= 0x47800000u) half = 0x7c00u;
        if (a > 0x7f800000u) half = 0x7e00u;
        uint16_t h = (uint16_t)(half | sign);
        memcpy(dst + 2 * i, &h, 2);
    }
}

CLONES void ek_bytes_to_float(size_t n, const uint8_t *restrict src, float scale, float offset, float *restrict dst) {
    for (size_t i = 0; i < n; i++) dst[i] = (float)src[i] * scale + offset;
}

void ek_gather_float(size_t rows, size_t d, const ptrdiff_t *row, const float *src, float *dst) {
    for (size_t r = 0; r < rows; r++) memcpy(dst + r * d, src + (size_t)row[r] * d, d * sizeof(float));
}

void ek_gather_bytes(size_t rows, size_t d, const ptrdiff_t *row, const uint8_t *src, float scale, float offset, float *dst) {
    for (size_t r = 0; r < rows; r++) ek_bytes_to_float(d, src + (size_t)row[r] * d, scale, offset, dst + r * d);
}

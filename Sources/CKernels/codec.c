// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <math.h>
#include <stdlib.h>

#include "codec_bits.h"

// Radix selection in two steps, 16 then 15 bits: exact and linear, unlike sampling or a heap.
int engram_codec_top_k(const float *values, size_t n, size_t k, uint32_t *indices) {
    if (k == 0) return 0;
    if (k > n) return -1;
    uint32_t *high = calloc(1u << 16, sizeof *high);
    uint32_t *low = calloc(1u << 15, sizeof *low);
    if (!high || !low) {
        free(high);
        free(low);
        return -1;
    }
    for (size_t i = 0; i < n; i++) high[magnitude(values[i]) >> 15]++;
    size_t above = 0;
    uint32_t top = (1u << 16) - 1;
    while (above + high[top] < k) above += high[top--];
    for (size_t i = 0; i < n; i++) {
        uint32_t key = magnitude(values[i]);
        if (key >> 15 == top) low[key & 0x7fffu]++;
    }
    uint32_t rest = (1u << 15) - 1;
    while (above + low[rest] < k) above += low[rest--];
    free(high);
    free(low);

    const uint32_t threshold = top << 15 | rest;
    size_t ties = k - above, found = 0;
    for (size_t i = 0; i < n && found < k; i++) {
        uint32_t key = magnitude(values[i]);
        if (key < threshold) continue;
        if (key == threshold) {
            if (ties == 0) continue;
            ties--;
        }
        indices[found++] = (uint32_t)i;
    }
    return 0;
}

void engram_codec_gather(const float *values, const uint32_t *indices, size_t k, float *kept) {
    for (size_t i = 0; i < k; i++) kept[i] = values[indices[i]];
}

void engram_codec_scatter(const float *kept, const uint32_t *indices, size_t k, float *values) {
    for (size_t i = 0; i < k; i++) values[indices[i]] = kept[i];
}

size_t engram_codec_put_indices(const uint32_t *indices, size_t k, uint8_t *bytes) {
    size_t size = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < k; i++) {
        uint32_t gap = indices[i] - next;
        next = indices[i] + 1;
        while (gap >= 0x80) {
            bytes[size++] = (uint8_t)(gap | 0x80);
            gap >>= 7;
        }
        bytes[size++] = (uint8_t)gap;
    }
    return size;
}

int engram_codec_get_indices(const uint8_t *bytes, size_t size, size_t k, size_t count, uint32_t *indices) {
    size_t at = 0;
    uint64_t next = 0;
    for (size_t i = 0; i < k; i++) {
        uint64_t gap = 0;
        unsigned shift = 0;
        for (;;) {
            if (at == size || shift > 28) return -1;
            uint8_t byte = bytes[at++];
            gap |= (uint64_t)(byte & 0x7f) << shift;
            shift += 7;
            if (byte & 0x80) continue;
            if (byte == 0 && shift > 7) return -1;  // a shorter spelling exists
            break;
        }
        next += gap;
        if (next >= count) return -1;
        indices[i] = (uint32_t)next++;
    }
    return at == size ? 0 : -1;
}

void engram_codec_put_float32(const float *values, size_t n, uint8_t *planes) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = bits_of(values[i]);
        planes[i] = (uint8_t)(bits >> 24);
        planes[n + i] = (uint8_t)(bits >> 16);
        planes[2 * n + i] = (uint8_t)(bits >> 8);
        planes[3 * n + i] = (uint8_t)bits;
    }
}

int engram_codec_get_float32(const uint8_t *planes, size_t n, float *values) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t high = (uint32_t)planes[i] << 8 | planes[n + i], low = (uint32_t)planes[2 * n + i] << 8 | planes[3 * n + i];
        uint32_t bits = high << 16 | low;
        bad |= (bits & NOT_FINITE) == NOT_FINITE;
        values[i] = float_of(bits);
    }
    return bad ? ENGRAM_CODEC_NOT_FINITE : 0;
}

// Round to nearest, ties to even. Finite values stay finite (65504 is the largest); infinities and NaN stay what they
// are, so that the receiver can refuse them.
static inline uint16_t half_of(float value) {
    uint32_t bits = bits_of(value), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
    uint32_t small = bits_of(float_of(size) + 0.5f) - 0x3f000000u;  // below 2^-14 the adder rounds to multiples of 2^-24
    uint32_t normal = (size + 0xc8000fffu + (size >> 13 & 1u)) >> 13;
    uint32_t half = size < 0x38800000u ? small : normal;
    half = size >= 0x477fe000u ? 0x7bffu : half;
    half = size == NOT_FINITE ? 0x7c00u : half;
    half = size > NOT_FINITE ? 0x7e00u : half;
    return (uint16_t)(half | sign);
}

static inline float float_of_half(uint32_t half) {
    uint32_t size = half & 0x7fffu, sign = (half & 0x8000u) << 16;
    uint32_t normal = (size << 13) + (112u << 23);
    uint32_t small = bits_of((float)size * 0x1p-24f);
    uint32_t bits = size < 0x0400u ? small : normal;
    bits = size >= 0x7c00u ? bits + (112u << 23) : bits;
    return float_of(bits | sign);
}

void engram_codec_put_float16(const float *values, size_t n, uint8_t *planes) {
    for (size_t i = 0; i < n; i++) {
        uint16_t half = half_of(values[i]);
        planes[i] = (uint8_t)(half >> 8);
        planes[n + i] = (uint8_t)half;
    }
}

int engram_codec_get_float16(const uint8_t *planes, size_t n, float *values) {
    uint32_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t half = (uint32_t)planes[i] << 8 | planes[n + i];
        bad |= (half & 0x7c00u) == 0x7c00u;
        values[i] = float_of_half(half);
    }
    return bad ? ENGRAM_CODEC_NOT_FINITE : 0;
}

// Adding and taking away 1.5 * 2^23 rounds to an integer, ties to even, in the processor's default mode.
static inline float nearest(float value) {
    const float magic = 12582912.0f;
    return (value + magic) - magic;
}

void engram_codec_put_int8(const float *values, size_t n, uint8_t *bytes) {
    size_t blocks = n / ENGRAM_CODEC_BLOCK + (n % ENGRAM_CODEC_BLOCK != 0);
    int8_t *quanta = (int8_t *)(bytes + 4 * blocks);
    for (size_t block = 0; block < blocks; block++) {
        size_t start = block * ENGRAM_CODEC_BLOCK;
        size_t count = n - start < ENGRAM_CODEC_BLOCK ? n - start : ENGRAM_CODEC_BLOCK;
        uint32_t largest = 0;
        for (size_t i = 0; i < count; i++) {
            uint32_t size = magnitude(values[start + i]);
            largest = size > largest ? size : largest;
        }
        // NaN and infinity end up in the scale, where the receiver refuses them.
        float scale = float_of(largest) / 127.0f;
        if (largest < NOT_FINITE && !isfinite(scale * 127.0f)) scale = nextafterf(scale, 0.0f);
        put_u32(bytes + 4 * block, bits_of(scale));
        if (!isfinite(scale) || scale == 0.0f) {
            memset(quanta + start, 0, count);
            continue;
        }
        for (size_t i = 0; i < count; i++) {
            float quantum = values[start + i] / scale;
            quantum = quantum > 127.0f ? 127.0f : quantum;
            quantum = quantum < -127.0f ? -127.0f : quantum;
            quanta[start + i] = (int8_t)nearest(quantum);
        }
    }
}

int engram_codec_get_int8(const uint8_t *bytes, size_t n, float *values) {
    size_t blocks = n / ENGRAM_CODEC_BLOCK + (n % ENGRAM_CODEC_BLOCK != 0);
    const int8_t *quanta = (const int8_t *)(bytes + 4 * blocks);
    int bad = 0;
    for (size_t block = 0; block < blocks; block++) {
        size_t start = block * ENGRAM_CODEC_BLOCK;
        size_t count = n - start < ENGRAM_CODEC_BLOCK ? n - start : ENGRAM_CODEC_BLOCK;
        float scale = float_of(get_u32(bytes + 4 * block));
        if (!isfinite(scale * 127.0f)) return ENGRAM_CODEC_NOT_FINITE;
        if (signbit(scale)) return ENGRAM_CODEC_MALFORMED;
        for (size_t i = 0; i < count; i++) {
            bad |= quanta[start + i] == -128;
            values[start + i] = (float)quanta[start + i] * scale;
        }
    }
    return bad ? ENGRAM_CODEC_MALFORMED : 0;
}

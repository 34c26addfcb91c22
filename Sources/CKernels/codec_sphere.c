// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <float.h>
#include <math.h>

#include "clones.h"
#include "codec_bits.h"
#include "splitmix.h"

enum { LARGEST_LENGTH = 0x7f7, TOP_STEP = 255 };

// Sums of eight bytes less their mean: near enough to normal for directions, and whole numbers, so the same everywhere.
static double bell(uint64_t word) {
    int sum = -1020;
    for (; word; word >>= 8) sum += (int)(word & 0xff);
    return sum;
}

void engram_codec_sphere(uint32_t segment, uint32_t directions, float *book) {
    double basis[ENGRAM_CODEC_SEGMENT][ENGRAM_CODEC_SEGMENT];
    uint64_t word = 0;
    for (uint32_t made = 0; made < directions; made++) {
        const uint32_t row = made % segment;
        double *x = basis[row], before = 0, after = 0;
        do {
            before = after = 0;
            for (uint32_t j = 0; j < segment; j++) {
                x[j] = bell(splitmix_word(segment, word++));
                before += x[j] * x[j];
            }
            // Gram and Schmidt, modified. What lies almost in the span of the others is drawn again.
            for (uint32_t other = 0; other < row; other++) {
                double along = 0;
                for (uint32_t j = 0; j < segment; j++) along += x[j] * basis[other][j];
                for (uint32_t j = 0; j < segment; j++) x[j] -= along * basis[other][j];
            }
            for (uint32_t j = 0; j < segment; j++) after += x[j] * x[j];
        } while (!(after > 1e-6 * before));
        const double length = sqrt(after);
        for (uint32_t j = 0; j < segment; j++) {
            x[j] /= length;
            book[j * directions + made] = (float)x[j];
        }
    }
}

// The direction of largest |<x, direction>|, the first of equals; `scores` has room for one number each.
CLONES static uint32_t nearest(uint32_t segment, uint32_t directions, const float *book, const float *x, float *scores) {
    for (uint32_t c = 0; c < directions; c++) scores[c] = x[0] * book[c];
    for (uint32_t j = 1; j < segment; j++) {
        const float *row = book + (size_t)j * directions;
        for (uint32_t c = 0; c < directions; c++) scores[c] += x[j] * row[c];
    }
    uint32_t largest = 0, best = 0;
    for (uint32_t c = 0; c < directions; c++) {
        uint32_t size = magnitude(scores[c]);
        largest = size > largest ? size : largest;
    }
    while (magnitude(scores[best]) != largest) best++;
    return best;
}

// The upper 11 bits behind the sign of a length, rounded to nearest, ties to even: 8 of exponent, 3 of fraction.
static uint32_t length_code(float length) {
    const uint32_t bits = bits_of(length);
    if (bits >= NOT_FINITE) return NOT_FINITE >> 20;
    const uint32_t code = (bits + 0x7ffffu + (bits >> 20 & 1u)) >> 20;
    return code > LARGEST_LENGTH ? LARGEST_LENGTH : code;
}

void engram_codec_put_hsq(const float *values, size_t n, uint32_t segment, uint32_t bits, const float *book, float *lengths,
                          uint8_t *bytes) {
    const uint32_t directions = 1u << (bits - 1);
    const size_t segments = n / segment + (n % segment != 0);
    bit_writer out = {.at = bytes + 2 + segments};
    float x[ENGRAM_CODEC_SEGMENT], scores[ENGRAM_CODEC_DIRECTIONS];
    uint32_t top = 0;
    for (size_t s = 0; s < segments; s++) {
        const size_t start = s * segment;
        const uint32_t count = n - start < segment ? (uint32_t)(n - start) : segment;
        uint32_t largest = 0;
        for (uint32_t j = 0; j < count; j++) {
            uint32_t size = magnitude(values[start + j]);
            largest = size > largest ? size : largest;
        }
        uint32_t id = 0;
        lengths[s] = float_of(largest < NOT_FINITE ? 0 : NOT_FINITE);
        if (largest > 0 && largest < NOT_FINITE) {
            // Divided by the largest, so that no sum overflows.
            for (uint32_t j = 0; j < segment; j++) x[j] = j < count ? values[start + j] / float_of(largest) : 0;
            const uint32_t best = nearest(segment, directions, book, x, scores);
            id = 2 * best + (bits_of(scores[best]) >> 31);
            const float length = float_of(magnitude(scores[best])) * float_of(largest);
            lengths[s] = length < FLT_MAX ? length : FLT_MAX;
        }
        put_code(&out, id, bits);
        const uint32_t code = length_code(lengths[s]);
        top = code > top ? code : top;
    }
    finish_codes(&out);
    if (n == 0) return;
    bytes[0] = (uint8_t)(top >> 8);
    bytes[1] = (uint8_t)top;
    for (size_t s = 0; s < segments; s++) {
        const uint32_t code = length_code(lengths[s]);
        bytes[2 + s] = code > 0 && code + TOP_STEP > top ? (uint8_t)(code + TOP_STEP - top) : 0;
    }
}

int engram_codec_get_hsq(const uint8_t *bytes, size_t size, size_t n, uint32_t segment, uint32_t bits, const float *book,
                         float *values) {
    if (n == 0) return 0;
    const uint32_t directions = 1u << (bits - 1), top = (uint32_t)bytes[0] << 8 | bytes[1];
    if (top > LARGEST_LENGTH) return top >> 11 ? ENGRAM_CODEC_MALFORMED : ENGRAM_CODEC_NOT_FINITE;
    const size_t segments = n / segment + (n % segment != 0);
    bit_reader in = {.at = bytes + 2 + segments, .end = bytes + size};
    for (size_t s = 0; s < segments; s++) {
        const size_t start = s * segment;
        const uint32_t count = n - start < segment ? (uint32_t)(n - start) : segment;
        const uint32_t id = get_code(&in, bits), code = bytes[2 + s];
        if (code > 0 && code + top <= TOP_STEP) return ENGRAM_CODEC_MALFORMED;
        if (code == 0) {
            memset(values + start, 0, count * sizeof *values);
            continue;
        }
        float length = float_of((code + top - TOP_STEP) << 20);
        if (id & 1) length = -length;
        const float *direction = book + (id >> 1);
        for (uint32_t j = 0; j < count; j++) values[start + j] = length * direction[(size_t)j * directions];
    }
    return codes_are_over(&in) ? 0 : ENGRAM_CODEC_MALFORMED;
}

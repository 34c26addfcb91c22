// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <math.h>

#include "CKernels.h"
#include "clones.h"
#include "codec_bits.h"
#include "splitmix.h"

// Selection sampling (Fan, Muller & Rezucha 1962; Knuth, 3.4.2, algorithm S): ascending without a sort.
void engram_codec_choose(uint64_t seed, size_t n, size_t k, uint32_t *indices) {
    size_t found = 0;
    for (size_t i = 0; found < k; i++) {
        uint64_t draw = (uint64_t)(((unsigned __int128)splitmix_word(seed, i) * (n - i)) >> 64);
        if (draw < k - found) indices[found++] = (uint32_t)i;
    }
}

static inline unsigned code_bits(uint32_t levels) { return 32u - (unsigned)__builtin_clz(2 * levels); }

// floor(|x| unit + u) with u uniform in [0, 1): |x| unit on average. With 32 bits, u plus a whole number is exact.
CLONES static void quantise(size_t n, const float *values, double unit, uint32_t levels, uint64_t seed, size_t first,
                            uint32_t *codes) {
    for (size_t i = 0; i < n; i++) {
        double chance = (double)(uint32_t)(splitmix_word(seed, first + i) >> 32) * 0x1p-32;
        double size = (double)float_of(magnitude(values[i])) * unit + chance;
        uint32_t level = (uint32_t)size;
        level = level > levels ? levels : level;
        codes[i] = 2 * level - (bits_of(values[i]) >> 31 & (level > 0));
    }
}

void engram_codec_put_qsgd(const float *values, size_t n, uint32_t levels, int shrink, uint64_t seed, uint8_t *bytes) {
    const unsigned bits = code_bits(levels);
    const size_t buckets = n / ENGRAM_CODEC_BUCKET + (n % ENGRAM_CODEC_BUCKET != 0);
    bit_writer out = {.at = bytes + 4 * buckets};
    uint32_t codes[ENGRAM_CODEC_BUCKET];
    for (size_t bucket = 0; bucket < buckets; bucket++) {
        const size_t start = bucket * ENGRAM_CODEC_BUCKET;
        const size_t count = n - start < ENGRAM_CODEC_BUCKET ? n - start : ENGRAM_CODEC_BUCKET;
        const double length = sqrt(ek_dot(count, values + start, values + start));
        // Rounded and cut as it may be, not below any magnitude of the bucket. NaN has one spelling on every machine.
        float norm = length > (double)float_of(NOT_FINITE - 1) ? float_of(NOT_FINITE - 1) : (float)length;
        if (!isfinite(length)) norm = float_of(0x7fc00000u);
        float written = norm;
        if (shrink) {
            double s = levels, spread = sqrt((double)count) / s;
            double beta = (double)count / (s * s) < spread ? (double)count / (s * s) : spread;
            written = (float)((double)norm / (1 + beta));
        }
        put_u32(bytes + 4 * bucket, bits_of(written));
        if (isfinite(norm) && norm > 0) {
            quantise(count, values + start, (double)levels / (double)norm, levels, seed, start, codes);
        } else {
            memset(codes, 0, count * sizeof *codes);
        }
        for (size_t i = 0; i < count; i++) put_code(&out, codes[i], bits);
    }
    finish_codes(&out);
}

int engram_codec_get_qsgd(const uint8_t *bytes, size_t size, size_t n, uint32_t levels, float *values) {
    const unsigned bits = code_bits(levels);
    const size_t buckets = n / ENGRAM_CODEC_BUCKET + (n % ENGRAM_CODEC_BUCKET != 0);
    bit_reader in = {.at = bytes + 4 * buckets, .end = bytes + size};
    uint32_t largest = 0;
    for (size_t bucket = 0; bucket < buckets; bucket++) {
        const size_t start = bucket * ENGRAM_CODEC_BUCKET;
        const size_t count = n - start < ENGRAM_CODEC_BUCKET ? n - start : ENGRAM_CODEC_BUCKET;
        const uint32_t norm = get_u32(bytes + 4 * bucket);
        if ((norm & NOT_FINITE) == NOT_FINITE) return ENGRAM_CODEC_NOT_FINITE;
        if (norm >> 31) return ENGRAM_CODEC_MALFORMED;
        const double unit = (double)float_of(norm) / levels;
        for (size_t i = 0; i < count; i++) {
            const uint32_t code = get_code(&in, bits);
            largest = code > largest ? code : largest;
            const float size_of_value = (float)(unit * ((code + 1) >> 1));
            values[start + i] = code & 1 ? -size_of_value : size_of_value;
        }
    }
    return largest <= 2 * levels && codes_are_over(&in) ? 0 : ENGRAM_CODEC_MALFORMED;
}

// SPDX-License-Identifier: Apache-2.0
// Inner loops of the update codec (docs/protocol.md, "Packed tensors"). Pure functions over caller-owned memory; none allocates
// except engram_codec_top_k, none keeps a pointer. Results are the same on every machine.
#ifndef ENGRAM_CODEC_H
#define ENGRAM_CODEC_H

#include <stddef.h>
#include <stdint.h>

#define ENGRAM_CODEC_BLOCK 1024

// Indices of the k values of largest magnitude, ascending; ties go to the lower index; NaN counts as larger than infinity.
// Returns 0, or -1 when memory ran out. Needs k <= n and n < 2^32.
int engram_codec_top_k(const float *values, size_t n, size_t k, uint32_t *indices);

void engram_codec_gather(const float *values, const uint32_t *indices, size_t k, float *kept);
void engram_codec_scatter(const float *kept, const uint32_t *indices, size_t k, float *values);

// Gaps between ascending indices as LEB128 varints: index[0], then index[i] - index[i-1] - 1.
// `bytes` has room for 5 k; returns the size.
size_t engram_codec_put_indices(const uint32_t *indices, size_t k, uint8_t *bytes);
// The reverse, for untrusted bytes: 0 if exactly k minimal varints give ascending indices below `count` and use up all
// bytes, else -1.
int engram_codec_get_indices(const uint8_t *bytes, size_t size, size_t k, size_t count, uint32_t *indices);

// Byte planes, most significant first: all first bytes of n big-endian numbers, then all second bytes, and so on.
void engram_codec_put_float32(const float *values, size_t n, uint8_t *planes);
void engram_codec_put_float16(const float *values, size_t n, uint8_t *planes);
// The reverse; 0 if every value is finite, else -1.
int engram_codec_get_float32(const uint8_t *planes, size_t n, float *values);
int engram_codec_get_float16(const uint8_t *planes, size_t n, float *values);

// One big-endian float32 scale for each started block of 1024 values, then n bytes in -127...127.
void engram_codec_put_int8(const float *values, size_t n, uint8_t *bytes);
// The reverse; 0 if the scales are finite and not negative and no byte is -128, else -1.
int engram_codec_get_int8(const uint8_t *bytes, size_t n, float *values);

#endif

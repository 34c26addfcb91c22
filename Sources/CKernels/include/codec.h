// SPDX-License-Identifier: Apache-2.0
// Inner loops of the update codec (docs/protocol.md, "Packed tensors"). Pure functions over caller-owned memory; none allocates
// except engram_codec_top_k, none keeps a pointer. Results are the same on every machine.
#ifndef ENGRAM_CODEC_H
#define ENGRAM_CODEC_H

#include <stddef.h>
#include <stdint.h>

#define ENGRAM_CODEC_BLOCK 1024       // values that share a scale in int8
#define ENGRAM_CODEC_BUCKET 512       // values that share a norm in qsgd
#define ENGRAM_CODEC_SEGMENT 64       // most values in a segment of hsq
#define ENGRAM_CODEC_DIRECTIONS 2048  // half of its largest codebook

// What reading untrusted values ends with, if not with 0.
enum { ENGRAM_CODEC_NOT_FINITE = -1, ENGRAM_CODEC_MALFORMED = -2 };

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
// The reverse.
int engram_codec_get_float32(const uint8_t *planes, size_t n, float *values);
int engram_codec_get_float16(const uint8_t *planes, size_t n, float *values);

// One big-endian float32 scale for each started block of 1024 values, then n bytes in -127...127.
void engram_codec_put_int8(const float *values, size_t n, uint8_t *bytes);
// The reverse: the scales must not be negative, no byte may be -128.
int engram_codec_get_int8(const uint8_t *bytes, size_t n, float *values);

// k of the numbers below n, ascending, every choice being equally likely; the same for one seed on every machine. k <= n < 2^32.
void engram_codec_choose(uint64_t seed, size_t n, size_t k, uint32_t *indices);

// QSGD (Alistarh et al. 2017) with `levels` (1...32767) levels: one big-endian float32 norm for each started bucket of 512, then
// codes of ceil(log2(2 levels + 1)) bits without gaps: 2 l for level l, 2 l - 1 for -l. `seed` decides the
// rounding; with `shrink` each norm is divided by 1 + min(d / levels^2, sqrt(d) / levels), d being the size of its bucket.
void engram_codec_put_qsgd(const float *values, size_t n, uint32_t levels, int shrink, uint64_t seed, uint8_t *bytes);
// The reverse, of `size` bytes as the formula gives them: no negative norm, no code over 2 levels, no bit left over.
int engram_codec_get_qsgd(const uint8_t *bytes, size_t size, size_t n, uint32_t levels, float *values);

// Unit vectors for segments of 2...64 numbers: random orthonormal bases, one after the other. book[segment][directions].
void engram_codec_sphere(uint32_t segment, uint32_t directions, float *book);
// HSQ (Dai et al. 2019) with 2^bits codewords: the 2^(bits - 1) directions of the book and their negatives. Big-endian u16 top,
// one byte of length for each started segment, then the ids of the codewords, `bits` each, without gaps; nothing for n = 0.
// `lengths` has room for one number for each segment.
void engram_codec_put_hsq(const float *values, size_t n, uint32_t segment, uint32_t bits, const float *book, float *lengths,
                          uint8_t *bytes);
// The reverse, of `size` bytes as the formula gives them.
int engram_codec_get_hsq(const uint8_t *bytes, size_t size, size_t n, uint32_t segment, uint32_t bits, const float *book,
                         float *values);

#endif

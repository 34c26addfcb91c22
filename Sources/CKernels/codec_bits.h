// SPDX-License-Identifier: Apache-2.0
#ifndef ENGRAM_CODEC_BITS_H
#define ENGRAM_CODEC_BITS_H
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

// The bits of |x| as an unsigned integer order like |x|; those of infinity and NaN are not below this.
#define NOT_FINITE 0x7f800000u
static inline uint32_t magnitude(float value) { return bits_of(value) & 0x7fffffffu; }

static inline void put_u32(uint8_t *bytes, uint32_t value) {
    for (int byte = 0; byte < 4; byte++) bytes[byte] = (uint8_t)(value >> (24 - 8 * byte));
}

static inline uint32_t get_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Codes of 1 to 16 bits without gaps, the first in the lowest bits of the first byte.
typedef struct {
    uint8_t *at;
    uint64_t held;
    unsigned count;
} bit_writer;

static inline void put_code(bit_writer *writer, uint32_t code, unsigned bits) {
    writer->held |= (uint64_t)code << writer->count;
    writer->count += bits;
    if (writer->count < 32) return;
    for (int byte = 0; byte < 4; byte++) *writer->at++ = (uint8_t)(writer->held >> (8 * byte));
    writer->held >>= 32;
    writer->count -= 32;
}

static inline void finish_codes(bit_writer *writer) {
    for (; writer->count > 0; writer->count -= writer->count < 8 ? writer->count : 8) {
        *writer->at++ = (uint8_t)writer->held;
        writer->held >>= 8;
    }
}

typedef struct {
    const uint8_t *at, *end;
    uint64_t held;
    unsigned count;
} bit_reader;

// Past the end the codes are 0: the caller knows how many there are.
static inline uint32_t get_code(bit_reader *reader, unsigned bits) {
    if (reader->count < bits) {
        int fresh = reader->end - reader->at < 4 ? (int)(reader->end - reader->at) : 4;
        for (int byte = 0; byte < fresh; byte++) reader->held |= (uint64_t)*reader->at++ << (reader->count + 8 * byte);
        reader->count += 32;
    }
    uint32_t code = (uint32_t)reader->held & ((1u << bits) - 1);
    reader->held >>= bits;
    reader->count -= bits;
    return code;
}

// Whether everything was read and the bits that fill the last byte are 0.
static inline int codes_are_over(const bit_reader *reader) { return reader->at == reader->end && reader->held == 0; }

#endif

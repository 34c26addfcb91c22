// SPDX-License-Identifier: Apache-2.0
#ifndef ENGRAM_SPLITMIX_H
#define ENGRAM_SPLITMIX_H
#include <stdint.h>

#define SPLITMIX_STEP 0x9e3779b97f4a7c15u

// SplitMix64 (Steele, Lea & Flood 2014): the next word of the stream whose state is z.
static inline uint64_t splitmix(uint64_t z) {
    z += SPLITMIX_STEP;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// Word i, from 0, of the stream of a seed: any order, so that loops over words need not wait for each other.
static inline uint64_t splitmix_word(uint64_t seed, uint64_t i) { return splitmix(seed + i * SPLITMIX_STEP); }

#endif

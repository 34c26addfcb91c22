// SPDX-License-Identifier: Apache-2.0
#ifndef ENGRAM_CLONES_H
#define ENGRAM_CLONES_H
// One function, compiled for three levels of x86-64 and picked at load time. Float contraction is off, so all give the same bits.
// Not under a sanitizer: the loader picks the clone before the sanitizer's run time exists, which crashes.
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define CLONES
#elif defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#endif

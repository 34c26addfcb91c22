// SPDX-License-Identifier: Apache-2.0

/// xoshiro256** (Blackman & Vigna 2018), seeded by SplitMix64: the only source of randomness of the pure core.
///
/// The integer stream of a seed and its labels is fixed for ever; tests pin it. `normal`, `gamma` and `dirichlet` go through
/// the system's logarithm, so their last bit may differ between C libraries.
package struct SeededGenerator: RandomNumberGenerator, Sendable, Codable, Equatable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    package init(seed: UInt64) {
        var mix = SplitMix64(state: seed)
        (s0, s1, s2, s3) = (mix.next(), mix.next(), mix.next(), mix.next())
    }

    /// An independent stream for each list of labels: FNV-1a over the labels, each ended by a byte that UTF-8 never holds.
    package init(seed: UInt64, _ labels: String...) {
        self.init(seed: seed, labels: labels)
    }

    package init(seed: UInt64, labels: [String]) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for label in labels {
            for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        var mix = SplitMix64(state: hash)
        self.init(seed: labels.isEmpty ? seed : seed ^ mix.next())
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotate(s1 &* 5, 7) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = Self.rotate(s3, 45)
        return result
    }

    private static func rotate(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        s0 = try container.decode(UInt64.self)
        s1 = try container.decode(UInt64.self)
        s2 = try container.decode(UInt64.self)
        s3 = try container.decode(UInt64.self)
        // The one state from which the generator never moves.
        if s0 | s1 | s2 | s3 == 0 {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a generator's state cannot be all zeros")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for word in [s0, s1, s2, s3] { try container.encode(word) }
    }
}

/// SplitMix64 (Steele, Lea & Flood 2014): spreads a seed over the state of a larger generator.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The faults of an in-memory connection. Equal plans give equal faults, whatever else runs.
package struct FaultPlan: Sendable, Equatable {
    package var seed: UInt64
    /// Cut the connection after a number of bytes, in one direction, drawn from this range.
    package var cutAfter: ClosedRange<Int>?
    /// Chop what is written into pieces of random sizes.
    package var splitsWrites = false
    /// Let other tasks run a random number of times, at most this, before each piece.
    package var longestDelay = 0
    /// The share of attempts to connect that are refused.
    package var refusalShare = 0.0

    package init(seed: UInt64) { self.seed = seed }

    /// No faults.
    package static let none = FaultPlan(seed: 0)

    /// The faults of one direction of one connection.
    func script(connection: Int, direction: UInt64) -> FaultScript {
        var generator = SplitMix64(state: seed ^ SplitMix64.mix(UInt64(truncatingIfNeeded: connection) &* 4 &+ direction))
        let cut = cutAfter.map { Int.random(in: $0, using: &generator) }
        return FaultScript(generator: generator, bytesToCut: cut, splits: splitsWrites, longestDelay: longestDelay)
    }

    func refuses(connection: Int) -> Bool {
        guard refusalShare > 0 else { return false }
        var generator = SplitMix64(state: seed ^ SplitMix64.mix(UInt64(truncatingIfNeeded: connection) &* 4 &+ 3))
        return Double.random(in: 0..<1, using: &generator) < refusalShare
    }
}

/// The faults of one direction, as they come.
struct FaultScript: Sendable {
    fileprivate var generator: SplitMix64
    /// Bytes until the cut; nil for none.
    private(set) var bytesToCut: Int?
    fileprivate let splits: Bool
    fileprivate let longestDelay: Int

    fileprivate init(generator: SplitMix64, bytesToCut: Int?, splits: Bool, longestDelay: Int) {
        self.generator = generator
        self.bytesToCut = bytesToCut
        self.splits = splits
        self.longestDelay = longestDelay
    }

    /// How much of `count` bytes to write next, and how often to yield before. A count of 0 means: cut now.
    mutating func nextPiece(of count: Int) -> (count: Int, yields: Int) {
        let yields = longestDelay > 0 ? Int.random(in: 0...longestDelay, using: &generator) : 0
        var piece = splits ? Int.random(in: 1...max(1, min(count, 4096)), using: &generator) : count
        if let left = bytesToCut {
            piece = min(piece, left)
            bytesToCut = left - piece
        }
        return (piece, yields)
    }
}

/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(state: UInt64) { self.state = state }

    static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func next() -> UInt64 {
        defer { state &+= 0x9E37_79B9_7F4A_7C15 }
        return Self.mix(state)
    }
}

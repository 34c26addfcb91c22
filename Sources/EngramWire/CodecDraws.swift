// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// The randomness of one packing: the places that all agents share, and the rounding of one agent.
package struct CodecDraws: Sendable {
    /// Says which values `randomK` keeps; travels with them.
    package let places: UInt64
    /// Rounds the levels of `qsgd` up or down.
    package var rounding: SeededGenerator

    /// - Parameters:
    ///   - seed: the run's.
    ///   - shared: what all agents whose updates are summed have in common, and nothing else has (round, slot): they keep values at the
    ///     same places, so the codec is linear, and other ones in each round, so that every place has its turn.
    ///   - own: who packs. Independent rounding errors average out over agents.
    package init(seed: UInt64, shared: [String], own: String) {
        var common = SeededGenerator(seed: seed, labels: ["places"] + shared)
        places = common.next()
        rounding = SeededGenerator(seed: seed, labels: ["codec", own] + shared)
    }
}

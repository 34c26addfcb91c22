// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Agents whose updates, summed over the rounds, are too much alike lose weight: they may be one attacker (Fung et al. 2020).
/// Training rows do not count.
///
/// Against sybils only: agents that honestly resemble each other are punished too, so it suits groups of very different people. Two
/// departures from the paper: the sums are kept as sketches (`AgentSketches`), with cosines good to about 0.04 for attackers who do not
/// shape updates to the sketch; and the weighted sum is divided by the sum of weights, since updates of whole rounds are averaged
/// here, not gradients added.
package struct FoolsGold: Aggregation {
    package static let name = "foolsgold"
    package static let summary = "less weight for agents that are too much alike (Fung et al. 2020)"

    package init() {}

    package var toleratesSparseUpdates: Bool { true }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        var sketches = AgentSketches(memory)
        let sums = try (0..<updates.count).map { sketches.add(try updates.read($0), of: updates.agents[$0]) }
        memory = sketches.memory
        let weights = Self.weights(Gram(sums))
        let total = weights.reduce(0, +)
        return try updates.sum(weights.map { total > 0 ? $0 / total : 0 }, count: count)
    }

    /// Each agent's weight in 0...1, from the cosines between all of them.
    static func weights(_ gram: Gram) -> [Double] {
        let everyone = Array(0..<gram.count)
        let likeness = everyone.map { i in everyone.map { $0 == i ? 0 : max(0, gram.cosine(i, $0)) } }
        let greatestLikeness = likeness.map { $0.max() ?? 0 }
        let raw = everyone.map { i -> Double in
            let own = greatestLikeness[i]
            // Pardoning: likeness to one who is even more like somebody else weighs less.
            let pardoned = zip(likeness[i], greatestLikeness).map { $1 > own ? $0 * own / $1 : $0 }
            return 1 - (pardoned.max() ?? 0)
        }
        guard let greatest = raw.max(), greatest > 0 else { return raw.map { _ in 0 } }
        return raw.map { weight in
            let share = weight / greatest
            return share >= 1 ? 1 : max(0, min(1, log(share / (1 - share)) + 0.5))
        }
    }
}

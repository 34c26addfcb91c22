// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Which updates become one, for every slot that moves in a round.
package struct FoldJob: Sendable {
    package struct Part: Sendable, Equatable {
        package let slot: SlotID
        package let model: Digest
        package let memory: Digest?
        /// In id order: sums do not depend on the order of arrival.
        package let contributors: [AgentID]
        package let weights: [Double]
        /// The share of the step that is left after updates have aged: Σ weight · age / Σ weight.
        package let damping: Double
        /// Members of the slot, of whom the contributors answered.
        package let population: Int
        /// How the updates become one, where the recipe's aggregation does not say.
        package let release: NoisyRelease?

        package init(
            slot: SlotID, model: Digest, memory: Digest?, contributors: [AgentID], weights: [Double], ages: [Double]? = nil,
            population: Int? = nil, release: NoisyRelease? = nil
        ) {
            self.slot = slot
            self.model = model
            self.memory = memory
            self.contributors = contributors
            let total = weights.reduce(0, +)
            self.weights = ages.map { zip(weights, $0).map { $0 * $1 } } ?? weights
            damping = total > 0 ? self.weights.reduce(0, +) / total : 1
            self.population = population ?? contributors.count
            self.release = release
        }
    }

    /// For groupings whose models follow from each other.
    package struct Mixing: Sendable {
        let process: any GroupingProcess
        let vectors: Digest?
        let entries: [MixingDesk.Entry]
    }

    package let round: Int
    package let parts: [Part]
    package let mixing: Mixing?
    /// Of agents that hold a part of the model, which part.
    package let submodels: [AgentID: Submodel]

    package init(round: Int, parts: [Part], mixing: Mixing? = nil, submodels: [AgentID: Submodel] = [:]) {
        self.round = round
        self.parts = parts
        self.mixing = mixing
        self.submodels = submodels
    }

    /// By what a mean over all contributors is too small, for each element, because only some own it; nil when all own all.
    func thinness(of part: Part, count: Int) -> [Float]? {
        guard part.contributors.contains(where: { submodels[$0] != nil }) else { return nil }
        let total = part.weights.reduce(0, +)
        let weights = total > 0 ? part.weights : part.weights.map { _ in 1 }
        var owned = [Double](repeating: 0, count: count)
        for (agent, weight) in zip(part.contributors, weights) {
            if let submodel = submodels[agent] {
                submodel.cover(weight, into: &owned)
            } else {
                for i in owned.indices { owned[i] += weight }
            }
        }
        let sum = weights.reduce(0, +)
        // What nobody owns has no update to be enlarged.
        return owned.map { $0 > 0 ? Float(sum / $0) : 1 }
    }
}

/// What a round's folds came to.
package struct FoldResult: Sendable {
    /// The slots that moved.
    package var slots: [SlotID: FoldedSlot] = [:]
    /// The grouping's large vectors, if it keeps any.
    package var vectors: Digest?
    /// What `mix` saw of each agent, for `review`.
    package var table: [AgentID: [Double]] = [:]

    package init() {}
}

/// A slot after a fold.
package struct FoldedSlot: Sendable, Equatable {
    package let model: Digest
    package let memory: Digest?
    /// ‖combined update‖.
    package let norm: Double
    /// The clip of the next round, if it moves.
    package let clip: Double?
    /// How the model follows from the one that entered the round, if that can be told.
    package let delta: ModelDelta?

    package init(model: Digest, memory: Digest?, norm: Double, clip: Double? = nil, delta: ModelDelta? = nil) {
        self.model = model
        self.memory = memory
        self.norm = norm
        self.clip = clip
        self.delta = delta
    }
}

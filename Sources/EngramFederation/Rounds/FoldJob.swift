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
        /// Members of the slot, of whom the contributors answered.
        package let population: Int

        package init(
            slot: SlotID, model: Digest, memory: Digest?, contributors: [AgentID], weights: [Double], population: Int? = nil
        ) {
            self.slot = slot
            self.model = model
            self.memory = memory
            self.contributors = contributors
            self.weights = weights
            self.population = population ?? contributors.count
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

    package init(round: Int, parts: [Part], mixing: Mixing? = nil) {
        self.round = round
        self.parts = parts
        self.mixing = mixing
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

    package init(model: Digest, memory: Digest?, norm: Double) {
        self.model = model
        self.memory = memory
        self.norm = norm
    }
}

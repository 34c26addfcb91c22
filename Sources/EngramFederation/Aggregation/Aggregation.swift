// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// How the updates of a group become one.
package protocol Aggregation: Choice {
    /// Combines updates of `count` numbers each; `updates` yields them in agent order, whatever order they arrived in.
    ///
    /// `memory` is this rule's own state for the model, nil at first, kept with the model's version.
    func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float]
    /// Whether updates in which most coordinates are absent (top-k) make sense for this rule.
    var toleratesSparseUpdates: Bool { get }
}

/// The updates of one group in one round, read one at a time so that memory does not grow with their number.
package struct UpdateBatch {
    /// Who sent them, in id order.
    package let agents: [AgentID]
    /// In agent order: the training rows behind each update.
    package let weights: [Double]
    /// Reads the i-th update.
    let read: (Int) throws -> [Float]

    package init(agents: [AgentID], weights: [Double], read: @escaping (Int) throws -> [Float]) {
        self.agents = agents
        self.weights = weights
        self.read = read
    }

    package var count: Int { weights.count }
}

extension Catalogue where Axis == any Aggregation {
    package static var aggregation: Self {
        Self([
            .init(name: WeightedMean.name, summary: WeightedMean.summary) { WeightedMean() },
            .init(name: TrimmedMean.name, summary: TrimmedMean.summary) { TrimmedMean() },
        ])
    }
}

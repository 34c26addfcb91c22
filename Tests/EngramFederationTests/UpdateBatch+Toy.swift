// SPDX-License-Identifier: Apache-2.0
import EngramWire

@testable import EngramFederation

extension UpdateBatch {
    /// A batch of agents a0, a1, …
    init(toyWeights weights: [Double], read: @escaping (Int) throws -> [Float]) {
        self.init(agents: weights.indices.map { .toy($0) }, weights: weights, read: read)
    }

    init(_ updates: [[Float]]) { self.init(toyWeights: updates.map { _ in 1 }) { updates[$0] } }
}

extension Aggregation {
    /// Combines once, without anything remembered.
    func combining(_ updates: UpdateBatch, count: Int) throws -> [Float] {
        var memory: [Float]?
        return try combine(updates, count: count, memory: &memory)
    }
}

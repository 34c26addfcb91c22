// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

/// Trust by likeness to a root: each update is scaled to the norm of the root's, and weighted by max(0, cos) with it (Cao et al. 2021).
/// Training rows do not count.
///
/// In the paper the coordinator trains on root data of its own. Here the root is an agent that the operator vouches for; its own
/// update takes part, with trust 1. In a round without the root's update nobody can be trusted, and the model stays.
package struct FLTrust: Aggregation {
    package static let name = "fltrust"
    package static let summary = "weights by likeness to a trusted agent (Cao et al. 2021)"

    package var root = ""

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.text("root", &root, "the id of the trusted agent")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func objection(to recipe: Recipe) -> String? {
        guard AgentID(root) != nil else {
            return "aggregation 'fltrust' needs the id of a trusted agent: set aggregation.root (\(IdentifierRule.description))"
        }
        guard recipe.isGlobal else {
            return "aggregation 'fltrust' has one trusted agent, and it trains in one cluster only; the other clusters would "
                + "never move. Use grouping 'everyone'"
        }
        return nil
    }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let zeros = [Float](repeating: 0, count: count)
        guard let position = updates.agents.firstIndex(where: { $0.rawValue == root }) else { return zeros }
        let reference = try updates.read(position)
        let length = Kernels.norm(reference)
        guard length > 0 else { return zeros }
        var trust: [Double] = []
        var factors: [Double] = []
        for i in 0..<updates.count {
            let update = try updates.read(i)
            let norm = Kernels.norm(update)
            trust.append(norm > 0 ? max(0, min(1, Kernels.dot(update, reference) / (norm * length))) : 0)
            factors.append(norm > 0 ? length / norm : 0)
        }
        // At least the root's own trust, so never zero.
        let total = trust.reduce(0, +)
        return try updates.sum(trust.indices.map { trust[$0] * factors[$0] / total }, count: count)
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Partition {
    /// The same distribution for all agents: equal shares of the shuffled rows.
    package static func iid(
        rows: Int, agents: Int, sizes: SplitSizes, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        let share = try share(agents: agents, rows: rows, sizes)
        let order = generator.permutation(rows)
        return (0..<agents).map { AgentPart(Array(order[$0 * share..<($0 + 1) * share]), sizes) }
    }

    /// Lists of rows made elsewhere, such as PFLlib's published splits; every row may be used once only. The last
    /// `validation` part of each shuffled training list becomes the validation rows.
    package static func given(
        train: [[Int]], test: [[Int]], validation: Double, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        if train.count != test.count || train.isEmpty { throw .badPartition("as many training lists as test lists are needed") }
        _ = try SplitSizes.fractions(validation: validation, test: 0).validated()
        var seen: Set<Int> = []
        for row in [train, test].joined().joined() where row < 0 || !seen.insert(row).inserted {
            throw .badPartition("row \(row) is negative or listed twice")
        }
        var parts: [AgentPart] = []
        for (train, test) in zip(train, test) {
            var rows = train
            generator.shuffle(&rows)
            let held = Int(Double(rows.count) * validation)
            parts.append(AgentPart(train: Array(rows.dropLast(held)), validation: Array(rows.suffix(held)), test: test))
        }
        return parts
    }
}

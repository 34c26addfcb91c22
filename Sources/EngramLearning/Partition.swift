// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Ways of dividing one data set among agents; each lies in its own file. All are seeded; rows of different agents never overlap.
package enum Partition {
    static let agentLimit = 1 << 20

    static func check(agents: Int, rows: Int, _ sizes: SplitSizes) throws(LearningError) {
        _ = try sizes.validated()
        if !(1...agentLimit).contains(agents) { throw .badPartition("\(agents) agents are not possible") }
        if rows < agents { throw .badPartition("\(rows) rows cannot serve \(agents) agents") }
    }

    /// Rows that each agent gets when all get the same number; throws when there are too few.
    static func share(agents: Int, rows: Int, _ sizes: SplitSizes) throws(LearningError) -> Int {
        try check(agents: agents, rows: rows, sizes)
        let share = sizes.total ?? rows / agents
        if share > rows / agents {
            throw .badPartition(
                "\(agents) agents with \(share) rows each need \(agents * share) rows, there are \(rows): ask for fewer of either"
            )
        }
        return share
    }

    /// The rows of each class in random order; throws when a label is outside 0..<classes.
    static func pools(
        _ labels: [Int32], classes: Int, using generator: inout SeededGenerator
    ) throws(LearningError) -> [[Int]] {
        if !(1...Shard.classLimit).contains(classes) { throw .badPartition("\(classes) classes are not possible") }
        var pools = [[Int]](repeating: [], count: classes)
        for (row, label) in labels.enumerated() {
            guard pools.indices.contains(Int(label)) else {
                throw .badPartition("the label of row \(row) is \(label), it must be in 0..<\(classes)")
            }
            pools[Int(label)].append(row)
        }
        for i in pools.indices { generator.shuffle(&pools[i]) }
        return pools
    }
}

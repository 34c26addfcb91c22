// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Partition {
    /// The partition of Hsu, Qi & Brown (2019): every agent has the same number of rows and its own class mix q ~ Dir(alpha ·
    /// uniform).
    ///
    /// Each row's class is drawn from q and a row of that class is taken without replacement; an exhausted class gets the
    /// probability 0 and the rest is renormalised. When all classes that an agent prefers are exhausted it goes on
    /// with what is left. The parameters of the Dirichlet sum to alpha, so alpha = 1 means 0.1 for each of ten classes.
    package static func hsu(
        labels: [Int32], classes: Int, agents: Int, alpha: Double, sizes: SplitSizes, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        let share = try share(agents: agents, rows: labels.count, sizes)
        if !(alpha > 0 && alpha.isFinite) { throw .badPartition("alpha is \(alpha), it must be above 0") }
        var pools = try pools(labels, classes: classes, using: &generator)
        var rows: [[Int]] = []
        for _ in 0..<agents {
            var q = generator.dirichlet([Double](repeating: alpha / Double(classes), count: classes))
            for c in 0..<classes where pools[c].isEmpty { q[c] = 0 }
            var own: [Int] = []
            while own.count < share {
                var sum = q.reduce(0, +)
                if sum <= 0 {
                    q = pools.map { Double($0.count) }
                    sum = q.reduce(0, +)
                }
                var left = generator.uniform() * sum
                // The last class with any mass catches what rounding leaves.
                var chosen = q.lastIndex { $0 > 0 } ?? 0
                for c in 0..<classes where q[c] > 0 {
                    if left < q[c] {
                        chosen = c
                        break
                    }
                    left -= q[c]
                }
                guard let row = pools[chosen].popLast() else { throw .badPartition("the rows ran out") }
                own.append(row)
                if pools[chosen].isEmpty { q[chosen] = 0 }
            }
            rows.append(own)
        }
        return shuffled(rows, sizes, using: &generator)
    }
}

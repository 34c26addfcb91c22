// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Partition {
    /// PFLlib's "practical" partition: each class is divided among the agents by a Dirichlet draw, so sizes differ widely.
    ///
    /// Per class q ~ Dir(alpha); agents that already hold rows/agents or more get none of it; cut at ⌊cumulated q · n⌋. The
    /// whole draw is repeated until every agent has `least` rows (or half an equal share, if that is less). After
    /// PFLlib, dataset_utils.py; not comparable with `hsu` at the same alpha.
    package static func dirichlet(
        labels: [Int32], classes: Int, agents: Int, alpha: Double, least: Int = 40, sizes: SplitSizes,
        using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        try check(agents: agents, rows: labels.count, sizes)
        if !(alpha > 0 && alpha.isFinite) { throw .badPartition("alpha is \(alpha), it must be above 0") }
        let pools = try pools(labels, classes: classes, using: &generator)
        let wanted = min(least, labels.count / agents / 2)
        for _ in 0..<10_000 {
            let cuts = draw(pools.map(\.count), agents: agents, alpha: alpha, using: &generator)
            if (cuts.sizes.min() ?? 0) < wanted { continue }
            var rows = [[Int]](repeating: [], count: agents)
            for (pool, cut) in zip(pools, cuts.perClass) {
                for agent in 0..<agents { rows[agent] += pool[cut[agent]..<cut[agent + 1]] }
            }
            return shuffled(rows, sizes, using: &generator)
        }
        throw .badPartition("no draw gave every one of \(agents) agents \(wanted) rows: use a larger alpha or fewer agents")
    }

    /// Where each class's pool is cut (agents + 1 places), and how many rows each agent gets.
    private static func draw(
        _ counts: [Int], agents: Int, alpha: Double, using generator: inout SeededGenerator
    ) -> (perClass: [[Int]], sizes: [Int]) {
        let total = counts.reduce(0, +)
        var sizes = [Int](repeating: 0, count: agents)
        var perClass: [[Int]] = []
        for count in counts {
            let drawn = generator.dirichlet([Double](repeating: alpha, count: agents))
            let open = zip(drawn, sizes).map { $1 * agents < total ? $0 : 0 }
            let sum = open.reduce(0, +)
            let q = sum > 0 ? open.map { $0 / sum } : drawn
            var cut = [0]
            var cumulated = 0.0
            for agent in 0..<agents {
                cumulated += q[agent]
                let end = agent == agents - 1 ? count : min(count, Int(cumulated * Double(count)))
                cut.append(max(end, cut[agent]))
                sizes[agent] += cut[agent + 1] - cut[agent]
            }
            perClass.append(cut)
        }
        return (perClass, sizes)
    }

    /// Mixes the classes within each agent before the rows are divided, as PFLlib does (not stratified).
    static func shuffled(_ rows: [[Int]], _ sizes: SplitSizes, using generator: inout SeededGenerator) -> [AgentPart] {
        var parts: [AgentPart] = []
        for var own in rows {
            generator.shuffle(&own)
            parts.append(AgentPart(own, sizes))
        }
        return parts
    }
}

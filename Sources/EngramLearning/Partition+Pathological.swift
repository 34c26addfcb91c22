// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Partition {
    /// PFLlib's pathological partition: every agent holds rows of `classesPerAgent` classes only.
    ///
    /// Classes go in order to the first ⌈agents/classes · classesPerAgent⌉ agents that still have room for a class, in equal
    /// shares
    /// if `balanced`, else in random shares of at least a tenth of an equal one, the last agent getting the rest.
    package static func pathological(
        labels: [Int32], classes: Int, agents: Int, classesPerAgent: Int = 2, balanced: Bool = false, least: Int = 40,
        sizes: SplitSizes, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        try check(agents: agents, rows: labels.count, sizes)
        if !(1...max(1, classes)).contains(classesPerAgent) {
            throw .badPartition("\(classesPerAgent) classes per agent are not possible with \(classes) classes")
        }
        let pools = try pools(labels, classes: classes, using: &generator)
        let width = (agents * classesPerAgent + classes - 1) / classes
        var room = [Int](repeating: classesPerAgent, count: agents)
        var rows = [[Int]](repeating: [], count: agents)
        for pool in pools {
            let chosen = (0..<agents).filter { room[$0] > 0 }.prefix(width)
            guard let last = chosen.last else { break }
            let equal = pool.count / chosen.count
            var start = 0
            for agent in chosen {
                var size = equal
                if !balanced {
                    let lowest = min(equal, max(equal / 10, least / classes))
                    size = lowest + (equal > lowest ? generator.below(equal - lowest) : 0)
                }
                let end = agent == last ? pool.count : start + size
                rows[agent] += pool[start..<end]
                start = end
                room[agent] -= 1
            }
        }
        if let agent = rows.firstIndex(where: \.isEmpty) {
            throw .badPartition("agent \(agent) got no rows: use fewer agents or more classes per agent")
        }
        return shuffled(rows, sizes, using: &generator)
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Partition {
    /// Equal shares; agent i sees its images turned by i mod 4 quarters (truth "r0", "r90", "r180", "r270"), as IFCA's Rotated
    /// MNIST, or with two `groups` by 0 or 180 degrees, as its Rotated CIFAR.
    package static func rotated(
        rows: Int, agents: Int, groups: Int = 4, sizes: SplitSizes, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        try turning(iid(rows: rows, agents: agents, sizes: sizes, using: &generator), groups: groups)
    }

    /// Equal shares; agent i knows the classes under other names: y becomes (a·y + g) mod classes, with g = i mod `groups`
    /// and a the g-th of 1, 3, 7, 9 (truth "p0", "p1", …).
    ///
    /// With `permuting`, only the last so many agents permute, all in the way of group 1; the others keep their classes ("p0").
    package static func labelPermuted(
        rows: Int, classes: Int, agents: Int, groups: Int = 4, permuting: Int? = nil, sizes: SplitSizes,
        using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        let parts = try iid(rows: rows, agents: agents, sizes: sizes, using: &generator)
        return try Self.permuting(parts, classes: classes, groups: groups, last: permuting)
    }

    /// Plants rotations in any partition: four quarters, or two halves.
    package static func turning(_ parts: [AgentPart], groups: Int = 4) throws(LearningError) -> [AgentPart] {
        guard groups == 2 || groups == 4 else {
            throw .badPartition("\(groups) groups of rotations are not possible: use 2 or 4")
        }
        return parts.enumerated().map { i, part in
            var part = part
            let quarters = i % groups * (4 / groups)
            part.truth = "r\(quarters * 90)"
            part.alteration = quarters == 0 ? .none : .turned(quarters: quarters)
            return part
        }
    }

    /// Plants label permutations in any partition.
    package static func permuting(
        _ parts: [AgentPart], classes: Int, groups: Int = 4, last: Int? = nil
    ) throws(LearningError) -> [AgentPart] {
        if let last, !(0...parts.count).contains(last) {
            throw .badPartition("\(last) of \(parts.count) agents cannot permute their labels")
        }
        let groups = last == nil ? groups : 2
        if groups < 1 { throw .badPartition("\(groups) groups are not possible") }
        if !(2...Shard.classLimit).contains(classes) { throw .badPartition("\(classes) classes cannot be permuted") }
        let maps = (0..<groups).map { labelMap(classes: classes, group: $0) }
        if Set(maps).count < groups {
            throw .badPartition("\(classes) classes do not have \(groups) different permutations of this kind: use fewer groups")
        }
        return parts.enumerated().map { i, part in
            var part = part
            let group = last.map { i >= parts.count - $0 ? 1 : 0 } ?? i % groups
            part.truth = "p\(group)"
            part.alteration = group == 0 ? .none : .relabelled(map: maps[group])
            return part
        }
    }

    /// Plants drift in a partition with planted groups: from `round` on, a random share of the agents belongs to the next group.
    package static func drifting(
        _ parts: [AgentPart], share: Double, from round: Int, using generator: inout SeededGenerator
    ) throws(LearningError) -> [AgentPart] {
        guard (0...1).contains(share) else { throw .badPartition("a share of \(share) of the agents cannot drift") }
        guard let first = Int32(exactly: round), (1...Circumstances.roundLimit).contains(round) else {
            throw .badPartition("agents cannot drift in round \(round): use 1 to \(Circumstances.roundLimit)")
        }
        var groups: [AgentPart] = []
        for part in parts where !groups.contains(where: { $0.truth == part.truth }) { groups.append(part) }
        guard groups.count > 1 else {
            throw .badPartition(
                "agents drift from one planted group to the next, and there are not two: plant rotations or permutations")
        }
        var out = parts
        for i in generator.permutation(parts.count).prefix(Int((share * Double(parts.count)).rounded())) {
            let here = groups.firstIndex { $0.truth == parts[i].truth } ?? 0
            let next = groups[(here + 1) % groups.count]
            out[i].drift = AgentPart.Drift(round: first, truth: next.truth, alteration: next.alteration)
        }
        return out
    }

    /// y → (a·y + group) mod classes with a coprime to the number of classes: a bijection.
    package static func labelMap(classes: Int, group: Int) -> [Int32] {
        var factors: [Int] = []
        for factor in [1, 3, 7, 9].map({ $0 % classes }) where coprime(factor, classes) && !factors.contains(factor) {
            factors.append(factor)
        }
        let factor = factors.isEmpty ? 1 : factors[group % factors.count]
        return (0..<classes).map { Int32(($0 * factor + group % classes) % classes) }
    }

    private static func coprime(_ a: Int, _ b: Int) -> Bool {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a == 1
    }
}

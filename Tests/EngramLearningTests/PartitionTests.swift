// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Partitions", .timeLimit(.minutes(5)))
struct PartitionTests {
    static let labels = (0..<3000).map { Int32($0 % 10) }
    static let fractions = SplitSizes.fractions(validation: 0.15, test: 0.25)
    static let counts = SplitSizes.counts(train: 60, validation: 15, test: 15)

    enum Kind: String, CaseIterable { case iid, rotated, permuted, dirichlet, hsu, pathological }

    static func make(_ kind: Kind, _ sizes: SplitSizes, agents: Int = 20, seed: UInt64 = 1) throws -> [AgentPart] {
        var generator = SeededGenerator(seed: seed)
        switch kind {
        case .iid: return try Partition.iid(rows: 3000, agents: agents, sizes: sizes, using: &generator)
        case .rotated: return try Partition.rotated(rows: 3000, agents: agents, sizes: sizes, using: &generator)
        case .permuted:
            return try Partition.labelPermuted(rows: 3000, classes: 10, agents: agents, sizes: sizes, using: &generator)
        case .dirichlet:
            return try Partition.dirichlet(
                labels: labels, classes: 10, agents: agents, alpha: 0.3, sizes: sizes, using: &generator)
        case .hsu:
            return try Partition.hsu(labels: labels, classes: 10, agents: agents, alpha: 0.5, sizes: sizes, using: &generator)
        case .pathological:
            return try Partition.pathological(labels: labels, classes: 10, agents: agents, sizes: sizes, using: &generator)
        }
    }

    @Test("agents never share a row, and a seed fixes everything", arguments: Kind.allCases, [fractions, counts])
    func laws(kind: Kind, sizes: SplitSizes) throws {
        let parts = try Self.make(kind, sizes)
        #expect(parts.count == 20)
        let rows = parts.flatMap { $0.train + $0.validation + $0.test }
        #expect(Set(rows).count == rows.count)
        #expect(rows.allSatisfy { (0..<3000).contains($0) })
        #expect(parts.allSatisfy { !$0.train.isEmpty })
        #expect(try Self.make(kind, sizes) == parts)
        #expect(try Self.make(kind, sizes, seed: 2) != parts)
    }

    @Test("asked-for sizes are kept", arguments: [Kind.iid, .rotated, .permuted, .hsu])
    func sizes(kind: Kind) throws {
        for part in try Self.make(kind, Self.counts) {
            #expect([part.train.count, part.validation.count, part.test.count] == [60, 15, 15])
        }
        for part in try Self.make(kind, Self.fractions) {
            #expect([part.train.count, part.validation.count, part.test.count] == [91, 22, 37])
        }
        #expect(throws: LearningError.self) { try Self.make(kind, .counts(train: 100, validation: 30, test: 30)) }
    }

    @Test("PFLlib's Dirichlet uses every row, leaves nobody with too few, and a small alpha skews")
    func dirichlet() throws {
        let parts = try Self.make(.dirichlet, Self.fractions)
        let sizes = parts.map { $0.train.count + $0.validation.count + $0.test.count }
        #expect(sizes.reduce(0, +) == 3000)
        #expect((sizes.min() ?? 0) >= 40)
        // The cap: only one class' share may lift an agent above an equal share.
        #expect((sizes.max() ?? 0) < 150 + 300)
        #expect(Self.topShare(parts) > 0.3)
        var generator = SeededGenerator(seed: 1)
        let even = try Partition.dirichlet(
            labels: Self.labels, classes: 10, agents: 20, alpha: 1000, sizes: Self.fractions, using: &generator)
        #expect(Self.topShare(even) < 0.2)
        #expect(throws: LearningError.self) {
            try Partition.dirichlet(
                labels: Self.labels, classes: 10, agents: 20, alpha: 0, sizes: Self.fractions, using: &generator)
        }
    }

    @Test("Hsu's Dirichlet goes from one class an agent to all alike", arguments: [(1e-6, 0.7, 1.0), (1e5, 0.0, 0.25)])
    func hsu(alpha: Double, least: Double, most: Double) throws {
        var generator = SeededGenerator(seed: 1)
        let parts = try Partition.hsu(
            labels: Self.labels, classes: 10, agents: 10, alpha: alpha, sizes: .counts(train: 100, validation: 0, test: 0),
            using: &generator)
        #expect((least...most).contains(Self.topShare(parts)))
    }

    @Test("Hsu's Dirichlet can use every row")
    func exhausted() throws {
        let parts = try Self.make(.hsu, .counts(train: 150, validation: 0, test: 0))
        #expect(parts.flatMap(\.train).sorted() == Array(0..<3000))
    }

    /// The mean over agents of the share of their commonest class.
    static func topShare(_ parts: [AgentPart]) -> Double {
        Metrics.mean(
            parts.map { part in
                let rows = part.train + part.validation + part.test
                let counts = (0..<10).map { c in rows.reduce(0) { $0 + (labels[$1] == Int32(c) ? 1 : 0) } }
                return Double(counts.max() ?? 0) / Double(rows.count)
            })
    }

    @Test("pathological agents hold two classes", arguments: [true, false])
    func pathological(balanced: Bool) throws {
        var generator = SeededGenerator(seed: 1)
        let parts = try Partition.pathological(
            labels: Self.labels, classes: 10, agents: 20, balanced: balanced, sizes: Self.fractions, using: &generator)
        for part in parts { #expect(Set((part.train + part.validation + part.test).map { Self.labels[$0] }).count <= 2) }
        #expect(parts.reduce(0) { $0 + $1.train.count + $1.validation.count + $1.test.count } == 3000)
        // As in PFLlib: classes 0 and 1 on agents 0…3, 2 and 3 on 4…7, and so on.
        #expect(Set(parts[5].train.map { Self.labels[$0] }).isSubset(of: [2, 3]))
    }

    @Test("planted groups are named and altered")
    func planted() throws {
        let rotated = try Self.make(.rotated, Self.counts)
        #expect(rotated.prefix(5).map(\.truth) == ["r0", "r90", "r180", "r270", "r0"])
        #expect(rotated.prefix(3).map(\.alteration) == [.none, .turned(quarters: 1), .turned(quarters: 2)])
        let halves = try Partition.turning(rotated, groups: 2)
        #expect(halves.prefix(3).map(\.truth) == ["r0", "r180", "r0"])
        #expect(halves.prefix(2).map(\.alteration) == [.none, .turned(quarters: 2)])
        for groups in [-1, 0, 1, 3, 5] { #expect(throws: LearningError.self) { try Partition.turning(rotated, groups: groups) } }
        let permuted = try Self.make(.permuted, Self.counts)
        #expect(permuted.prefix(5).map(\.truth) == ["p0", "p1", "p2", "p3", "p0"])
        var generator = SeededGenerator(seed: 1)
        let some = try Partition.labelPermuted(
            rows: 3000, classes: 10, agents: 8, permuting: 2, sizes: Self.counts, using: &generator)
        #expect(some.map(\.truth) == ["p0", "p0", "p0", "p0", "p0", "p0", "p1", "p1"])
        #expect(some.map { $0.alteration == .none } == [true, true, true, true, true, true, false, false])
        #expect(throws: LearningError.self) { try Partition.permuting(some, classes: 10, last: 9) }
        #expect(throws: LearningError.self) { try Partition.permuting(some, classes: 2, groups: 4) }
    }

    @Test("a label permutation is a bijection, and groups differ", arguments: [2, 3, 4, 5, 7, 9, 10, 21, 100])
    func bijection(classes: Int) {
        let maps = (0..<4).map { Partition.labelMap(classes: classes, group: $0) }
        for map in maps { #expect(map.sorted() == (0..<Int32(classes)).map { $0 }) }
        if classes > 3 { #expect(Set(maps).count == 4) }
    }

    @Test("the four permutations of ten classes are the stated ones")
    func formula() {
        for (group, a) in [1, 3, 7, 9].enumerated() {
            #expect(Partition.labelMap(classes: 10, group: group) == (0..<10).map { Int32((a * $0 + group) % 10) })
        }
    }

    @Test("given lists are kept, repeated rows refused")
    func given() throws {
        var generator = SeededGenerator(seed: 1)
        let parts = try Partition.given(train: [[1, 2, 3, 4], [5, 6]], test: [[7], []], validation: 0.25, using: &generator)
        #expect(parts.map { ($0.train + $0.validation).sorted() } == [[1, 2, 3, 4], [5, 6]])
        #expect(parts.map(\.validation.count) == [1, 0])
        #expect(parts.map(\.test) == [[7], []])
        #expect(throws: LearningError.self) { try Partition.given(train: [[1]], test: [[1]], validation: 0, using: &generator) }
        #expect(throws: LearningError.self) { try Partition.given(train: [[-1]], test: [[1]], validation: 0, using: &generator) }
        #expect(throws: LearningError.self) { try Partition.given(train: [[1]], test: [], validation: 0, using: &generator) }
    }

    @Test("impossible demands are refused, never trap")
    func refused() throws {
        var generator = SeededGenerator(seed: 1)
        for agents in [0, -1, 3001, .max] {
            #expect(throws: LearningError.self) {
                try Partition.iid(rows: 3000, agents: agents, sizes: Self.fractions, using: &generator)
            }
        }
        for sizes in [
            SplitSizes.counts(train: 0, validation: 1, test: 1), .counts(train: -1, validation: 1, test: 1),
            .counts(train: .max, validation: .max, test: .max), .fractions(validation: 0.5, test: 0.5),
            .fractions(validation: .nan, test: 0), .fractions(validation: -1, test: 0),
        ] {
            #expect(throws: LearningError.self) { try Partition.iid(rows: 3000, agents: 2, sizes: sizes, using: &generator) }
        }
        #expect(throws: LearningError.self) {
            try Partition.hsu(labels: [0, 11], classes: 10, agents: 1, alpha: 1, sizes: Self.fractions, using: &generator)
        }
    }
}

@Suite("Planted drift", .timeLimit(.minutes(5)))
struct DriftTests {
    @Test("a share of the agents goes over to the next group")
    func drifting() throws {
        var generator = SeededGenerator(seed: 3)
        let parts = try Partition.labelPermuted(
            rows: 90, classes: 3, agents: 9, groups: 3, sizes: .counts(train: 6, validation: 2, test: 2), using: &generator)
        let drifting = try Partition.drifting(parts, share: 1 / 3.0, from: 5, using: &generator)
        let moved = drifting.indices.filter { drifting[$0].drift != nil }
        #expect(moved.count == 3)
        for i in moved {
            #expect(drifting[i].truth == parts[i].truth)
            #expect(drifting[i].drift?.truth == "p\((i % 3 + 1) % 3)")
            #expect(drifting[i].drift?.round == 5)
        }
        let data = try Dataset(
            features: .float32((0..<180).map { Float($0) }), dimension: 2, targets: .classes((0..<90).map { Int32($0 % 3) }))
        let i = try #require(moved.first)
        let shard = try drifting[i].shard(from: data, observer: "o", task: .classes, classes: 3)
        #expect(shard.truth == drifting[i].drift?.truth)
        #expect([shard.train.count, shard.validation.count, shard.test.count] == [12, 4, 4])
        for (round, part) in [(4, parts[i]), (5, parts.first { $0.truth == shard.truth })] {
            let now = shard.present(in: round)
            var same = parts[i]
            same.alteration = try #require(part).alteration
            let alone = try same.shard(from: data, observer: "o", task: .classes, classes: 3)
            #expect(now.data.floats(rows: now.train) == alone.data.floats(rows: alone.train))
            #expect(now.train.map { now.data.classes[$0] } == alone.train.map { alone.data.classes[$0] })
            #expect(now.test.map { now.data.classes[$0] } == alone.test.map { alone.data.classes[$0] })
        }
        #expect(throws: LearningError.self) { try Partition.drifting(parts, share: 2, from: 5, using: &generator) }
        #expect(throws: LearningError.self) { try Partition.drifting(parts, share: 0.5, from: 0, using: &generator) }
        #expect(throws: LearningError.self) { try Partition.drifting(parts, share: 0.5, from: .max, using: &generator) }
        #expect(throws: LearningError.self) { try Partition.drifting([parts[0]], share: 0.5, from: 5, using: &generator) }
    }
}

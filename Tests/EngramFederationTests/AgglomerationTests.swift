// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct AgglomerationTests {
    /// Merges the closest pair of groups, distances taken afresh over all pairs of members.
    private func naive(_ d: [[Double]], _ linkage: Agglomeration.Linkage, _ wanted: Int) -> [Int] {
        var groups = d.indices.map { [$0] }
        while groups.count > wanted {
            var best = (i: 0, j: 1, distance: Double.infinity)
            for i in groups.indices {
                for j in groups.indices where j > i {
                    let all = groups[i].flatMap { a in groups[j].map { d[a][$0] } }
                    let distance = linkage == .complete ? all.max() ?? 0 : all.reduce(0, +) / Double(all.count)
                    if distance < best.distance { best = (i, j, distance) }
                }
            }
            groups[best.i] += groups[best.j]
            groups.remove(at: best.j)
        }
        var label = [Int](repeating: 0, count: d.count)
        for (k, group) in groups.sorted(by: { ($0.min() ?? 0) < ($1.min() ?? 0) }).enumerated() {
            for item in group { label[item] = k }
        }
        return label
    }

    @Test(arguments: [Agglomeration.Linkage.average, .complete], [2, 3, 5, 9, 16]) func againstTheNaiveRule(
        linkage: Agglomeration.Linkage, n: Int
    ) {
        for seed in 0..<12 {
            var generator = SeededGenerator(seed: UInt64(seed), "agglomeration", String(n))
            var d = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
            for i in 0..<n {
                for j in 0..<i {
                    d[i][j] = generator.uniform()
                    d[j][i] = d[i][j]
                }
            }
            let tree = Agglomeration(distances: d, linkage: linkage)
            for wanted in 1...n { #expect(tree.groups(wanted) == naive(d, linkage, wanted)) }
        }
    }

    @Test func tiesRepeatAndGroupsAreNumberedFromTheFirst() {
        let d = [[Double]](repeating: [Double](repeating: 1, count: 6), count: 6)
        let groups = Agglomeration(distances: d, linkage: .average).groups(2)
        #expect(groups == Agglomeration(distances: d, linkage: .average).groups(2))
        #expect(groups.first == 0)
        #expect(Set(groups) == [0, 1])
    }

    @Test func nothingAndOne() {
        #expect(Agglomeration(distances: [], linkage: .average).groups(2).isEmpty)
        #expect(Agglomeration(distances: [[0]], linkage: .complete).groups(2) == [0])
        #expect(Agglomeration(distances: [[0, 1], [1, 0]], linkage: .complete).groups(5) == [0, 1])
    }
}

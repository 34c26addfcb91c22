// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct AgglomerationTests {
    private typealias Linkage = Agglomeration.Linkage

    /// Points in the plane with their Euclidean distances.
    private struct Plane {
        var points: [(x: Double, y: Double)] = []
        var distances: [[Double]] { points.map { a in points.map { b in length(a.x - b.x, a.y - b.y) } } }

        init(_ n: Int, _ seed: Int) {
            var generator = SeededGenerator(seed: UInt64(seed), "agglomeration", String(n))
            for _ in 0..<n { points.append((generator.normal(), generator.normal())) }
        }

        func length(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }

        func mean(_ group: [Int]) -> (x: Double, y: Double) {
            let count = Double(group.count)
            return (group.reduce(0) { $0 + points[$1].x } / count, group.reduce(0) { $0 + points[$1].y } / count)
        }

        /// By definition, from the members.
        func distance(_ a: [Int], _ b: [Int], _ linkage: Linkage) -> Double {
            let all = a.flatMap { i in b.map { distances[i][$0] } }
            switch linkage {
            case .single: return all.min() ?? 0
            case .complete: return all.max() ?? 0
            case .average: return all.reduce(0, +) / Double(all.count)
            case .ward:
                let (p, q, s, t) = (mean(a), mean(b), Double(a.count), Double(b.count))
                return (2 * s * t / (s + t)).squareRoot() * length(p.x - q.x, p.y - q.y)
            }
        }

        /// Merges the closest pair of groups until there are so few, or none is within the height.
        func naive(_ linkage: Linkage, wanted: Int = 1, within height: Double = .infinity) -> [Int] {
            var groups = points.indices.map { [$0] }
            while groups.count > wanted {
                var best = (i: 0, j: 1, distance: Double.infinity)
                for i in groups.indices {
                    for j in groups.indices where j > i {
                        let distance = distance(groups[i], groups[j], linkage)
                        if distance < best.distance { best = (i, j, distance) }
                    }
                }
                if best.distance > height { break }
                groups[best.i] += groups[best.j]
                groups.remove(at: best.j)
            }
            var label = [Int](repeating: 0, count: points.count)
            for (k, group) in groups.enumerated() { for item in group { label[item] = k } }
            return label.renumbered
        }
    }

    @Test(arguments: Agglomeration.Linkage.allCases, [2, 3, 5, 9, 12]) func againstTheNaiveRule(
        linkage: Agglomeration.Linkage, n: Int
    ) {
        for seed in 0..<8 {
            let plane = Plane(n, seed)
            let tree = Agglomeration(distances: plane.distances, linkage: linkage)
            for wanted in 1...n { #expect(tree.groups(wanted) == plane.naive(linkage, wanted: wanted)) }
            for height in [0, 0.4, 1, 2.5, 100] {
                #expect(tree.groups(within: height) == plane.naive(linkage, within: height))
            }
        }
    }

    @Test func noCutIntoTwoIsWiderThanThatOfSingleLinkage() {
        let n = 8
        for seed in 0..<10 {
            let d = Plane(n, seed).distances
            func gap(_ side: (Int) -> Bool) -> Double {
                var least = Double.infinity
                for i in 0..<n { for j in 0..<i where side(i) != side(j) { least = min(least, d[i][j]) } }
                return least
            }
            let widest = (1..<(1 << (n - 1))).map { mask in gap { mask >> $0 & 1 == 1 } }.max()
            let found = Agglomeration(distances: d, linkage: .single).groups(2)
            #expect(gap { found[$0] == 1 } == widest)
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
        #expect(Agglomeration(distances: [], linkage: .ward).groups(within: 1).isEmpty)
        #expect(Agglomeration(distances: [[0]], linkage: .complete).groups(2) == [0])
        #expect(Agglomeration(distances: [[0]], linkage: .single).groups(within: 0) == [0])
        #expect(Agglomeration(distances: [[0, 1], [1, 0]], linkage: .complete).groups(5) == [0, 1])
    }
}

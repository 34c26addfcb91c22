// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct CosineMergingTests {
    private func items(_ n: Int, _ seed: UInt64) -> [Signature] {
        var generator = SeededGenerator(seed: seed, "merging")
        return (0..<n).map { i in Signature((0..<6).map { j in Float(generator.normal() + (j == i % 3 ? 2 : 0)) }) }
    }

    /// Sums taken afresh, all pairs looked at.
    private func naive(_ items: [Signature], _ threshold: Double) -> [Int] {
        var groups = items.indices.map { [$0] }
        func sum(_ group: [Int]) -> Signature {
            var out = [Float](repeating: 0, count: 6)
            for i in group { Kernels.axpy(1, items[i].values, into: &out) }
            return Signature(out)
        }
        while true {
            var best = (i: 0, j: 0, cosine: threshold)
            for i in groups.indices {
                for j in groups.indices where j > i {
                    let cosine = sum(groups[i]).cosine(sum(groups[j]))
                    if cosine > best.cosine { best = (i, j, cosine) }
                }
            }
            guard best.j > 0 else { break }
            groups[best.i] += groups[best.j]
            groups.remove(at: best.j)
        }
        var label = [Int](repeating: 0, count: items.count)
        for (k, group) in groups.enumerated() { for item in group { label[item] = k } }
        return label.renumbered
    }

    @Test(arguments: [2, 3, 7, 15], [-0.5, 0.15, 0.6]) func againstTheNaiveRule(n: Int, threshold: Double) {
        for seed in 0..<8 as Range<UInt64> {
            let items = items(n, seed)
            #expect(CosineMerging.groups(items, above: threshold) == naive(items, threshold))
        }
    }

    @Test func limitsAndZeros() {
        let items = items(6, 1)
        #expect(CosineMerging.groups([], above: 0).isEmpty)
        #expect(CosineMerging.groups(items, above: 1) == [0, 1, 2, 3, 4, 5])
        #expect(CosineMerging.groups([items[0], items[0], items[0]], above: 0.5) == [0, 0, 0])
        #expect(CosineMerging.groups([Signature([0, 0]), Signature([0, 0])], above: 0) == [0, 1])
        #expect(CosineMerging.groups([Signature([1]), Signature([1, 0])], above: 0) == [0, 1])
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct BulyanTests {
    /// The paper's steps, one after the other, without anything kept between them.
    private func bulyan(_ updates: [[Float]], hostile f: Int) -> [Double] {
        var left = updates
        var chosen: [[Float]] = []
        while chosen.count < updates.count - 2 * f {
            let scores = left.indices.map { i -> Double in
                let others = left.indices.filter { $0 != i }.map { ToyUpdates.squaredDistance(left[i], left[$0]) }
                return others.sorted().prefix(max(1, left.count - f - 2)).reduce(0, +)
            }
            guard let best = scores.indices.min(by: { scores[$0] < scores[$1] }) else { break }
            chosen.append(left.remove(at: best))
        }
        return (0..<updates[0].count).map { j -> Double in
            let column = chosen.map { Double($0[j]) }.sorted()
            let median = (column[(column.count - 1) / 2] + column[column.count / 2]) / 2
            let near = column.sorted { abs($0 - median) < abs($1 - median) }.prefix(chosen.count - 2 * f)
            return near.reduce(0, +) / Double(near.count)
        }
    }

    @Test(arguments: [(7, 1), (8, 1), (11, 2), (15, 3), (16, 2)]) func againstBruteForce(agents: Int, hostile: Int) throws {
        let updates = ToyUpdates.normal(agents, 19, seed: UInt64(10 * agents + hostile))
        var rule = Bulyan()
        rule.hostile = hostile
        let result = try rule.combining(UpdateBatch(updates), count: 19)
        #expect(ToyUpdates.gap(result, bulyan(updates, hostile: hostile)) < 1e-5)
    }

    @Test func nearestTheMedian() {
        #expect(Bulyan.meanNearMedian([0, 1, 2, 10], keep: 2) == 1.5)
        #expect(Bulyan.meanNearMedian([-9, 0, 1, 2, 3], keep: 3) == 1)
        // Equally far: the lower stays.
        #expect(Bulyan.meanNearMedian([0, 1, 2], keep: 2) == 0.5)
        #expect(Bulyan.meanNearMedian([4], keep: 1) == 4)
    }

    @Test(arguments: 1...6) func belowSevenTheMedian(agents: Int) throws {
        let batch = UpdateBatch(ToyUpdates.normal(agents, 5, seed: 1))
        #expect(try Bulyan().combining(batch, count: 5) == Median().combining(batch, count: 5))
    }

    @Test func smallGroupsLowerTheNumber() throws {
        let batch = UpdateBatch(ToyUpdates.normal(8, 5, seed: 1))
        var rule = Bulyan()
        rule.hostile = 7
        #expect(try rule.combining(batch, count: 5) == Bulyan().combining(batch, count: 5))
    }
}

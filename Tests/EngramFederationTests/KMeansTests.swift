// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct KMeansTests {
    private func rows(_ n: Int, _ seed: UInt64, centres: Int = 1) -> [[Double]] {
        var generator = SeededGenerator(seed: seed, "rows")
        return (0..<n).map { i in (0..<3).map { j in generator.normal() + (j == i % centres ? 8 : 0) } }
    }

    /// Σ w‖x − c‖² from the points themselves.
    private func dispersion(_ rows: [[Double]], _ groups: [Int], weights: [Double]) -> Double {
        var sum = 0.0
        for group in Set(groups) {
            let members = rows.indices.filter { groups[$0] == group }
            let total = members.reduce(0) { $0 + weights[$1] }
            guard total > 0 else { continue }
            let mean = (0..<3).map { j in members.reduce(0) { $0 + weights[$1] * rows[$1][j] } / total }
            for i in members { sum += weights[i] * zip(rows[i], mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        }
        return sum
    }

    private func means(_ rows: [[Double]], weights: [Double]? = nil, _ count: Int, restarts: Int = 20) -> KMeans {
        var generator = SeededGenerator(seed: 5)
        return KMeans(
            squares: KMeans.squares(of: rows), weights: weights, count: count, restarts: restarts, using: &generator)
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func dispersionIsThatOfThePoints(seed: UInt64) {
        let rows = rows(20, seed)
        var generator = SeededGenerator(seed: seed)
        let weights = rows.map { _ in generator.uniform() }
        let found = means(rows, weights: weights, 4)
        #expect(abs(found.dispersion - dispersion(rows, found.groups, weights: weights)) < 1e-9)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64]) func manyStartsFindTheBestOfAllGroupings(seed: UInt64) {
        let rows = rows(8, seed)
        let ones = [Double](repeating: 1, count: 8)
        let least = (0..<(1 << 7)).map { mask in dispersion(rows, (0..<8).map { mask >> $0 & 1 }, weights: ones) }.min() ?? 0
        #expect(abs(means(rows, 2, restarts: 50).dispersion - least) < 1e-9)
    }

    @Test func moreStartsAreNeverWorse() {
        let rows = rows(40, 9)
        var last = Double.infinity
        for restarts in [1, 2, 5, 20] {
            let found = means(rows, 6, restarts: restarts).dispersion
            #expect(found <= last)
            last = found
        }
    }

    @Test func aWeightOfTwoIsTwoPoints() {
        let rows = rows(6, 3)
        let doubled = means(rows + [rows[0], rows[1]], 2, restarts: 50)
        let weighted = means(rows, weights: [2, 2, 1, 1, 1, 1], 2, restarts: 50)
        #expect(Array(doubled.groups.prefix(6)) == weighted.groups)
        #expect(abs(doubled.dispersion - weighted.dispersion) < 1e-9)
    }

    @Test func plantedGroupsAreFoundAndNumberedFromTheFirst() {
        #expect(means(rows(30, 4, centres: 3), 3).groups == (0..<30).map { $0 % 3 })
    }

    @Test func fewPointsNoWeightAndEqualPoints() {
        #expect(means([], 3).groups.isEmpty)
        #expect(means(rows(1, 1), 3).groups == [0])
        #expect(Set(means(rows(3, 1), 7).groups) == [0, 1, 2])
        #expect(means(rows(4, 1), weights: [0, 0, 0, 0], 2).groups == [0, 0, 0, 0])
        #expect(means([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 2).groups == [0, 0, 0])
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramLearning

@Suite(.timeLimit(.minutes(5))) struct ChanceTallyTests {
    /// Chances in the middle of bins, so that ties are those of the metric.
    @Test func itsAreaIsThatOfTheRows() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            var tally = ChanceTally()
            var scores: [Double] = []
            var truth: [Bool] = []
            for _ in 0..<50 {
                let chance = (Double(generator.below(40)) + 0.5) / 40
                scores.append(chance)
                truth.append(generator.uniform() < chance)
                tally.add(chance, hit: truth.last ?? false)
            }
            #expect(abs(tally.auc - Metrics.auc(scores, positive: truth)) < 1e-12)
        }
    }

    @Test func chancesThatComeTrueAreCalibrated() {
        var tally = ChanceTally()
        for i in 0..<40 { tally.add(0.2525, hit: i < 10) }
        #expect(abs(tally.calibrationError - 0.0025) < 1e-9)
        for _ in 0..<40 { tally.add(0.9525, hit: false) }
        #expect(abs(tally.calibrationError - (0.0025 + 0.9525) / 2) < 1e-9)
    }

    @Test func withoutOneKindNothingIsRanked() {
        var tally = ChanceTally()
        #expect(tally.auc == 0.5 && tally.calibrationError == 0)
        tally.add(0.9, hit: true)
        #expect(tally.auc == 0.5)
    }

    @Test func whatIsNoChanceIsCountedAllTheSame() {
        var tally = ChanceTally()
        for chance in [Double.nan, -1, .infinity, 2, 1] { tally.add(chance, hit: true) }
        #expect(tally.count == 5 && tally.hits[0] == 2 && tally.hits[ChanceTally.bins - 1] == 3)
    }

    @Test func countsSurviveTheWire() {
        var tally = ChanceTally()
        for i in 0..<30 { tally.add(Double(i) / 30, hit: i % 3 == 0) }
        #expect(ChanceTally(counts: tally.counts, rows: 30) == tally)
        #expect(ChanceTally(counts: tally.counts, rows: 29) == nil)
        #expect(ChanceTally(counts: Array(tally.counts.dropLast()), rows: 30) == nil)
        for rubbish in [-1, 0.5, Float.nan, .infinity] {
            var counts = tally.counts
            counts[0] = rubbish
            #expect(ChanceTally(counts: counts, rows: 30) == nil)
        }
    }

    @Test func outputsAreLogits() throws {
        let network = Network(ModelSpec(inputs: 1, hidden: [], outputs: 1, task: .remembered))
        let data = try Dataset(features: .float32([0, 0, 0]), dimension: 1, targets: .classes([0, 1, 1]))
        let tally = try #require(network.chances(outputs: [0, 100, -100], data, rows: [0, 1, 2]))
        #expect(tally.misses[ChanceTally.bins / 2] == 1 && tally.hits[ChanceTally.bins - 1] == 1 && tally.hits[0] == 1)
        let classes = Network(ModelSpec(inputs: 1, hidden: [], outputs: 3, task: .classes))
        #expect(classes.chances(outputs: [0, 0, 0], data, rows: [0]) == nil)
    }
}

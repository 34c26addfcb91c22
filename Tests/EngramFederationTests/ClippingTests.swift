// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

/// Rules that bound what one update can do: norm clipping, centred clipping, threshold clustering.
@Suite(.timeLimit(.minutes(5))) struct ClippingTests {
    @Test func normClipByHand() throws {
        let updates: [[Float]] = [[3, 4], [0, 1], [0, 20]]
        var rule = NormClip()
        rule.bound = 2
        let batch = UpdateBatch(toyWeights: [1, 2, 1]) { updates[$0] }
        // ¼·(1.2, 1.6) + ½·(0, 1) + ¼·(0, 2).
        #expect(ToyUpdates.gap(try rule.combining(batch, count: 2), [0.3, 1.4]) < 1e-6)
        // The median norm is 5: only the third is shortened.
        #expect(ToyUpdates.gap(try NormClip().combining(batch, count: 2), [0.75, 2.75]) < 1e-6)
    }

    @Test func aWideBoundIsTheWeightedMean() throws {
        let updates = ToyUpdates.normal(5, 9, seed: 3)
        let batch = UpdateBatch(toyWeights: [1, 2, 3, 4, 5]) { updates[$0] }
        var rule = NormClip()
        rule.bound = 1e6
        #expect(try rule.combining(batch, count: 9) == WeightedMean().combining(batch, count: 9))
    }

    @Test func centredClipByHand() throws {
        var rule = CentredClip()
        rule.radius = 1
        rule.iterations = 1
        var memory: [Float]?
        let batch = UpdateBatch([[4, 0], [0, 0.5]])
        // From zero: (clip(4, 0) + (0, ½))/2; then from there again.
        #expect(try rule.combine(batch, count: 2, memory: &memory) == [0.5, 0.25])
        #expect(memory == [0.5, 0.25])
        let (x, y) = (3.5, -0.25)
        let length = (x * x + y * y).squareRoot()
        let expected = [0.5 + (x / length - 0.5) / 2, 0.25 + (y / length + 0.25) / 2]
        #expect(ToyUpdates.gap(try rule.combine(batch, count: 2, memory: &memory), expected) < 1e-6)
        rule.iterations = 2
        #expect(ToyUpdates.gap(try rule.combining(batch, count: 2), expected) < 1e-6)
    }

    @Test func aWideRadiusIsThePlainMean() throws {
        let updates = ToyUpdates.normal(6, 9, seed: 4)
        var clip = CentredClip()
        clip.radius = 1e6
        var near = ThresholdClustering()
        near.radius = 1e6
        for rule in [clip, near] as [any Aggregation] {
            #expect(ToyUpdates.gap(try rule.combining(UpdateBatch(updates), count: 9), ToyUpdates.mean(updates)) < 1e-6)
        }
    }

    /// Karimireddy et al.: one update moves the centre by τ/n in an iteration at most.
    @Test func oneUpdateMovesTheCentreByItsShare() throws {
        var updates = ToyUpdates.normal(5, 7, seed: 5)
        var rule = CentredClip()
        rule.radius = 0.5
        rule.iterations = 1
        let before = try rule.combining(UpdateBatch(updates), count: 7)
        updates[2] = [Float](repeating: -1e9, count: 7)
        let after = try rule.combining(UpdateBatch(updates), count: 7)
        #expect(ToyUpdates.squaredDistance(before, after).squareRoot() <= 2 * 0.5 / 5 + 1e-6)
    }

    @Test func centredClipConvergesToTheHonestAcrossRounds() throws {
        let (updates, truth) = ToyUpdates.attacked(9, hostile: 4, 12, seed: 7)
        var memory: [Float]?
        var result: [Float] = []
        for _ in 0..<10 { result = try CentredClip().combine(UpdateBatch(updates), count: 12, memory: &memory) }
        #expect(ToyUpdates.error(result, truth) < 0.3)
    }

    @Test func memoryOfAnotherSizeIsNotUsed() throws {
        var memory: [Float]? = [1, 2, 3]
        let result = try CentredClip().combine(UpdateBatch([[2, 2]]), count: 2, memory: &memory)
        #expect(result == [2, 2])
        #expect(memory?.count == 2)
    }

    /// Points on a line around 1 and a far pair: the centre becomes the mean of the near ones alone, whatever the far ones are.
    @Test(arguments: [50, 1e6, 3e38] as [Float]) func thresholdClusteringLeavesOutTheFar(far: Float) throws {
        var rule = ThresholdClustering()
        rule.radius = 2
        rule.iterations = 60
        let updates: [[Float]] = [[0.8], [0.9], [1], [1.1], [1.3], [far], [-far]]
        #expect(ToyUpdates.gap(try rule.combining(UpdateBatch(updates), count: 1), [1.02]) < 1e-5)
    }

    @Test func thresholdClusteringByHand() throws {
        var rule = ThresholdClustering()
        rule.radius = 3
        rule.iterations = 1
        // From the median 2, the far one is replaced by the median: (0 + 2 + 2 + 3 + 2)/5.
        #expect(ToyUpdates.gap(try rule.combining(UpdateBatch([[0], [2], [2], [3], [9]]), count: 1), [1.8]) < 1e-6)
    }

    /// Without a radius, two of two are a majority, to the last bit.
    @Test func thresholdClusteringOfTwoIsTheirMean() throws {
        let updates = ToyUpdates.normal(2, 31, seed: 12)
        #expect(
            ToyUpdates.gap(try ThresholdClustering().combining(UpdateBatch(updates), count: 31), ToyUpdates.mean(updates)) < 1e-6)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct UpdateBatchTests {
    /// When a slice holds fewer coordinates than there are, every update is read once a slice; no number is seen twice or missed.
    @Test(arguments: [(5, 3), (12, 1), (1, 12), (7, 2)]) func slicesCoverEachCoordinateOnce(width: Int, slices: Int) throws {
        let updates = ToyUpdates.normal(8, 12, seed: 5)
        var reads = 0
        var batch = UpdateBatch(toyWeights: [Double](repeating: 1, count: 8)) { i in
            reads += 1
            return updates[i]
        }
        batch.sliceBytes = 4 * 8 * width
        var seen = [[Float]](repeating: [], count: 8)
        var next = 0
        try batch.forEachSlice(count: 12) { range, parts in
            #expect(range.lowerBound == next && range.count <= width)
            next = range.upperBound
            for i in parts.indices { seen[i] += parts[i] }
        }
        #expect(seen == updates)
        #expect(reads == 8 * slices)
    }

    @Test func slicesOfNothing() throws {
        var calls = 0
        try UpdateBatch([]).forEachSlice(count: 3) { _, _ in calls += 1 }
        try UpdateBatch([[]]).forEachSlice(count: 0) { _, _ in calls += 1 }
        #expect(calls == 0)
    }

    @Test(arguments: [1, 4, 1 << 20]) func gramAgainstBruteForce(width: Int) throws {
        let updates = ToyUpdates.normal(6, 33, seed: 9)
        var batch = UpdateBatch(updates)
        batch.sliceBytes = 4 * 6 * width
        let gram = try batch.gram(count: 33)
        for i in 0..<6 {
            for j in 0..<6 {
                let product = zip(updates[i], updates[j]).map { Double($0) * Double($1) }.reduce(0, +)
                #expect(abs(gram[i, j] - product) < 1e-12)
                #expect(abs(gram.squaredDistance(i, j) - ToyUpdates.squaredDistance(updates[i], updates[j])) < 1e-11)
                let cosine = product / (Kernels.norm(updates[i]) * Kernels.norm(updates[j]))
                #expect(abs(gram.cosine(i, j) - cosine) < 1e-12)
            }
        }
    }

    @Test func gramOfZerosAndTwins() {
        let gram = Gram([[0, 0], [3, 4], [3, 4], [-3, -4]])
        #expect(gram.norm(1) == 5)
        #expect(gram.cosine(0, 1) == 0)
        #expect(gram.squaredDistance(1, 2) == 0)
        #expect(gram.cosine(1, 3) == -1)
    }

    @Test func sharesAddUpToOne() {
        #expect(UpdateBatch(toyWeights: [3, 1]) { _ in [] }.shares == [0.75, 0.25])
        #expect(UpdateBatch(toyWeights: [0, 0, 0, 0]) { _ in [] }.shares == [0.25, 0.25, 0.25, 0.25])
    }

    @Test func sumsLeaveOutWhatHasNoFactor() throws {
        var reads: [Int] = []
        let batch = UpdateBatch(toyWeights: [1, 1, 1]) { i in
            reads.append(i)
            return [Float(i), 1]
        }
        #expect(try batch.sum([0.5, 0, 2], count: 2) == [4, 2.5])
        #expect(reads == [0, 2])
    }

    @Test func subsetsKeepTheirAgents() throws {
        let part = UpdateBatch(toyWeights: [1, 2, 3]) { [Float($0)] }.subset([0, 2])
        #expect(part.agents == [.toy(0), .toy(2)])
        #expect(part.weights == [1, 3])
        #expect(try part.plainMean(count: 1) == [1])
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@testable import EngramFederation

/// Gaussian noise on a clipped sum, and the bound that follows the updates.
@Suite(.timeLimit(.minutes(5))) struct CentralNoiseTests {
    /// Without noise: updates scaled back to 5, over the four that were expected, not the two that came; rows do not count.
    @Test func theDenominatorIsFixed() throws {
        let updates: [[Float]] = [[3, 4], [30, 40]]
        let noise = GaussianNoise(multiplier: 0, bound: 5, expected: 4)
        var generator = SeededGenerator(seed: 1)
        let batch = UpdateBatch(toyWeights: [1, 100]) { updates[$0] }
        let (mean, within) = try noise.mean(of: batch, count: 2, using: &generator)
        #expect(ToyUpdates.gap(mean, [1.5, 2]) < 1e-6)
        #expect(within == 1)
    }

    /// The deviation of each coordinate is zS/qN, whether or not anybody came.
    @Test(arguments: [0, 3]) func theNoiseHasItsSize(agents: Int) throws {
        let count = 20_000
        let noise = GaussianNoise(multiplier: 1.5, bound: 2, expected: 6)
        let updates = [[Float]](repeating: [Float](repeating: 0, count: count), count: agents)
        var generator = SeededGenerator(seed: 2)
        let (mean, within) = try noise.mean(of: UpdateBatch(updates), count: count, using: &generator)
        #expect(within == agents)
        #expect(abs(Kernels.norm(mean) / Double(count).squareRoot() - 0.5) < 0.5 * 5 / Double(2 * count).squareRoot())
        #expect(abs(mean.reduce(0.0) { $0 + Double($1) } / Double(count)) < 0.5 * 5 / Double(count).squareRoot())
    }

    /// One update more changes the sum by S at most.
    @Test func sensitivity() throws {
        let noise = GaussianNoise(multiplier: 0, bound: 0.7, expected: 1)
        var generator = SeededGenerator(seed: 3)
        let updates = ToyUpdates.normal(5, 11, seed: 4)
        let all = try noise.mean(of: UpdateBatch(updates), count: 11, using: &generator).mean
        let fewer = try noise.mean(of: UpdateBatch(Array(updates.dropLast())), count: 11, using: &generator).mean
        #expect(abs(ToyUpdates.squaredDistance(all, fewer).squareRoot() - 0.7) < 1e-6)
    }

    @Test func theBoundMovesByTheRule() {
        var clip = AdaptiveClip(bound: 3)
        clip.adapt(share: 1)
        #expect(abs(clip.bound - 3 * exp(-0.1)) < 1e-12)
        clip.adapt(share: 0)
        #expect(abs(clip.bound - 3) < 1e-12)
        clip.adapt(share: 0.5)
        #expect(abs(clip.bound - 3) < 1e-12)
    }

    @Test func theBoundStaysUsable() {
        var clip = AdaptiveClip(bound: 1)
        for _ in 0..<5000 { clip.adapt(share: 1) }
        #expect(clip.bound == AdaptiveClip.range.lowerBound)
        for _ in 0..<10_000 { clip.adapt(share: 0) }
        #expect(clip.bound == AdaptiveClip.range.upperBound)
    }

    /// From far above and far below, the bound comes to the quantile of the norms, with a noisy count too.
    @Test(arguments: [(1e-3, 0.5), (1e3, 0.5), (1.0, 0.8)]) func itFindsTheQuantile(start: Double, quantile: Double) {
        var generator = SeededGenerator(seed: 5)
        var clip = AdaptiveClip(bound: start, quantile: quantile)
        var last: [Double] = []
        for _ in 0..<400 {
            let norms = (0..<200).map { _ in 1 + generator.uniform() }
            let within = norms.count { $0 <= clip.bound }
            clip.adapt(
                share: AdaptiveClip.noisyShare(within: within, of: 200, expected: 200, noise: 10, using: &generator))
            last.append(clip.bound)
        }
        let mean = last.suffix(100).reduce(0, +) / 100
        #expect(abs(mean - (1 + quantile)) < 0.03)
    }

    @Test func sharesAreUnbiased() {
        var generator = SeededGenerator(seed: 6)
        #expect(AdaptiveClip.noisyShare(within: 30, of: 40, expected: 40, noise: 0, using: &generator) == 0.75)
        // Fewer than expected: the missing count as neither.
        #expect(AdaptiveClip.noisyShare(within: 20, of: 20, expected: 40, noise: 0, using: &generator) == 0.75)
    }

    /// Updates with the reduced noise and the count together cost what one release with the total noise costs.
    @Test func theCountIsPaidFor() throws {
        let noise = try #require(AdaptiveClip.updateNoise(total: 1.1, count: 5))
        #expect(noise > 1.1)
        var both = RDPAccountant()
        both.compose(noise: noise, sampling: 1)
        // ½ is the count's sensitivity: deviation 5 is a multiplier of 10.
        both.compose(noise: 10, sampling: 1)
        var one = RDPAccountant()
        one.compose(noise: 1.1, sampling: 1)
        #expect(abs(both.epsilon(delta: 1e-5) - one.epsilon(delta: 1e-5)) < 1e-9)
        #expect(AdaptiveClip.updateNoise(total: 1.1, count: 0.5) == nil)
    }
}

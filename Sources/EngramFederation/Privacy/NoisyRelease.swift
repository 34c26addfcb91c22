// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// What the coordinator knows when a model's updates are about to become one.
package struct ReleaseFacts: Sendable {
    /// S.
    package let clip: Double
    /// N: members that might have been drawn.
    package let population: Int
    /// q.
    package let sampling: Double
    /// Agents that say that their update was within the clip.
    package let within: Int
    /// Of the noise: the same whenever this round of this model is folded.
    package let generator: SeededGenerator
}

/// How one model's updates become one in one round, with everything that the fold needs for it.
package struct NoisyRelease: Equatable, Sendable {
    /// The count by which the clip moves.
    struct Count: Equatable, Sendable {
        let clip: AdaptiveClip
        let noise: Double
        let within: Int
    }

    let noise: GaussianNoise
    let generator: SeededGenerator
    var count: Count?

    /// The noisy mean of `size` numbers, and the clip of the next round if it moves. To be taken when there are no updates as well: their
    /// absence must not show.
    func mean(of updates: UpdateBatch, size: Int) throws -> (mean: [Float], clip: Double?) {
        var generator = generator
        let mean = try noise.mean(of: updates, count: size, using: &generator).mean
        guard let count else { return (mean, nil) }
        var clip = count.clip
        clip.adapt(
            share: AdaptiveClip.noisyShare(
                within: count.within, of: updates.count, expected: noise.expected, noise: count.noise, using: &generator))
        return (mean, clip.bound)
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// A clipping bound that follows a quantile of the updates' norms: S ← S·exp(−η(b̄ − γ)), b̄ being the share of updates within S
/// (Andrew et al. 2021).
package struct AdaptiveClip: Codable, Equatable, Sendable {
    /// Where the bound stays: a run of one-sided rounds would otherwise end at zero, from which there is no return, or at infinity.
    static let range = 1e-12...1e12

    /// S.
    package private(set) var bound: Double
    /// γ: the share of updates that shall be within the bound.
    package let quantile: Double
    /// η.
    package let rate: Double

    package init(bound: Double, quantile: Double = 0.5, rate: Double = 0.2) {
        self.bound = Self.held(bound)
        self.quantile = quantile
        self.rate = rate
    }

    /// Moves the bound after a round in which this share of the updates was within it.
    package mutating func adapt(share: Double) { bound = Self.held(bound * exp(-rate * (share - quantile))) }

    /// The share with noise of standard deviation `noise` (σ_b) on the count, over the `expected` number of updates.
    ///
    /// Counts b − ½ instead of b, so that one agent moves the sum by ½ at most (§2 of the paper). The paper takes σ_b = expected/20.
    package static func noisyShare(
        within: Int, of updates: Int, expected: Double, noise: Double, using generator: inout SeededGenerator
    ) -> Double {
        (Double(within) - Double(updates) / 2 + noise * generator.normal()) / expected + 0.5
    }

    /// The noise multiplier for the updates with which they and the count together cost what `total` alone would:
    /// (z⁻² − (2σ_b)⁻²)^−½ (theorem 1); nil if the count alone costs more.
    package static func updateNoise(total: Double, count: Double) -> Double? {
        let left = 1 / (total * total) - 1 / (4 * count * count)
        return left > 0 ? 1 / left.squareRoot() : nil
    }

    private static func held(_ bound: Double) -> Double { min(range.upperBound, max(range.lowerBound, bound)) }
}

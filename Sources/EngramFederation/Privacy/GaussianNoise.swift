// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Central differential privacy of a mean of updates: each is scaled back to a norm, all count alike, noise is added to the sum, and the
/// sum is divided by the number that was expected, not the number that came (DP-FedAvg, McMahan et al. 2018).
///
/// One release costs an `RDPAccountant` one step with noise `multiplier`. The generator is not a cryptographic one, and Float64
/// noise is not safe against attacks on its last bits (Mironov 2012).
package struct GaussianNoise: Equatable, Sendable {
    /// z: the noise's standard deviation is z·bound.
    package let multiplier: Double
    /// S: the greatest norm of one update.
    package let bound: Double
    /// qN: how many updates are expected; the denominator.
    package let expected: Double

    package init(multiplier: Double, bound: Double, expected: Double) {
        self.multiplier = multiplier
        self.bound = bound
        self.expected = expected
    }

    /// (Σ Δ·min(1, S/‖Δ‖) + N(0, z²S²I))/qN of `count` numbers each, and how many updates were within the bound (for `AdaptiveClip`;
    /// not private before noise is added to it).
    package func mean(
        of updates: UpdateBatch, count: Int, using generator: inout SeededGenerator
    ) throws -> (mean: [Float], within: Int) {
        let norms = try updates.norms()
        let limit = NormBound(radius: bound)
        var sum = try updates.sum(norms.map { limit.factor($0) }, from: [Double](repeating: 0, count: count))
        for i in sum.indices { sum[i] += multiplier * bound * generator.normal() }
        return (Kernels.narrow(sum, times: 1 / expected), norms.count { $0 <= bound })
    }
}

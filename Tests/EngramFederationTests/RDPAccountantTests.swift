// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct RDPAccountantTests {
    struct Known: Sendable {
        let sampling: Double
        let noise: Double
        let steps: Int
        let delta: Double
        let improved: Double
        let classic: Double
    }

    /// Computed with another program from the same formulas.
    static let known = [
        Known(sampling: 256 / 60000, noise: 1.1, steps: 14062, delta: 1e-5, improved: 2.5970, classic: 3.0091),
        Known(sampling: 0.01, noise: 1, steps: 1000, delta: 1e-5, improved: 2.1078, classic: 2.5383),
        Known(sampling: 1, noise: 1, steps: 1, delta: 1e-5, improved: 4.7527, classic: 5.3026),
        Known(sampling: 0.1, noise: 1, steps: 100, delta: 1e-3, improved: 5.6703, classic: 6.6251),
        Known(sampling: 1, noise: 8, steps: 100, delta: 1e-3, improved: 4.6778, classic: 5.4276),
    ]

    private func spent(_ sampling: Double, _ noise: Double, _ steps: Int) -> RDPAccountant {
        var accountant = RDPAccountant()
        accountant.compose(noise: noise, sampling: sampling, steps: steps)
        return accountant
    }

    @Test(arguments: known) func knownValues(_ known: Known) {
        let accountant = spent(known.sampling, known.noise, known.steps)
        #expect(abs(accountant.epsilon(delta: known.delta) - known.improved) < 6e-5)
        #expect(abs(accountant.epsilon(delta: known.delta, .classic) - known.classic) < 6e-5)
    }

    /// Σₖ C(α,k)(1 − q)^(α−k) q^k e^(k(k−1)/2z²), summed without logarithms where that still fits.
    @Test(arguments: [2, 3, 8, 20], [0.001, 0.1, 0.7]) func divergenceAgainstTheSum(order: Int, q: Double) {
        let z = 1.3
        var sum = 0.0
        var binomial = 1.0
        for k in 0...order {
            if k > 0 { binomial *= Double(order - k + 1) / Double(k) }
            let chance = binomial * pow(1 - q, Double(order - k)) * pow(q, Double(k))
            sum += chance * exp(Double(k * (k - 1)) / (2 * z * z))
        }
        let expected = log(sum) / Double(order - 1)
        #expect(abs(RDPAccountant.divergence(order, noise: z, sampling: q) - expected) < 1e-9 * max(1, expected) + 1e-13)
    }

    @Test func limits() {
        #expect(RDPAccountant.divergence(7, noise: 2, sampling: 1) == 7.0 / 8)
        // Everyone is the limit of nearly everyone.
        #expect(abs(RDPAccountant.divergence(7, noise: 2, sampling: 1 - 1e-12) - 7.0 / 8) < 1e-9)
        #expect(RDPAccountant.divergence(7, noise: 2, sampling: 0) == 0)
        #expect(RDPAccountant.divergence(7, noise: 0, sampling: 0.5) == .infinity)
        #expect(RDPAccountant.divergence(7, noise: 1e-200, sampling: 0.5) == .infinity)
        #expect(RDPAccountant.divergence(7, noise: 1e200, sampling: 0.5) == 0)
        #expect(RDPAccountant.divergence(7, noise: .nan, sampling: 0.5) == .infinity)
        #expect(RDPAccountant.divergence(7, noise: 1, sampling: .nan) == .infinity)
        // For a small q the divergence is about αq²(e^(1/z²) − 1)/2, which 1 + x would have swallowed.
        let small = RDPAccountant.divergence(2, noise: 1, sampling: 1e-9)
        #expect(abs(small / (1e-18 * (exp(1) - 1)) - 1) < 1e-6)
    }

    @Test func stepsOfDifferentKindsAddUp() {
        var accountant = spent(0.01, 1, 600)
        accountant.compose(noise: 1, sampling: 0.01, steps: 400)
        #expect(abs(accountant.epsilon(delta: 1e-5) - 2.1078) < 1e-4)
        // z₁ and z₂ without sampling cost what (z₁⁻² + z₂⁻²)^−½ costs.
        var two = spent(1, 2, 1)
        two.compose(noise: 3, sampling: 1)
        let one = spent(1, 1 / (1.0 / 4 + 1.0 / 9).squareRoot(), 1)
        #expect(abs(two.epsilon(delta: 1e-5) - one.epsilon(delta: 1e-5)) < 1e-9)
        let before = accountant.epsilon(delta: 1e-5)
        accountant.compose(noise: 50, sampling: 0.001)
        #expect(accountant.epsilon(delta: 1e-5) > before)
    }

    @Test func moreNoiseAndLessSamplingCostLess() {
        let base = spent(0.1, 1, 100).epsilon(delta: 1e-5)
        #expect(spent(0.1, 1.2, 100).epsilon(delta: 1e-5) < base)
        #expect(spent(0.05, 1, 100).epsilon(delta: 1e-5) < base)
        #expect(spent(0.1, 1, 100).epsilon(delta: 1e-6) > base)
        #expect(spent(0.1, 1, 100).epsilon(delta: 1e-5, .classic) > base)
    }

    @Test func nothingSpentAndEverythingSpent() throws {
        #expect(RDPAccountant().epsilon(delta: 1e-5) == 0)
        #expect(RDPAccountant().epsilon(delta: 0) == .infinity)
        #expect(spent(0.5, 1, 0).epsilon(delta: 1e-5) == 0)
        var open = spent(0.5, 0, 3)
        #expect(open.epsilon(delta: 1e-5) == .infinity)
        open.compose(noise: 1, sampling: 1)
        // Even that can be stored.
        let back = try JSONDecoder().decode(RDPAccountant.self, from: JSONEncoder().encode(open))
        #expect(back == open)
        #expect(back.epsilon(delta: 1e-5) == .infinity)
    }

    @Test func theNoiseForABudget() throws {
        let noise = try #require(RDPAccountant.noise(epsilon: 2, delta: 1e-5, sampling: 0.05, steps: 200))
        #expect(spent(0.05, noise, 200).epsilon(delta: 1e-5) <= 2)
        #expect(spent(0.05, noise * 0.999, 200).epsilon(delta: 1e-5) > 2)
        #expect(RDPAccountant.noise(epsilon: -1, delta: 1e-5, sampling: 0.05, steps: 200) == nil)
    }
}

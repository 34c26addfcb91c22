// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What releases with Gaussian noise have cost so far, in Rényi differential privacy of the integer orders 2...256.
///
/// One step: each participant joins by itself with probability q (Poisson sampling), and noise of standard deviation z·sensitivity is
/// added to the sum (Mironov, Talwar & Zhang 2019). Steps of different q and z add up. A cohort of fixed size is not a Poisson sample:
/// these figures are then an approximation, and reports must say so. Neighbouring means one participant more or fewer.
package struct RDPAccountant: Codable, Equatable, Sendable {
    /// How the cost becomes an (ε, δ) statement.
    package enum Conversion: Sendable {
        /// Balle et al. 2020: ε = R + ln((α − 1)/α) − (ln δ + ln α)/(α − 1).
        case improved
        /// Mironov 2017: ε = R + ln(1/δ)/(α − 1).
        case classic
    }

    static let orders = 2...256
    /// Stands for "no bound", since JSON has no infinity.
    private static let unbounded = Double.greatestFiniteMagnitude

    /// Rényi divergence at each order.
    private var spent = [Double](repeating: 0, count: Self.orders.count)

    package init() {}

    /// Adds `steps` releases with noise multiplier `noise` (z) and sampling probability `sampling` (q); no noise leaves no bound.
    package mutating func compose(noise: Double, sampling: Double, steps: Int = 1) {
        guard steps > 0 else { return }
        for (i, order) in Self.orders.enumerated() {
            spent[i] = min(Self.unbounded, spent[i] + Double(steps) * Self.divergence(order, noise: noise, sampling: sampling))
        }
    }

    /// The least ε for which all that was composed is (ε, δ)-differentially private; infinite if there is none.
    package func epsilon(delta: Double, _ conversion: Conversion = .improved) -> Double {
        guard delta > 0 else { return .infinity }
        guard delta < 1, spent.contains(where: { $0 > 0 }) else { return 0 }
        var least = Double.infinity
        for (i, order) in Self.orders.enumerated() where spent[i] < Self.unbounded {
            let a = Double(order)
            let extra =
                switch conversion {
                case .improved: log((a - 1) / a) - (log(delta) + log(a)) / (a - 1)
                case .classic: -log(delta) / (a - 1)
                }
            least = min(least, spent[i] + extra)
        }
        return max(0, least)
    }

    /// The noise multiplier, rounded up in the fourth digit, with which `steps` releases keep to ε at δ; nil if a million is too little.
    package static func noise(epsilon: Double, delta: Double, sampling: Double, steps: Int) -> Double? {
        func keeps(_ noise: Double) -> Bool {
            var accountant = RDPAccountant()
            accountant.compose(noise: noise, sampling: sampling, steps: steps)
            return accountant.epsilon(delta: delta) <= epsilon
        }
        var (low, high) = (1e-3, 1e6)
        guard keeps(high) else { return nil }
        while high / low > 1.0001 {
            let middle = (low * high).squareRoot()
            if keeps(middle) { high = middle } else { low = middle }
        }
        return high
    }

    /// ln Σₖ C(α,k) (1 − q)^(α−k) q^k exp(k(k − 1)/2z²) / (α − 1), without leaving the logarithm.
    static func divergence(_ order: Int, noise: Double, sampling q: Double) -> Double {
        // What is no probability and no deviation (NaN too) must not look free.
        guard q >= 0, noise >= 0 else { return .infinity }
        if q == 0 { return 0 }
        let a = Double(order)
        let scale = 1 / (2 * noise * noise)
        if q >= 1 { return a * scale }
        if scale == .infinity { return .infinity }
        // The binomial terms add up to 1, so the sum is 1 + Σ_{k≥2} … (exp(…) − 1): all positive, and a small q loses no digits.
        var logBinomial = log(a)
        var terms: [Double] = []
        for k in 2...order {
            let k = Double(k)
            logBinomial += log((a - k + 1) / k)
            let gain = k * (k - 1) * scale
            // ln(exp(gain) − 1) = gain + ln(1 − exp(−gain)).
            terms.append(logBinomial + (a - k) * log1p(-q) + k * log(q) + gain + log(-expm1(-gain)))
        }
        guard let top = terms.max(), top > -.infinity else { return 0 }
        guard top < .infinity else { return .infinity }
        let logSum = top + log(terms.reduce(0) { $0 + exp($1 - top) })
        return (max(0, logSum) + log1p(exp(-abs(logSum)))) / (a - 1)
    }
}

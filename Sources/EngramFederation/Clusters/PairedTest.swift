// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A one-sided test of whether paired gains are above zero, stratified by side.
///
/// The sides of a split may gain very differently (the few agents that leave a crowd gain most); that difference is what the split is
/// about, not noise. So the variance is pooled *within* sides: t = mean / √(s² / n), s² = Σ (gᵢ − ḡ_side)² / (n − sides), with n − sides
/// degrees of freedom.
package struct PairedTest: Equatable, Sendable {
    package let mean: Double
    package let t: Double
    package let degreesOfFreedom: Int
    /// Chance of such a t if nothing were gained.
    package let p: Double

    /// Nil when there are too few values to estimate a variance.
    package init?(strata: [[Double]]) {
        let filled = strata.filter { !$0.isEmpty }
        let n = filled.reduce(0) { $0 + $1.count }
        let freedom = n - filled.count
        guard freedom >= 1 else { return nil }
        var squares = 0.0, total = 0.0
        for side in filled {
            let centre = side.reduce(0, +) / Double(side.count)
            total += side.reduce(0, +)
            for value in side { squares += (value - centre) * (value - centre) }
        }
        self.init(mean: total / Double(n), error: (squares / Double(freedom) / Double(n)).squareRoot(), degreesOfFreedom: freedom)
    }

    /// From a mean and its standard error.
    package init(mean: Double, error: Double, degreesOfFreedom: Int) {
        self.mean = mean
        self.degreesOfFreedom = max(1, degreesOfFreedom)
        t = error > 0 ? mean / error : mean > 0 ? .infinity : mean < 0 ? -.infinity : 0
        p = StudentT.upperTail(t, degreesOfFreedom: self.degreesOfFreedom)
    }
}

/// Student's t distribution.
enum StudentT {
    /// P(T > t), through the regularised incomplete beta function.
    static func upperTail(_ t: Double, degreesOfFreedom v: Int) -> Double {
        if t == .infinity { return 0 }
        if t == -.infinity { return 1 }
        // Beyond this it is the normal distribution to six digits, and the continued fraction would need more terms.
        let n = Double(min(v, 50_000))
        let half = incompleteBeta(n / (n + t * t), n / 2, 0.5) / 2
        return t > 0 ? half : 1 - half
    }

    /// I_x(a, b) by Lentz's continued fraction (Press et al., Numerical Recipes, §6.4).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        let scale: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
        let power: Double = a * log(x) + b * log(1 - x)
        let front = exp(scale + power)
        if x > (a + 1) / (a + b + 2) { return 1 - front * fraction(1 - x, b, a) / b }
        return front * fraction(x, a, b) / a
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        var c = 1.0
        var d: Double = 1 - (a + b) * x / (a + 1)
        d = 1 / (abs(d) < tiny ? tiny : d)
        var h = d
        for i in 1...300 {
            let m = Double(i)
            let (even, odd) = (a + 2 * m, a + 2 * m + 1)
            let rising: Double = m * (b - m) * x / ((a + 2 * m - 1) * even)
            let falling: Double = -(a + m) * (a + b + m) * x / (even * odd)
            for numerator in [rising, falling] {
                d = 1 + numerator * d
                d = 1 / (abs(d) < tiny ? tiny : d)
                c = 1 + numerator / c
                if abs(c) < tiny { c = tiny }
                h *= d * c
            }
            if abs(d * c - 1) < 1e-14 { break }
        }
        return h
    }
}

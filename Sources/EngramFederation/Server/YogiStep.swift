// SPDX-License-Identifier: Apache-2.0

/// FedYogi: v ← v − (1 − β₂)Δ²·sign(v − Δ²) (Reddi et al. 2021): as `AdamStep`, but v falls no faster than it rises.
package struct YogiStep: AdaptiveStep {
    package static let name = "yogi"
    package static let summary = "as adam, slower to forget large updates (Reddi et al. 2021, FedYogi)"

    package var rate = 0.01
    package var beta1 = 0.9
    package var beta2 = 0.99
    package var tau = 1e-3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try configureStep(&options)
        try options.number("beta2", &beta2, 0...0.99999, "share of the last squared size that is kept")
    }

    package func secondMoment(_ last: Double, squared: Double) -> Double {
        if last == squared { return last }
        return last + (last > squared ? -1 : 1) * (1 - beta2) * squared
    }
}

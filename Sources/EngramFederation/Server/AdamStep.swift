// SPDX-License-Identifier: Apache-2.0

/// FedAdam: v ← β₂v + (1 − β₂)Δ² (Reddi et al. 2021).
package struct AdamStep: AdaptiveStep {
    package static let name = "adam"
    package static let summary = "steps of one size for all coordinates (Reddi et al. 2021, FedAdam)"

    package var rate = 0.01
    package var beta1 = 0.9
    package var beta2 = 0.99
    package var tau = 1e-3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try configureStep(&options)
        try options.number("beta2", &beta2, 0...0.99999, "share of the last squared size that is kept")
    }

    package func secondMoment(_ last: Double, squared: Double) -> Double { beta2 * last + (1 - beta2) * squared }
}

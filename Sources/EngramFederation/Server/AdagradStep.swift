// SPDX-License-Identifier: Apache-2.0

/// FedAdagrad: v ← v + Δ² (Reddi et al. 2021). Without momentum unless asked for, as in the paper's experiments.
package struct AdagradStep: AdaptiveStep {
    package static let name = "adagrad"
    package static let summary = "steps shrink where much was moved (Reddi et al. 2021, FedAdagrad)"

    package var rate = 0.01
    package var beta1 = 0.0
    package var tau = 1e-3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) { try configureStep(&options) }

    package func secondMoment(_ last: Double, squared: Double) -> Double { last + squared }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Ridge regression over everybody's rows from sums of products (Fed3R, Fanì et al. 2024; AFL, He et al. 2025), the linear model
/// that no partition of the rows can change: W = (Σ Aᵢ + λI)⁻¹ Σ bᵢ. The bias is not penalised.
///
/// AFL joins the agents' solutions pair by pair and takes their regularisation out again at the end; that is this sum, written
/// otherwise.
package struct RidgeTraining: ClosedForm {
    package static let name = "ridge"
    package static let summary =
        "least squares from sums of products, in one round (Fanì et al. 2024, Fed3R; He et al. 2025, AFL)"

    package var form = RidgeForm()

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) { try form.configure(&options) }

    package func personalises(_ step: LocalStep) -> Bool { false }

    package func personal(_ own: RidgeStatistics, cluster: RidgeStatistics, step: LocalStep) -> RidgeSolution? { nil }
}

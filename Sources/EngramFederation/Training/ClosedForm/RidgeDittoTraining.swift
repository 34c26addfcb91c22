// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Ditto (Li et al. 2021) solved exactly, for a linear model and squared error: Wᵢ = (Aᵢ + λI)⁻¹(bᵢ + λW), W being the cluster's
/// ridge solution. λ → 0 is the agent's own least squares, λ → ∞ the cluster's model; the bias is pulled too, as every parameter
/// is in Ditto.
package struct RidgeDittoTraining: ClosedForm {
    package static let name = "ridge_ditto"
    package static let summary =
        "ridge, and beside it each agent's own solution pulled towards it (Li et al. 2021, Ditto, in closed form)"

    package var form = RidgeForm()
    package var lambda = 10.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try form.configure(&options)
        try options.number("lambda", &lambda, 0...1e12, "strength of the pull towards the shared solution, in units of rows")
    }

    package func personalises(_ step: LocalStep) -> Bool { true }

    package func personal(_ own: RidgeStatistics, cluster: RidgeStatistics, step: LocalStep) -> RidgeSolution? {
        guard let shared = try? cluster.solve(strength: form.strength) else { return nil }
        return try? own.solve(strength: lambda, towards: shared, pullsBias: true)
    }
}

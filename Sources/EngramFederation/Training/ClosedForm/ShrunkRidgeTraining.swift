// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Ridge with the agent's rows, its cluster's and everybody's weighted against each other: (A + τA_c + ρA_g + λI)⁻¹(b + τb_c +
/// ρb_g), the weights chosen by the agent on its validation rows (`RidgeChoice`): hierarchical personalisation from one message.
///
/// Everybody's sums are those of the global reference. Where all agents share one cluster they are the cluster's own.
package struct ShrunkRidgeTraining: ClosedForm {
    package static let name = "ridge_shrunk"
    package static let summary =
        "ridge, each agent borrowing from its cluster and from everybody what its validation rows favour (ours)"

    package var form = RidgeForm()
    package var every = 0
    /// The weights that are tried.
    package var grid = RidgeGrid.standard

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try form.configure(&options)
        try options.integer(
            "every", &every, 0...1_000_000, "choose the weights for the report every so many rounds; 0: at the end only")
    }

    package func objection(to recipe: Recipe) -> String? {
        if !recipe.globalReference, !recipe.isGlobal {
            return
                "training 'ridge_shrunk' borrows from everybody: it needs reference.global true, which carries everybody's sums"
        }
        return formObjection(to: recipe)
    }

    package var answersLast: Bool { true }

    package func personalises(_ step: LocalStep) -> Bool { !step.trains || (every > 0 && step.round % every == 0) }

    package func personal(_ own: RidgeStatistics, cluster: RidgeStatistics, step: LocalStep) -> RidgeSolution? {
        let everybody = step.offers[.reference].flatMap { form.held($0.statistics, step.network) }
        let validation = RidgeValidation(step.data, rows: step.shard.validation, outputs: own.outputs)
        let choice = try? RidgeChoice(
            local: own, cluster: cluster, global: everybody ?? RidgeStatistics(dimension: own.dimension, outputs: own.outputs),
            validation: validation, grid: grid)
        return choice?.solution
    }
}

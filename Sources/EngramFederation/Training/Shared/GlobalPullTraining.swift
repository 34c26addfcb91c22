// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// StoCFL's local problem: the cluster's model is trained with a pull towards the one global model, minimising F(w) + λ/2‖w − ω‖²; the global
/// model ω is trained beside it without a pull, as in FedAvg.
///
/// ω is the run's global reference, which all agents train. A model that an agent trains for the first time is not pulled: its first update, by
/// which groupings compare agents, then tells of its own data alone.
package struct GlobalPullTraining: LocalTraining {
    package static let name = "global_pull"
    package static let summary = "the cluster's model is pulled towards the global one (Zeng et al. 2023, StoCFL)"

    package var lambda = 0.05

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1000, "strength of the pull towards the global model")
    }

    package func objection(to recipe: Recipe) -> String? {
        if recipe.isGlobal { return "training 'global_pull' needs clusters beside the global model; grouping is 'everyone'" }
        return recipe.globalReference
            ? nil : "training 'global_pull' is pulled towards the global reference model; set reference.global to true"
    }

    package var skills: Set<LearnerSkill>? { [.pull] }

    package func train(_ step: inout LocalStep) {
        var pull: Pull?
        if step.slot != .reference, step.personal != nil, lambda > 0, let global = step.offers[.reference]?.model {
            pull = Pull(anchor: global, strength: lambda)
        }
        step.loss = step.pass(&step.model, terms: Terms(pull: pull))
        step.personal = step.model
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// FedRep: first the head is trained with the base as received, then the base with that head; the base is averaged, the head stays.
package struct AlternatingTraining: LocalTraining {
    package static let name = "alternating"
    package static let summary = "first the private head, then the shared base (Collins et al. 2021, FedRep)"

    package var headEpochs = 5

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer(
            "head_epochs", &headEpochs, 1...1000,
            "epochs on the head; the base then gets optimiser.epochs (the paper: about 10 and 1 to 5)")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.objectionWithoutBase(
            "training 'alternating'", "training 'alternating' needs at least one hidden layer: a linear model has no base")
    }

    package var skills: Set<LearnerSkill>? { [.freeze] }

    package func train(_ step: inout LocalStep) {
        _ = step.pass(&step.model, epochs: headEpochs, terms: Terms(frozen: step.network.baseRanges))
        step.loss = step.pass(&step.model, terms: Terms(frozen: step.network.headRanges))
        step.personal = step.model
    }
}

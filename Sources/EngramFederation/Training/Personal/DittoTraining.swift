// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Ditto: the shared model is trained as in FedAvg; a personal model v is trained beside it with the gradient
/// ∇F(v) + λ(v − w), w being the model as received. λ → 0 is local training, λ → ∞ the shared model.
package struct DittoTraining: LocalTraining {
    package static let name = "ditto"
    package static let summary = "a personal model beside the shared one, pulled towards it (Li et al. 2021, Ditto)"

    package var lambda = 0.5

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1000, "strength of the pull towards the shared model; typical .1 to 2")
    }

    package var skills: Set<LearnerSkill>? { [.pull] }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        var own = step.personal ?? step.received
        _ = step.pass(&own, terms: Terms(pull: Pull(anchor: step.received, strength: lambda)))
        step.personal = own
    }
}

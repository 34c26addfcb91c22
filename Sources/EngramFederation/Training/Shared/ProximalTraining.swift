// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// SGD with a pull towards the received model: the gradient gains μ(w − w_received). μ = 0 is plain SGD.
package struct ProximalTraining: LocalTraining {
    package static let name = "proximal"
    package static let summary = "SGD pulled towards the received model (Li et al. 2020, FedProx)"

    package var mu = 0.01

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("mu", &mu, 0...1000, "strength of the pull; typical .001 to 1")
    }

    package var skills: Set<LearnerSkill>? { [.pull] }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model, terms: Terms(pull: Pull(anchor: step.received, strength: mu)))
        step.personal = step.model
    }
}

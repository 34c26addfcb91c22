// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// MOON: latents are kept near those of the received model and away from those of the agent's own previous one (Li et al. 2021).
///
/// Its first round on an agent is plain SGD: there is no previous model.
package struct ModelContrastTraining: LocalTraining {
    package static let name = "moon"
    package static let summary = "latents near the received model's, away from the previous one's (Li et al. 2021, MOON)"

    package var mu = 1.0
    package var temperature = 0.5

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("mu", &mu, 0...1000, "strength of the contrast; the paper tries .1 to 10")
        try options.number("temperature", &temperature, 0.001...1000, "divides the cosines")
    }

    package func objection(to recipe: Recipe) -> String? { recipe.objectionWithoutLatents(Self.name) }

    package func train(_ step: inout LocalStep) {
        let (network, data) = (step.network, step.data)
        let all = Array(0..<data.count)
        let contrast = step.personal.map {
            ModelContrast(
                global: network.latents(step.received, data, rows: all), previous: network.latents($0, data, rows: all),
                width: network.head.spec.inputs, strength: mu, temperature: temperature)
        }
        step.loss = step.pass(&step.model, terms: Terms(latent: contrast))
        step.personal = step.model
    }
}

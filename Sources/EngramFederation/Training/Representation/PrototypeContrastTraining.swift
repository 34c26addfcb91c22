// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Agents exchange the mean latent of each class, and each latent is made to find its own among them: FedProto's pull in contrastive form.
///
/// After FedPCL (Tan et al., NeurIPS 2022), which projects frozen features, uses the contrast alone, and adds one with single agents'
/// prototypes. Ours is an addition to the task's loss, against the prototypes of all.
package struct PrototypeContrastTraining: LocalTraining {
    package static let name = "prototype_contrast"
    package static let summary = "each latent finds its class's mean among everyone's (after Tan et al. 2022, FedPCL)"

    package var mu = 1.0
    package var temperature = 0.5

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("mu", &mu, 0...1000, "strength of the contrast")
        try options.number("temperature", &temperature, 0.001...1000, "divides the cosines; typical .07 to .5")
    }

    package func objection(to recipe: Recipe) -> String? { recipe.objectionWithoutLatents(Self.name) }

    package func statistics(for network: Network) -> [Statistic] { [PrototypeExchange(network).statistic] }

    package func train(_ step: inout LocalStep) {
        let exchange = PrototypeExchange(step.network)
        let keys = exchange.rowKeys(of: step.shard)
        let contrast = exchange.held(step).map {
            PrototypeContrast($0, keys: keys, weights: nil, strength: mu, temperature: temperature)
        }
        step.loss = step.pass(&step.model, terms: Terms(latent: contrast))
        step.personal = step.model
        exchange.send(&step, rowKeys: keys)
    }
}

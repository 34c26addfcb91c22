// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// FedProto: agents exchange the mean latent of each class, pull their latents towards everyone's, and answer with the class of the nearest.
///
/// Tan et al. 2022. With sharing 'none' nothing else travels. On a linear model the latents are the features: there is nothing to pull,
/// and the answer is the nearest mean of a class. Scores have no classes: there the pull is towards the one mean, and the model answers.
package struct PrototypeTraining: LocalTraining {
    package static let name = "fedproto"
    package static let summary =
        "latents are pulled towards everyone's class means, which also answer (Tan et al. 2022, FedProto)"

    package var lambda = 1.0
    package var distance = PrototypePull.Distance.meanSquared
    package var nearest = true

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1000, "strength of the pull; typical .1 to 1")
        try options.oneOf("distance", &distance, "squared as in the paper, or meanSquared as in its code: divided by the width")
        try options.flag("nearest", &nearest, "answer by the nearest prototype; false: by the agent's own last layer")
    }

    package func statistics(for network: Network) -> [Statistic] { [PrototypeExchange(network).statistic] }

    package func arrive(_ step: inout LocalStep) {
        guard nearest, let prototypes = PrototypeExchange(step.network).held(step),
            let head = try? prototypes.head(for: step.network)
        else { return }
        var own = step.personal ?? step.received
        own.values.replaceSubrange(step.network.headRange, with: head.values)
        step.answer = own
    }

    package func train(_ step: inout LocalStep) {
        let exchange = PrototypeExchange(step.network)
        let keys = exchange.rowKeys(of: step.shard)
        let pull = exchange.held(step).map {
            PrototypePull($0, keys: keys, weights: nil, strength: lambda, distance: distance)
        }
        step.loss = step.pass(&step.model, terms: Terms(latent: pull))
        step.personal = step.model
        exchange.send(&step, rowKeys: keys)
    }
}

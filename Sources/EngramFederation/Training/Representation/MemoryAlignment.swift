// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// Alignment informed by memorability (ours): agents exchange the mean latent of each class and memorability bin, averaged within their
/// cluster, and pull theirs towards it, the more the more memorable the item is. What people remember shapes the shared space most.
///
/// Scores gain a loss on the order of pairs, within the agent's own batches only: other observers' scores are on other scales (Burges et
/// al. 2005). A shard that does not say how memorable its items are counts them all alike, as one half.
package struct MemoryAlignment: LocalTraining {
    package static let name = "memory_alignment"
    package static let summary =
        "latents are pulled towards the cluster's means per class and memorability, the memorable ones most (ours)"

    package var lambda = 1.0
    package var bins = 3
    package var exponent = 1.0
    package var rank = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1000, "strength of the pull, in mean squared distances")
        try options.integer("bins", &bins, 1...100, "equal parts of the range of memorability, each with prototypes of its own")
        try options.number("exponent", &exponent, 0...10, "a row weighs memorability to this power; 0: all alike")
        try options.number("rank", &rank, 0...1000, "weight of the loss on the order of scores; other tasks have none")
    }

    package func objection(to recipe: Recipe) -> String? { recipe.objectionWithoutLatents(Self.name) }

    package func statistics(for network: Network) -> [Statistic] { [PrototypeExchange(network, bins: bins).statistic] }

    package func train(_ step: inout LocalStep) {
        let exchange = PrototypeExchange(step.network, bins: bins)
        let keys = exchange.rowKeys(of: step.shard)
        let weights = step.shard.memorability.map {
            MemorabilityWeights.power($0, exponent: exponent, rows: step.rows)
        }
        let pull = exchange.held(step).map {
            PrototypePull($0, keys: keys, weights: weights, strength: lambda, distance: .meanSquared)
        }
        step.loss =
            step.network.spec.task == .scores && rank > 0
            ? rankingPass(&step, pull) : step.pass(&step.model, terms: Terms(latent: pull))
        step.personal = step.model
        exchange.send(&step, rowKeys: keys)
    }

    private func rankingPass(_ step: inout LocalStep, _ pull: PrototypePull?) -> Double {
        let data = step.data
        let scores = data.scores
        return step.steps(&step.model) { values, batch, pass in
            var loss = pass.run(values, data, rows: batch, term: pull)
            var gradient = pass.gradient
            pass.pullback(values, data, rows: batch) { outputs in
                let ranked = RankLoss.evaluate(scores: outputs, targets: batch.map { scores[$0] })
                loss += rank * ranked.loss
                return ranked.gradient
            }
            pass.add(Float(rank), to: &gradient)
            return (loss, gradient)
        }
    }
}

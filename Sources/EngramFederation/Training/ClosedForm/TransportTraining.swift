// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// FedOT (Farnia et al. 2022): each agent maps its features to a distribution that all share, and one model is trained behind the
/// maps.
///
/// The paper learns affine maps together with the model, against potentials that force the mapped distributions to agree. Here
/// the maps are the optimal ones between Gaussians (`GaussianTransport`), to the Wasserstein barycentre of the agents' means and
/// covariances: agents send moments, and get the barycentre with the model. The first round brings the moments only, nothing is
/// trained. The personal answer is the shared model with the agent's map in its first layer; the row of the cluster is the model
/// without a map.
package struct TransportTraining: LocalTraining {
    package static let name = "optimal_transport"
    package static let summary = "SGD on features moved to a common distribution (after Farnia et al. 2022, FedOT)"
    static let statistic = "moments"

    package var form = FeatureMoments.Form.diagonal
    package var ridge = 0.01

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.oneOf(
            "form", &form, "diagonal (each feature by itself) or full (correlations too; for at most about 100 features)")
        try options.number("ridge", &ridge, 1e-9...1e3, "added to each variance, in units of the mean variance")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.rounds > 1
            ? nil : "training 'optimal_transport' needs a first round for the features' moments: rounds must be at least 2"
    }

    package func statistics(for network: Network) -> [Statistic] {
        let (dimension, form) = (network.spec.inputs, form)
        let rule = Statistic.Rule { held, sent, _ in
            var parts: [FeatureMoments] = []
            for i in 0..<sent.count {
                parts.append(try FeatureMoments(coded: try sent.read(i), dimension: dimension, form: form))
            }
            // Agents without rows send zeros, which are nobody's moments.
            let weights = zip(sent.weights, parts).map { $1.weight > 0 ? $0 : 0 }
            // Moments without a barycentre (none, or beyond Float32) leave the one that is there.
            if let middle = try? GaussianBarycentre.of(parts, weights: weights).coded() { held = middle }
        }
        return [
            Statistic(
                Self.statistic, shape: [FeatureMoments.codedCount(dimension: dimension, form: form)], rule: rule,
                check: { _ = try FeatureMoments(coded: $0, dimension: dimension, form: form) })
        ]
    }

    package func arrive(_ step: inout LocalStep) {
        guard let map = map(from: moments(step), step) else { return }
        step.answer = try? step.network.absorbing(map, in: step.received)
    }

    package func train(_ step: inout LocalStep) {
        let own = moments(step)
        // What Float32 cannot hold is sent as what the participant refuses, with the agent's name.
        step.sent[Self.statistic] = (try? own.coded()) ?? [.nan]
        if let map = map(from: own, step), let moved = try? step.data.selecting(rows: step.rows).transformed(by: map) {
            var draws = step.generator
            step.loss =
                step.trainer.train(
                    &step.model, on: moved, rows: Array(0..<moved.count), rate: step.rate, using: &draws
                ).loss
        }
        step.personal = step.model
    }

    private func moments(_ step: LocalStep) -> FeatureMoments {
        let own = FeatureMoments(step.data, rows: step.rows, form: form)
        let mean = own.variances.reduce(0, +) / Double(max(1, own.dimension))
        return own.adding(ridge: ridge * max(mean, 1e-12))
    }

    /// The way to the barycentre; nil before there is one.
    private func map(from own: FeatureMoments, _ step: LocalStep) -> GaussianTransport? {
        guard let coded = step.held[Self.statistic],
            let middle = try? FeatureMoments(coded: coded, dimension: own.dimension, form: form), middle.weight > 0
        else { return nil }
        return try? GaussianTransport(from: own, to: middle)
    }
}

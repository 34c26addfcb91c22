// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// FedSoft's local problem: minimise F(w) + λ/2 Σₛ uₛ‖w − θₛ‖² over all centres θₛ, uₛ being the share of the agent's training rows that θₛ
/// serves best.
///
/// The pulls towards all centres are one, of strength λ Σ uₛ, towards θ̄ = Σ uₛθₛ / Σ uₛ, which is also where SGD starts. The agent computes the
/// shares itself, from the centres that it got as home and probes. What it ends in is its personal model.
package struct SoftTraining: LocalTraining {
    package static let name = "soft"
    package static let summary = "SGD pulled towards all centres by their shares (Ruan & Joe-Wong 2022, FedSoft)"

    package var lambda = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1000, "strength of the pull towards the centres; typical .01 to 1")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.grouping is FedSoft
            ? nil : "training 'soft' is pulled towards the centres of grouping 'fedsoft'; with another grouping use 'proximal'"
    }

    package var skills: Set<LearnerSkill>? { [.pull] }

    package func train(_ step: inout LocalStep) {
        var pull: Pull?
        if step.offers[step.slot]?.use == .home, let middle = middle(of: step) {
            step.model = middle.anchor
            if middle.strength > 0 { pull = middle }
        }
        step.loss = step.pass(&step.model, terms: Terms(pull: pull))
        step.personal = step.model
    }

    /// The mean of the centres, weighted by shares, and how strong it pulls.
    private func middle(of step: LocalStep) -> Pull? {
        let centres = step.offers.filter { $0.value.use == .home || $0.value.use == .probe }.sorted { $0.key < $1.key }.map(
            \.value.model)
        guard let shares = RowShares(centres, network: step.network, data: step.data, rows: step.rows) else { return nil }
        let weights = shares.values.map { max(FedSoft.leastShare, $0) }
        let total = weights.reduce(0, +)
        var sum = [Double](repeating: 0, count: step.received.values.count)
        for (centre, weight) in zip(centres, weights) { Kernels.accumulate(centre.values, weight: weight / total, into: &sum) }
        var anchor = step.received
        anchor.values = Kernels.narrow(sum)
        return Pull(anchor: anchor, strength: lambda * total)
    }
}

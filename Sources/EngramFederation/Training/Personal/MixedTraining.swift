// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// APFL: a local model v beside the shared w, used together as v̄ = αv + (1 − α)w, with an α for each agent that learns what mixture serves it.
///
/// As in the paper, v moves along α∇f(v̄) and α along ⟨v − w, ∇f(v̄)⟩, the gradient being taken *at the mixture* (PFLlib takes v's at v). α = 0 is the shared
/// model, α = 1 local training.
package struct MixedTraining: LocalTraining {
    package static let name = "mixed"
    package static let summary = "a learnt mixture of a local and the shared model (Deng et al. 2020, APFL)"
    private static let alphaName = "alpha"
    /// The mixture that training ended in, with the agent's own w: v was fitted to that one, not to the mean that comes next.
    private static let mixtureName = "mixture"

    package var alpha = 0.5
    package var adaptive = true

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("alpha", &alpha, 0...1, "share of the local model, at first if it adapts")
        try options.flag("adaptive", &adaptive, "each agent learns its own alpha")
    }

    package func arrive(_ step: inout LocalStep) {
        guard let values = step.memory[Self.mixtureName], values.count == step.received.values.count else { return }
        var mixture = step.received
        mixture.values = values
        step.answer = mixture
    }

    package func train(_ step: inout LocalStep) {
        var own = (step.personal ?? step.received).values
        var shared = step.model.values
        var alpha = Double(share(in: step))
        let batches = step.trainer.batches(of: step.rows, using: step.generator)
        let pass = GradientPass(step.network, batch: batches.size)
        var sharedDescent = Descent(step.network, step.trainer.sgd, Terms())
        var ownDescent = Descent(step.network, step.trainer.sgd, Terms())
        var loss = 0.0
        var rows = 0
        for batch in batches {
            loss += pass.run(shared, step.data, rows: batch) * Double(batch.count)
            rows += batch.count
            sharedDescent.step(&shared, along: pass, rate: step.rate)
            _ = pass.run(Self.mixture(own, shared, Float(alpha)), step.data, rows: batch)
            var gradient = pass.gradient
            let slope = Kernels.dot(Kernels.subtract(own, shared), gradient)
            Kernels.scale(Float(alpha), &gradient)
            ownDescent.step(&own, along: gradient, rate: step.rate)
            if adaptive { alpha = max(0, min(1, alpha - step.rate * slope)) }
        }
        step.loss = rows > 0 ? loss / Double(rows) : 0
        step.model.values = shared
        var personal = step.received
        personal.values = own
        step.personal = personal
        step.memory[Self.alphaName] = [Float(alpha)]
        step.memory[Self.mixtureName] = Self.mixture(own, shared, Float(alpha))
    }

    private func share(in step: LocalStep) -> Float { step.memory[Self.alphaName]?.first ?? Float(alpha) }

    private static func mixture(_ own: [Float], _ shared: [Float], _ alpha: Float) -> [Float] {
        var mixed = shared
        Kernels.scale(1 - alpha, &mixed)
        Kernels.axpy(alpha, own, into: &mixed)
        return mixed
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// Beside the task's loss, two weak random views of an item find each other among all views of the batch (NT-Xent, Chen et al. 2020); and, if
/// asked, strong views retrieve from a memory bank what weak ones do (CLSA, Wang & Qi 2021).
///
/// Views are made of features: noise, dropped features, and for strong ones mixtures within a class (`FeatureViews`). The bank holds
/// latents of the agent's own rows by the received model, where the paper has an encoder that follows slowly.
package struct ViewContrastTraining: LocalTraining {
    package static let name = "contrast"
    package static let summary = "two views of an item find each other (Chen et al. 2020; strong: Wang & Qi 2021)"

    package var mu = 0.1
    package var temperature = 0.5
    package var strong = 0.0
    package var bank = 256

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("mu", &mu, 0...1000, "weight of the contrast of weak views")
        try options.number("temperature", &temperature, 0.001...1000, "divides the cosines; .5, with strong views .2")
        try options.number("strong", &strong, 0...1000, "weight of what strong views retrieve; 0: none are made")
        try options.integer("bank", &bank, 1...65_536, "most rows in the bank that they retrieve from")
    }

    package func objection(to recipe: Recipe) -> String? { recipe.objectionWithoutLatents(Self.name) }

    package func train(_ step: inout LocalStep) {
        let (network, data) = (step.network, step.data)
        let views = FeatureViews(data, rows: step.rows)
        let contrast = NTXent(strength: mu, temperature: temperature)
        let agreement = strong > 0 ? agreement(step) : nil
        var draws = step.generator(for: "views")
        let double = GradientPass(network, batch: 2 * min(step.trainer.sgd.batch, step.rows.count))
        step.loss = step.steps(&step.model) { values, batch, pass in
            var loss = pass.run(values, data, rows: batch)
            var gradient = pass.gradient
            let rows = Array(batch)
            func add(_ term: any LatentTerm, _ first: [Float], _ second: [Float]) {
                loss += double.run(values, inputs: first + second, rows: rows + rows, term: term)
                double.add(1, to: &gradient)
            }
            let weak = views.views(of: rows, .weak, using: &draws)
            if mu > 0 { add(contrast, weak, views.views(of: rows, .weak, using: &draws)) }
            if let agreement { add(agreement, weak, views.views(of: rows, .strong, using: &draws)) }
            return (loss, gradient)
        }
        step.personal = step.model
    }

    private func agreement(_ step: LocalStep) -> StrongViewAgreement {
        var draws = step.generator(for: "bank")
        var rows = step.rows
        draws.shuffle(&rows)
        return StrongViewAgreement(
            bank: step.network.latents(step.received, step.data, rows: Array(rows.prefix(bank))),
            width: step.network.head.spec.inputs, strength: strong, temperature: temperature)
    }
}

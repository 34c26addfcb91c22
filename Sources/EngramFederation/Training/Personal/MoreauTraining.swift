// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// pFedMe: for each minibatch the personal model θ approximately minimises f(θ) + λ/2 ‖θ − w‖² by some gradient steps from w, and w moves by
/// ηλ(w − θ), the gradient of the Moreau envelope.
///
/// θ of the last minibatch is the personal model. The coordinator's β is `server.rate` of 'replace'.
package struct MoreauTraining: LocalTraining {
    package static let name = "moreau"
    package static let summary = "personal models by a proximal step from the shared one (Dinh et al. 2020, pFedMe)"

    package var lambda = 15.0
    package var innerSteps = 5
    package var innerRate = 0.01

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0.001...1000, "strength of the pull of the shared model")
        try options.integer("inner_steps", &innerSteps, 1...1000, "gradient steps towards each proximal point")
        try options.number("inner_rate", &innerRate, 1e-9...10, "their rate; with lambda it must stay below 1")
    }

    package func objection(to recipe: Recipe) -> String? {
        if innerRate * lambda >= 1 {
            return
                "training 'moreau': inner_rate · lambda is \(innerRate * lambda); at 1 or more the steps towards the proximal point overshoot"
        }
        if recipe.optimiser.rate * lambda > 1 {
            return
                "training 'moreau': optimiser.rate · lambda is \(recipe.optimiser.rate * lambda); above 1 the shared model would overshoot"
        }
        return nil
    }

    package func train(_ step: inout LocalStep) {
        var shared = step.model.values
        var own = step.personal?.values ?? shared
        let batches = step.trainer.batches(of: step.rows, using: step.generator)
        let pass = GradientPass(step.network, batch: batches.size)
        var loss = 0.0
        var rows = 0
        for batch in batches {
            own = shared
            for k in 0..<innerSteps {
                let value = pass.run(own, step.data, rows: batch)
                if k == 0 {
                    loss += value * Double(batch.count)
                    rows += batch.count
                }
                // θ ← θ − η'(∇f(θ) + λ(θ − w))
                let away = Kernels.subtract(own, shared)
                pass.add(Float(-innerRate), to: &own)
                Kernels.axpy(Float(-innerRate * lambda), away, into: &own)
            }
            Kernels.axpy(Float(-step.rate * lambda), Kernels.subtract(shared, own), into: &shared)
        }
        step.loss = rows > 0 ? loss / Double(rows) : 0
        step.model.values = shared
        var personal = step.received
        personal.values = own
        step.personal = personal
    }
}

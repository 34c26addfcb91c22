// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation

/// L2GD (loopless local gradient descent): every agent has a model xᵢ of its own, and all minimise Σ fᵢ(xᵢ) + λ/2 Σ ‖xᵢ − x̄‖². A coin decides each step: with
/// chance p every xᵢ moves towards the mean, xᵢ ← xᵢ − a(xᵢ − x̄) with a = ηλ(1 − p)/p, else along its own gradient.
///
/// The coins follow from the run's seed and the round, so all agents toss the same ones; a round is what lies between two changes from gradient steps to
/// averaging, since only then must x̄ travel. η(1 − p) being the size of a gradient step in the paper, `optimiser.rate` is that size here. a is at most
/// 1, which is FedAvg; λ = 0 is local training.
package struct CoinTraining: LocalTraining {
    package static let name = "coin"
    package static let summary = "a coin decides between own gradients and the mean (Hanzely & Richtárik 2020, L2GD)"

    package var lambda = 0.5
    package var chance = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("lambda", &lambda, 0...1e6, "how much models are drawn together; 0: local training")
        try options.number("chance", &chance, 0.001...0.999, "chance of a step towards the mean; communication is in proportion")
    }

    package func arrive(_ step: inout LocalStep) { step.answer = drawnTogether(step) }

    package func train(_ step: inout LocalStep) {
        var values = drawnTogether(step).values
        var descent = Descent(step.network, step.trainer.sgd, Terms())
        var wanted = Self.tosses(step.generator(shared: "gradients"), until: chance)
        let batches = Batches(of: step.rows, size: step.trainer.sgd.batch, epochs: .max, using: step.generator)
        let pass = GradientPass(step.network, batch: batches.size)
        var loss = 0.0
        let steps = wanted
        for batch in batches {
            if wanted == 0 { break }
            wanted -= 1
            loss += pass.run(values, step.data, rows: batch) / Double(steps)
            descent.step(&values, along: pass, rate: step.rate)
        }
        step.loss = loss
        step.model.values = values
        step.personal = step.model
    }

    /// xᵢ after this round's steps towards the mean that was received.
    private func drawnTogether(_ step: LocalStep) -> ParameterSet {
        guard var own = step.personal else { return step.received }
        let share = min(1, step.rate * lambda * (1 - chance) / chance)
        let steps = Self.tosses(step.generator(shared: "means"), until: 1 - chance)
        let kept = Float(pow(1 - share, Double(steps)))
        Kernels.scale(kept, &own.values)
        Kernels.axpy(1 - kept, step.received.values, into: &own.values)
        return own
    }

    /// Tosses until one comes up that has this chance: at least 1, at most a thousand.
    static func tosses(_ generator: SeededGenerator, until chance: Double) -> Int {
        var draws = generator
        var count = 1
        while count < 1000, draws.uniform() >= chance { count += 1 }
        return count
    }
}

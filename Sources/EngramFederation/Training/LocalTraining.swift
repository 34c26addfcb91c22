// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// What an agent does with a model in one round.
package protocol LocalTraining: Choice {
    /// Trains the received model in place; may keep a personal model beside it.
    ///
    /// `step.model` comes in as received and goes out as what the update is taken from; `step.personal` comes in as kept from the
    /// agent's last counted round (nil in its first) and goes out as what it keeps.
    func train(_ step: inout LocalStep)
}

/// One model's training on one agent in one round: a value that methods read and change, knowing neither wire nor disk.
package struct LocalStep {
    package let trainer: Trainer
    package let data: Dataset
    /// Row numbers of the training part.
    package let rows: [Int]
    /// Learning rate of this round.
    package let rate: Double
    /// The model as received (shared part from the coordinator, private part the agent's own).
    package let received: ParameterSet
    package var model: ParameterSet
    package var personal: ParameterSet?
    /// Every training pass of a round draws the same batches: trained side by side, models differ by their start alone.
    package let generator: SeededGenerator
    package var loss = 0.0

    /// Nothing to train with: the models stay as they are, and nothing becomes personal.
    package var isIdle: Bool { trainer.sgd.epochs == 0 || rows.isEmpty }

    /// One pass of the recipe's epochs over the training rows.
    package func pass(_ parameters: inout ParameterSet, pull: Pull? = nil) -> Double {
        var draws = generator
        return trainer.train(&parameters, on: data, rows: rows, pull: pull, rate: rate, using: &draws).loss
    }
}

extension Catalogue where Axis == any LocalTraining {
    package static var training: Self {
        Self([
            .init(name: PlainTraining.name, summary: PlainTraining.summary) { PlainTraining() },
            .init(name: ProximalTraining.name, summary: ProximalTraining.summary) { ProximalTraining() },
            .init(name: DittoTraining.name, summary: DittoTraining.summary) { DittoTraining() },
        ])
    }
}

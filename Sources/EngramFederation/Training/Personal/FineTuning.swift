// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Federated averaging, then a few epochs on the agent's own rows: the baseline that personal methods have to beat (Wu et al. 2022, MOTLEY).
package struct FineTuning: LocalTraining {
    package static let name = "fine_tuning"
    package static let summary = "SGD; in the end each agent fine-tunes the model it received (Wu et al. 2022, MOTLEY)"

    package var epochs = 5
    package var every = 0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("epochs", &epochs, 1...1000, "epochs of fine-tuning")
        try options.integer(
            "every", &every, 0...1_000_000,
            "fine-tune what is received in every n-th round too, for the figures of the round before; 0: at the end only")
    }

    package var skills: Set<LearnerSkill>? { [] }

    package var answersLast: Bool { true }

    package func arrive(_ step: inout LocalStep) {
        guard !step.trains || (every > 0 && step.round % every == 0) else { return }
        var tuned = step.received
        _ = step.pass(&tuned, epochs: epochs)
        step.answer = tuned
    }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        step.personal = step.model
    }
}

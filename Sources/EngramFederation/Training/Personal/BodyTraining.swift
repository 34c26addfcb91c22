// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// FedBABU: the head stays at the initial values that all agents share while the body is trained and averaged; in the end each agent
/// fine-tunes what it received.
///
/// The head is the same seeded draw on every agent, so with sharing 'base' it need not travel.
package struct BodyTraining: LocalTraining {
    package static let name = "body"
    package static let summary = "the head stays as it was drawn, agents fine-tune in the end (Oh et al. 2022, FedBABU)"

    package enum Tuned: String, CaseIterable, Sendable {
        case all, head
    }

    package var epochs = 10
    package var tuned = Tuned.all

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("epochs", &epochs, 1...1000, "epochs of fine-tuning in the end")
        try options.oneOf("tune", &tuned, "what is fine-tuned")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.objectionWithoutBase(
            "training 'body'", "training 'body' needs at least one hidden layer: a linear model has no body")
    }

    package var skills: Set<LearnerSkill>? { [.freeze] }

    package var answersLast: Bool { true }

    package func arrive(_ step: inout LocalStep) {
        guard !step.trains else { return }
        var own = step.received
        _ = step.pass(&own, epochs: epochs, terms: Terms(frozen: tuned == .head ? step.network.baseRanges : []))
        step.answer = own
    }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model, terms: Terms(frozen: step.network.headRanges))
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning

/// Minibatch SGD from the received model; what it ends in is also the agent's personal model.
package struct PlainTraining: LocalTraining {
    package static let name = "sgd"
    package static let summary =
        "minibatch SGD from the received model; the personal model is the fine-tuned one (McMahan et al. 2017)"

    package init() {}

    package var skills: Set<LearnerSkill>? { [] }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        step.personal = step.model
    }
}

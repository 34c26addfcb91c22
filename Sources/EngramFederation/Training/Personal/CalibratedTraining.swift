// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// Federated averaging; what is personal is a slope and a threshold on the shared model's output (`OutputScale`; Platt 1999).
///
/// For people whose order of images is mostly shared and whose criterion is their own: what they remember. With classes the personal answer is the model as received.
package struct CalibratedTraining: LocalTraining {
    package static let name = "calibrated"
    package static let summary = "SGD; each agent's own slope and threshold on the shared model's output (Platt 1999)"

    package var strength = 10.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number(
            "strength", &strength, 0...1e9, "pull of the slope towards 1 and the threshold towards 0, in units of training rows")
    }

    package func arrive(_ step: inout LocalStep) {
        let task = step.network.spec.task
        guard task != .classes, !step.rows.isEmpty else { return step.answer = step.received }
        let outputs = step.network.outputs(step.received, step.data, rows: step.rows).map(Double.init)
        let truth = step.rows.map { task == .scores ? Double(step.data.scores[$0]) : Double(step.data.classes[$0]) }
        step.answer = OutputScale(outputs, truth, task: task, strength: strength).applied(to: step.received, of: step.network)
    }

    package func train(_ step: inout LocalStep) { step.loss = step.pass(&step.model) }
}

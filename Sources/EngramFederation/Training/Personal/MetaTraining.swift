// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// Per-FedAvg: the shared model is trained so that it is good *after one gradient step* on an agent's own rows, which is how it is then used.
///
/// Each local step takes three minibatches, for the inner step, the outer gradient and the Hessian; the first order form leaves the Hessian out.
package struct MetaTraining: LocalTraining {
    package static let name = "meta"
    package static let summary = "a start that one step adapts to each agent (Fallah et al. 2020, Per-FedAvg)"

    package var innerRate = 0.02
    var order = MetaGradient.Order.first

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("inner_rate", &innerRate, 1e-9...10, "rate of the one step that adapts")
        try options.oneOf("order", &order, "first leaves the Hessian out; hessian_free takes it by differences of gradients")
    }

    package func arrive(_ step: inout LocalStep) { step.answer = Self.adapted(step, rate: innerRate) }

    package func train(_ step: inout LocalStep) {
        let drawn = step.trainer.batches(of: step.rows, using: step.generator)
        let batches = Array(drawn)
        guard !batches.isEmpty else { return }
        let pass = GradientPass(step.network, batch: drawn.size)
        let meta = MetaGradient(rate: innerRate, order: order)
        var descent = Descent(step.network, step.trainer.sgd, Terms())
        var values = step.model.values
        var loss = 0.0
        let size = order == .first ? 2 : 3
        // An agent with fewer batches than a step takes uses them again.
        let count = max(1, batches.count / size)
        for k in 0..<count {
            let (inner, outer) = (batches[k * size % batches.count], batches[(k * size + 1) % batches.count])
            let curvature = order == .first ? inner : batches[(k * size + 2) % batches.count]
            let (value, gradient) = meta(pass, values, step.data, inner: inner, outer: outer, curvature: curvature)
            loss += value / Double(count)
            descent.step(&values, along: gradient, rate: step.rate)
        }
        step.model.values = values
        step.loss = loss
    }

    /// The received model after one step along the gradient of all training rows.
    static func adapted(_ step: LocalStep, rate: Double) -> ParameterSet {
        var model = step.received
        let pass = GradientPass(step.network, batch: step.rows.count)
        _ = pass.run(model.values, step.data, rows: step.rows)
        pass.add(Float(-rate), to: &model.values)
        return model
    }
}

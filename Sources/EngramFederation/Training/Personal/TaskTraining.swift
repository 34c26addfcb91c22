// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// MAML with agents as tasks: one meta-gradient a round, half of the rows to adapt with and half to judge by, averaged over agents into one step.
package struct TaskTraining: LocalTraining {
    package static let name = "task"
    package static let summary = "one meta-gradient a round, agents as tasks (Finn et al. 2017, MAML)"

    package var innerRate = 0.02
    package var outerRate = 0.5
    var order = MetaGradient.Order.hessianFree

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("inner_rate", &innerRate, 1e-9...10, "rate of the one step that adapts")
        try options.number("outer_rate", &outerRate, 1e-9...10, "rate of the meta-step (optimiser.rate is not used)")
        try options.oneOf("order", &order, "first leaves the Hessian out; hessian_free takes it by differences of gradients")
    }

    package func arrive(_ step: inout LocalStep) { step.answer = MetaTraining.adapted(step, rate: innerRate) }

    package func train(_ step: inout LocalStep) {
        var rows = step.rows
        var draws = step.generator
        draws.shuffle(&rows)
        // An agent with one row adapts and judges by it.
        let half = max(1, rows.count / 2)
        let support = rows[..<half]
        let query = rows.count > 1 ? rows[half...] : support
        let pass = GradientPass(step.network, batch: rows.count)
        let (loss, gradient) = MetaGradient(rate: innerRate, order: order)(
            pass, step.model.values, step.data, inner: support, outer: query, curvature: support)
        Kernels.axpy(Float(-outerRate), gradient, into: &step.model.values)
        step.loss = loss
    }
}

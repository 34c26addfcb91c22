// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Server momentum: v ← βv + Δ; w ← w + ηv, or in Nesterov's form w ← w + η(Δ + βv).
package struct MomentumStep: ServerStep {
    package static let name = "momentum"
    package static let summary = "momentum on the coordinator (Hsu et al. 2019, FedAvgM)"

    package var beta = 0.9
    package var rate = 1.0
    package var nesterov = false

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("beta", &beta, 0...0.999, "share of the last step that is kept")
        try options.number("rate", &rate, 0...10, "step size")
        try options.flag("nesterov", &nesterov, "Nesterov's form: look one step ahead")
    }

    package func apply(_ update: [Float], to model: inout [Float], memory: inout [Float]?) {
        var velocity = memory ?? [Float](repeating: 0, count: update.count)
        Kernels.scale(Float(beta), &velocity)
        Kernels.axpy(1, update, into: &velocity)
        if nesterov {
            Kernels.axpy(Float(rate), update, into: &model)
            Kernels.axpy(Float(rate * beta), velocity, into: &model)
        } else {
            Kernels.axpy(Float(rate), velocity, into: &model)
        }
        memory = velocity
    }
}

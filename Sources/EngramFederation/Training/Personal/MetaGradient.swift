// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// The gradient of f(w − α∇f(w; inner); outer) with respect to w: (I − α∇²f(w)) ∇f(w − α∇f(w; inner); outer).
struct MetaGradient {
    enum Order: String, CaseIterable, Sendable {
        /// The Hessian is left out.
        case first
        /// Its product with a vector v as (∇f(w + δv) − ∇f(w − δv)) / 2δ (Fallah et al. 2020, HF).
        case hessianFree = "hessian_free"
    }

    let rate: Double
    let order: Order
    /// ‖δv‖ as a share of 1 + ‖w‖: small enough for the difference, large enough for Float32.
    var reach = 1e-3

    /// The mean loss on the inner rows at w, and the gradient; the Hessian is that of `curvature` rows.
    func callAsFunction(
        _ pass: GradientPass, _ values: [Float], _ data: Dataset, inner: ArraySlice<Int>, outer: ArraySlice<Int>,
        curvature: ArraySlice<Int>
    ) -> (loss: Double, gradient: [Float]) {
        let loss = pass.run(values, data, rows: inner)
        var adapted = values
        pass.add(Float(-rate), to: &adapted)
        _ = pass.run(adapted, data, rows: outer)
        var gradient = pass.gradient
        let length = Kernels.norm(gradient)
        guard order == .hessianFree, length > 0 else { return (loss, gradient) }
        let delta = reach * (1 + Kernels.norm(values)) / length
        let direction = gradient
        for sign in [1.0, -1.0] {
            var beside = values
            Kernels.axpy(Float(sign * delta), direction, into: &beside)
            _ = pass.run(beside, data, rows: curvature)
            pass.add(Float(-rate * sign / (2 * delta)), to: &gradient)
        }
        return (loss, gradient)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What FedOpt's adaptive steps have in common (Reddi et al. 2021, algorithm 2): m ← β₁m + (1 − β₁)Δ; v by each one's own rule;
/// w ← w + ηm/(√v + τ), per coordinate.
///
/// As in the paper there is no bias correction, and v starts at τ², the least that it allows; published code starts at 0, which makes
/// the first steps larger. `memory` is m, then v: twice the size of the model.
package protocol AdaptiveStep: ServerStep {
    /// η: about the greatest step of one coordinate.
    var rate: Double { get set }
    var beta1: Double { get set }
    /// τ: updates below it are taken as they are, larger ones are brought to one size.
    var tau: Double { get set }
    /// v of this round, from the last one and Δ².
    func secondMoment(_ last: Double, squared: Double) -> Double
}

extension AdaptiveStep {
    /// The options that all adaptive steps have.
    mutating func configureStep(_ options: inout Options) throws(RecipeError) {
        try options.number("rate", &rate, 0...10, "step size; about the greatest step of one coordinate")
        try options.number("beta1", &beta1, 0...0.999, "share of the last direction that is kept")
        try options.number("tau", &tau, 1e-9...1, "adaptivity: smaller takes coordinates of all sizes more alike")
    }

    package func apply(_ update: [Float], to model: inout [Float], memory: inout [Float]?) {
        let count = update.count
        var moments = memory ?? []
        if moments.count != 2 * count {
            moments = [Float](repeating: 0, count: count) + [Float](repeating: Float(tau * tau), count: count)
        }
        for i in 0..<count {
            let delta = Double(update[i])
            let first = beta1 * Double(moments[i]) + (1 - beta1) * delta
            let second = secondMoment(Double(moments[count + i]), squared: delta * delta)
            moments[i] = Float(first)
            moments[count + i] = Float(second)
            model[i] += Float(rate * first / (second.squareRoot() + tau))
        }
        memory = moments
    }
}

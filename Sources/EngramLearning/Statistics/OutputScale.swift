// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// A slope and an offset on a model's one output, z → slope · z + offset: how much, and from where on, one person answers to what a shared model sees.
///
/// Fitted by the training loss (logistic for `remembered`: Platt 1999; half the squared error for scores) plus strength/2 · ((slope − 1)² + offset²), so few rows
/// leave the model as it is. Order within the person stays, so rank metrics see nothing of it and probabilities do; but for somebody whose answers run against the model the
/// slope may turn negative, and the order round.
package struct OutputScale: Equatable, Sendable {
    package let slope: Double
    package let offset: Double

    package static let identity = OutputScale(slope: 1, offset: 0)

    package init(slope: Double, offset: Double) {
        self.slope = slope
        self.offset = offset
    }

    /// `truth` is 0 or 1 for `remembered`, a score for `scores`; `strength` is in rows. The identity for classes, and where the fit has no finite end.
    package init(_ outputs: [Double], _ truth: [Double], task: Task, strength: Double) {
        precondition(outputs.count == truth.count, "as many outputs as answers are needed")
        let fit = task == .classes || outputs.isEmpty ? nil : Self.fit(outputs, truth, task, strength)
        slope = fit?.slope ?? 1
        offset = fit?.offset ?? 0
    }

    private static func fit(
        _ outputs: [Double], _ truth: [Double], _ task: Task, _ strength: Double
    ) -> (slope: Double, offset: Double)? {
        var (a, b) = (1.0, 0.0)
        // Newton's steps on a strictly convex function of two numbers; the squared error is done after one.
        for _ in 0..<50 {
            var (ga, gb) = (strength * (a - 1), strength * b)
            var (haa, hab, hbb) = (strength + 1e-9, 0.0, strength + 1e-9)
            for (z, y) in zip(outputs, truth) {
                let answer = a * z + b
                let chance = task == .remembered ? 1 / (1 + exp(-answer)) : answer
                let curve = task == .remembered ? chance * (1 - chance) : 1
                ga += (chance - y) * z
                gb += chance - y
                haa += curve * z * z
                hab += curve * z
                hbb += curve
            }
            let determinant = haa * hbb - hab * hab
            guard determinant > 0, determinant.isFinite else { return nil }
            // Steps of a bounded length: far from the end a logistic loss is flat, and a whole step leaps over it.
            let da = (hbb * ga - hab * gb) / determinant
            let db = (haa * gb - hab * ga) / determinant
            a -= max(-1, min(1, da))
            b -= max(-1, min(1, db))
            if abs(da) + abs(db) < 1e-10 { break }
        }
        return a.isFinite && b.isFinite ? (a, b) : nil
    }

    /// The model whose output is scaled.
    package func applied(to model: ParameterSet, of network: Network) -> ParameterSet {
        var scaled = model
        let bias = network.headRange.upperBound - network.spec.outputs
        for i in network.headRange { scaled.values[i] *= Float(slope) }
        for i in bias..<network.headRange.upperBound { scaled.values[i] += Float(offset) }
        return scaled
    }
}

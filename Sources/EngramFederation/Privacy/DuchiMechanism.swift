// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// Local differential privacy for one vector of an L2 ball, unbiased (Duchi, Jordan & Wainwright 2013, 2018).
///
/// The vector v becomes ±r·v/‖v‖, plus with probability ½ + ‖v‖/2r; then a point of the sphere of radius B is drawn, uniformly from the
/// half towards that vector with probability e^ε/(1 + e^ε), else from the other half. B = r·√π·Γ((d + 1)/2)/Γ(d/2)·(e^ε + 1)/(e^ε − 1)
/// makes the mean v. Whatever comes out is at most e^ε times likelier for one input than for another.
///
/// B/r grows as √d and is about 27 for d = 100, ε = 1: for sketches and small statistics, not for whole models.
package struct DuchiMechanism: Equatable, Sendable {
    package let epsilon: Double
    /// r: longer inputs are scaled back to it first.
    package let radius: Double
    package let dimension: Int
    /// B: the norm of everything that comes out.
    package let outputRadius: Double

    /// Nil unless ε, the radius and the dimension are positive, and B is finite.
    package init?(epsilon: Double, radius: Double, dimension: Int) {
        guard epsilon > 0, radius > 0, dimension > 0 else { return nil }
        let d = Double(dimension)
        let logGammas: Double = lgamma((d + 1) / 2) - lgamma(d / 2)
        // (e^ε + 1)/(e^ε − 1), which does not overflow this way.
        let spread = 1 / tanh(epsilon / 2)
        let norm = radius * Double.pi.squareRoot() * exp(logGammas) * spread
        guard norm.isFinite else { return nil }
        self.epsilon = epsilon
        self.radius = radius
        self.dimension = dimension
        outputRadius = norm
    }

    /// A draw for `vector`, which has `dimension` finite numbers.
    package func randomised(_ vector: [Float], using generator: inout SeededGenerator) -> [Float] {
        precondition(vector.count == dimension, "a mechanism's input has its dimension")
        let keepsSign = generator.uniform() < 0.5 + min(1, Kernels.norm(vector) / radius) / 2
        let towards = generator.uniform() < 1 / (1 + exp(-epsilon))
        var direction: [Double] = []
        var length = 0.0
        repeat {
            direction = (0..<dimension).map { _ in generator.normal() }
            length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        } while length == 0
        let product = zip(direction, vector).reduce(0) { $0 + $1.0 * Double($1.1) }
        // For a zero vector either half does: the sign above was a fair coin.
        let flip: Double = (product >= 0) == (keepsSign == towards) ? 1 : -1
        return direction.map { Float(flip * outputRadius / length * $0) }
    }
}

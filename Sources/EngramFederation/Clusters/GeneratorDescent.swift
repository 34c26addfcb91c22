// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// SGD with momentum and weight decay, gradients clipped: how a hypernetwork moves. The defaults are the paper's.
package struct GeneratorDescent: Sendable {
    package var rate = 0.01
    package var momentum = 0.9
    package var weightDecay = 1e-3
    package var clip = 50.0

    package init() {}

    mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("rate", &rate, 0...1000, "learning rate of the hypernetwork and the embeddings")
        try options.number("momentum", &momentum, 0...0.999, "")
        try options.number("weight_decay", &weightDecay, 0...10, "")
        try options.number("clip", &clip, 1e-9...1e30, "greatest norm of a gradient")
    }

    /// v ← momentum·v + clipped g + weightDecay·w; w ← w − rate·v. An empty velocity is zero.
    func step(_ values: inout [Float], _ velocity: inout [Float], along gradient: [Float]) {
        if velocity.isEmpty { velocity = [Float](repeating: 0, count: values.count) }
        let norm = Kernels.norm(gradient)
        Kernels.scale(Float(momentum), &velocity)
        Kernels.axpy(Float(norm > clip ? clip / norm : 1), gradient, into: &velocity)
        Kernels.axpy(Float(weightDecay), values, into: &velocity)
        Kernels.axpy(Float(-rate), velocity, into: &values)
    }
}

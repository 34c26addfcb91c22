// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Prototypes {
    /// The bias of a class without rows: below any other class's output, and still a number.
    package static let absentBias: Float = -1e30

    /// The nearest-prototype rule as the head of a network: its tensors `headNames`.
    ///
    /// −‖h − C‖² is 2 C·h − ‖C‖² less ‖h‖², which is the same for all classes; so the weight 2 C and the bias −‖C‖² give the
    /// class of the nearest prototype, and their softmax is that of negative squared distances (FedProto's prediction, Tan et
    /// al. 2022; prototypical networks, Snell et al. 2017). For remembered or not the one output is the difference of the two
    /// classes.
    ///
    /// Throws `badModel` when there is not one prototype of the head's width per class; scores have no classes.
    package func head(for network: Network) throws(LearningError) -> ParameterSet {
        let classes = network.spec.task == .remembered ? 2 : network.spec.outputs
        if network.spec.task == .scores || classes != counts.count || width != network.head.spec.inputs {
            throw .badModel(
                "\(counts.count) prototypes of \(width) make no head for “\(network.spec.task.rawValue)” with "
                    + "\(classes) classes and \(network.head.spec.inputs) latents")
        }
        let means = means
        var weight = means.map { 2 * $0 }
        var bias = counts.indices.map { key in
            if !isPresent(key) { return Self.absentBias }
            return Float(-means[key * width..<(key + 1) * width].reduce(0.0) { $0 + Double($1) * Double($1) })
        }
        if network.spec.task == .remembered {
            weight = (0..<width).map { weight[width + $0] - weight[$0] }
            bias = [bias[1] - bias[0]]
        }
        do throws(TensorError) {
            return try ParameterSet(layout: network.layout.selecting(network.isHead), values: weight + bias)
        } catch {
            throw .badModel(error.description)
        }
    }
}

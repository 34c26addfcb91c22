// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A fully connected network: its layers, and what they compute. The values live in a `ParameterSet` beside it.
///
/// Layer i has the tensors "layers.i.weight" [out, in] and "layers.i.bias" [out]; ReLU after each but the last, which is the
/// head.
package struct Network: Sendable {
    package let spec: ModelSpec
    package let layout: ParameterLayout
    /// Where each layer's weight and bias start in the flat values.
    let weights: [Int]
    let biases: [Int]

    /// The spec must have no `problem`.
    package init(_ spec: ModelSpec) {
        precondition(spec.problem == nil, "a model spec must be validated before a network is made of it")
        var tensors: [TensorSpec] = []
        var weights: [Int] = []
        var biases: [Int] = []
        var start = 0
        let widths = spec.widths
        for layer in 0..<widths.count - 1 {
            let (from, to) = (widths[layer], widths[layer + 1])
            tensors.append(TensorSpec(name: "layers.\(layer).weight", shape: [to, from]))
            tensors.append(TensorSpec(name: "layers.\(layer).bias", shape: [to]))
            weights.append(start)
            biases.append(start + to * from)
            start += (from + 1) * to
        }
        self.spec = spec
        self.weights = weights
        self.biases = biases
        // The names differ and the sizes were checked.
        layout = (try? ParameterLayout(tensors: tensors)) ?? ParameterLayout()
    }

    /// The tensor names of the last layer.
    package var headNames: [String] { ["layers.\(weights.count - 1).weight", "layers.\(weights.count - 1).bias"] }

    package func isHead(_ name: String) -> Bool { headNames.contains(name) }

    /// He's initialisation (He et al. 2015) for every layer that a ReLU follows, 1/√inputs for the head of a deep network, zeros
    /// for biases and for a linear model, which has no symmetry to break.
    package func initial(using generator: inout SeededGenerator) -> ParameterSet {
        var parameters = ParameterSet(zeros: layout)
        if spec.hidden.isEmpty { return parameters }
        for layer in weights.indices {
            let fanIn = Double(spec.widths[layer])
            let deviation = (layer == weights.count - 1 ? 1 / fanIn : 2 / fanIn).squareRoot()
            for i in weights[layer]..<biases[layer] { parameters.values[i] = Float(deviation * generator.normal()) }
        }
        return parameters
    }

    /// The raw outputs (logits or scores), row-major [rows.count, outputs].
    package func outputs(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Float] {
        var all: [Float] = []
        all.reserveCapacity(rows.count * spec.outputs)
        forEachBatch(parameters, data, rows: rows) { workspace, count in
            all += workspace.copy(layer: spec.hidden.count, count: count * spec.outputs)
        }
        return all
    }

    /// The activations that the head reads, row-major [rows.count, width]: of the last hidden layer, or the features of a
    /// linear model.
    package func latents(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Float] {
        guard let width = spec.hidden.last else { return data.floats(rows: rows) }
        var all: [Float] = []
        all.reserveCapacity(rows.count * width)
        forEachBatch(parameters, data, rows: rows) { workspace, count in
            all += workspace.copy(layer: spec.hidden.count - 1, count: count * width)
        }
        return all
    }

    /// The mean loss over rows and its gradient.
    package func gradient(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> (loss: Double, gradient: ParameterSet) {
        check(parameters, data)
        var gradient = ParameterSet(zeros: layout)
        if rows.isEmpty { return (0, gradient) }
        let workspace = Workspace(self, batch: rows.count)
        let loss = workspace.step(parameters.values, data, rows: rows.map { Int64($0) }[...])
        gradient.values = workspace.gradientValues()
        return (loss / Double(rows.count), gradient)
    }

    /// Runs the forward pass over rows, some hundred at a time.
    func forEachBatch(
        _ parameters: ParameterSet, _ data: Dataset, rows: [Int], _ body: (_ workspace: Workspace, _ count: Int) -> Void
    ) {
        check(parameters, data)
        if rows.isEmpty { return }
        let batch = min(rows.count, 256)
        let workspace = Workspace(self, batch: batch, training: false)
        let ids = rows.map { Int64($0) }
        for start in stride(from: 0, to: ids.count, by: batch) {
            let slice = ids[start..<min(start + batch, ids.count)]
            workspace.forward(parameters.values, data, rows: slice)
            body(workspace, slice.count)
        }
    }

    func check(_ parameters: ParameterSet, _ data: Dataset) {
        precondition(parameters.values.count == layout.count, "the parameters belong to another network")
        precondition(data.dimension == spec.inputs, "the data have another number of features than the network has inputs")
        if spec.task == .classes || spec.task == .remembered, case .scores = data.targets {
            preconditionFailure("a network for classes cannot use scores as targets")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A fully connected network: its layers, and what they compute. The values live in a `ParameterSet` beside it.
///
/// Layer i has the tensors "layers.i.weight" [out, in] and "layers.i.bias" [out]; ReLU after each but the last, which is the
/// head. A normalisation adds its own tensors (`Normalisation`): those of the inputs come first, a hidden layer's after its bias.
package struct Network: Sendable {
    package let spec: ModelSpec
    package let layout: ParameterLayout
    /// Where each layer's weight and bias start in the flat values.
    let weights: [Int]
    let biases: [Int]
    /// Where each hidden layer's batch normalisation starts (`BatchNorm`); empty without it.
    let batchNorms: [Int]
    /// Nil when the layers are those above.
    let external: ExternalLayers?

    /// The spec must have no `problem`.
    package init(_ spec: ModelSpec) {
        precondition(spec.problem == nil, "a model spec must be validated before a network is made of it")
        var tensors: [TensorSpec] = []
        var end = 0
        func append(_ name: String, _ shape: [Int]) -> Int {
            let tensor = TensorSpec(name: name, shape: shape)
            tensors.append(tensor)
            defer { end += tensor.count }
            return end
        }
        if spec.normalisation == .input {
            for name in Normalisation.inputNames { _ = append(name, [spec.inputs]) }
        }
        var weights: [Int] = []
        var biases: [Int] = []
        var batchNorms: [Int] = []
        let widths = spec.widths
        for layer in 0..<widths.count - 1 {
            let (from, to) = (widths[layer], widths[layer + 1])
            weights.append(append("layers.\(layer).weight", [to, from]))
            biases.append(append("layers.\(layer).bias", [to]))
            if spec.normalisation == .batch, layer < spec.hidden.count {
                batchNorms.append(end)
                for name in Normalisation.batchNames(layer: layer) { _ = append(name, [to]) }
            }
        }
        self.spec = spec
        self.weights = weights
        self.biases = biases
        self.batchNorms = batchNorms
        external = nil
        // The names differ and the sizes were checked.
        layout = (try? ParameterLayout(tensors: tensors)) ?? ParameterLayout()
    }

    /// He's initialisation (He et al. 2015) for every layer that a ReLU follows, 1/√inputs for the head of a deep network, zeros
    /// for biases and for a linear model, which has no symmetry to break. Normalisations start as what changes nothing: weights
    /// and variances are 1.
    package func initial(using generator: inout SeededGenerator) -> ParameterSet {
        var parameters = ParameterSet(zeros: layout)
        for range in normUnits { for i in range { parameters.values[i] = 1 } }
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
        externalOutputs(parameters, rows: rows) ?? activations(parameters, data, rows: rows, layers: weights.count)
    }

    /// The activations that the head reads, row-major [rows.count, width]: of the last hidden layer, or the (normalised)
    /// features of a linear model.
    package func latents(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Float] {
        activations(parameters, data, rows: rows, layers: spec.hidden.count)
    }

    /// What comes out of the first layers, row-major.
    private func activations(_ parameters: ParameterSet, _ data: Dataset, rows: [Int], layers: Int) -> [Float] {
        var all: [Float] = []
        all.reserveCapacity(rows.count * spec.widths[layers])
        forEachBatch(parameters, data, rows: rows, layers: layers) { pass, slice in
            pass.append(level: layers, count: slice.count, to: &all)
        }
        return all
    }

    /// The mean loss over rows and its gradient, as in a training pass over one batch.
    package func gradient(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> (loss: Double, gradient: ParameterSet) {
        let pass = GradientPass(self, batch: rows.count)
        let loss = pass.run(parameters.values, data, rows: rows)
        var gradient = ParameterSet(zeros: layout)
        gradient.values = pass.gradient
        return (loss, gradient)
    }

    /// Runs the first layers forward over rows, some hundred at a time.
    func forEachBatch(
        _ parameters: ParameterSet, _ data: Dataset, rows: [Int], layers: Int,
        _ body: (_ pass: ForwardPass, _ rows: ArraySlice<Int>) -> Void
    ) {
        check(parameters.values, data)
        precondition(external == nil, "the layers of this network are not known here")
        if rows.isEmpty { return }
        let batch = min(rows.count, 256)
        let pass = ForwardPass(self, batch: batch, training: false)
        for start in stride(from: 0, to: rows.count, by: batch) {
            let slice = rows[start..<min(start + batch, rows.count)]
            pass.load(data, rows: slice)
            pass.forward(parameters.values, count: slice.count, layers: layers)
            body(pass, slice)
        }
    }

    func check(_ values: [Float], _ data: Dataset) {
        check(values)
        precondition(data.dimension == spec.inputs, "the data have another number of features than the network has inputs")
        if spec.task == .classes || spec.task == .remembered, case .scores = data.targets {
            preconditionFailure("a network for classes cannot use scores as targets")
        }
    }

    func check(_ values: [Float]) {
        precondition(values.count == layout.count, "the parameters belong to another network")
    }
}

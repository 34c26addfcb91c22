// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

extension Network {
    /// The model x ↦ f(T(x)) as a model of the same shape: an affine map of the features is part of the first layer. A weight and
    /// bias of the inputs (`Normalisation.input`) go into that layer too. Throws `badModel` for a map of other features.
    package func absorbing(_ map: GaussianTransport, in parameters: ParameterSet) throws(LearningError) -> ParameterSet {
        check(parameters.values)
        let (inputs, width) = (spec.inputs, spec.widths[1])
        if map.dimension != inputs { throw .badModel("a map of \(map.dimension) features does not fit \(inputs) inputs") }
        var out = parameters
        let start = weights[0]
        var weight = Matrix(
            rows: width, columns: inputs, values: parameters.values[start..<start + width * inputs].map { Double($0) })
        var bias = parameters.values[biases[0]..<biases[0] + width].map { Double($0) }
        if spec.normalisation == .input {
            let scale = parameters.values[0..<inputs].map { Double($0) }
            let shift = Matrix(rows: inputs, columns: 1, values: parameters.values[inputs..<2 * inputs].map { Double($0) })
            bias = zip(bias, (weight * shift).values).map { $0 + $1 }
            weight = weight.transposed.scaling(rowsBy: scale).transposed
            for i in 0..<inputs { (out.values[i], out.values[inputs + i]) = (1, 0) }
        }
        // T(x) = Ax + T(0), A being symmetric.
        let origin = map(Matrix(zeros: 1, inputs)).transposed
        bias = zip(bias, (weight * origin).values).map { $0 + $1 }
        out.values.replaceSubrange(start..<start + width * inputs, with: Kernels.narrow((weight * map.matrix).values))
        out.values.replaceSubrange(biases[0]..<biases[0] + width, with: Kernels.narrow(bias))
        return out
    }
}

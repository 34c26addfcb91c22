// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A linear model y = xW + b in Float64, as a solve gives it.
package struct RidgeSolution: Equatable, Sendable {
    package let dimension: Int
    package let outputs: Int
    /// [dimension + 1, outputs]: the weights of each feature, then the bias.
    package let values: [Double]

    package init(dimension: Int, outputs: Int, values: [Double]) {
        precondition(values.count == (dimension + 1) * outputs, "a linear model has (dimension + 1) × outputs values")
        self.dimension = dimension
        self.outputs = outputs
        self.values = values
    }

    package init(zeros dimension: Int, _ outputs: Int) {
        self.init(dimension: dimension, outputs: outputs, values: [Double](repeating: 0, count: (dimension + 1) * outputs))
    }

    /// The model that a linear network's parameters are; throws `badModel` when the network is not linear or has other tensors.
    package init(_ parameters: ParameterSet, of network: Network) throws(LearningError) {
        let (inputs, outputs) = (network.spec.inputs, network.spec.outputs)
        if !network.spec.hidden.isEmpty || parameters.layout != network.layout {
            throw .badModel("only a linear model's parameters are a ridge solution")
        }
        var values = [Double](repeating: 0, count: (inputs + 1) * outputs)
        for k in 0..<outputs {
            for i in 0..<inputs { values[i * outputs + k] = Double(parameters.values[k * inputs + i]) }
            values[inputs * outputs + k] = Double(parameters.values[outputs * inputs + k])
        }
        self.init(dimension: inputs, outputs: outputs, values: values)
    }

    /// [outputs, dimension], as a layer stores it.
    package var weight: [Float] {
        (0..<outputs).flatMap { k in (0..<dimension).map { Float(values[$0 * outputs + k]) } }
    }

    /// [outputs]
    package var bias: [Float] { values[(dimension * outputs)...].map { Float($0) } }

    /// The parameters of a linear network with our numbers of inputs and outputs; throws `badModel` for any other.
    package func parameters(of network: Network) throws(LearningError) -> ParameterSet {
        if !network.spec.hidden.isEmpty || network.spec.inputs != dimension || network.spec.outputs != outputs {
            throw .badModel("a ridge solution fits only a linear model of \(dimension) inputs and \(outputs) outputs")
        }
        do throws(TensorError) {
            return try ParameterSet(layout: network.layout, values: weight + bias)
        } catch {
            throw .badModel(error.description)
        }
    }
}

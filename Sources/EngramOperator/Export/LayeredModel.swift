// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A model file taken apart: the layers of a network (docs/formats.md, "Model"), found by the names of their tensors.
package struct LayeredModel {
    struct Layer {
        let number: Int
        let weight: Safetensors.Tensor
        let bias: Safetensors.Tensor
        /// Batch normalisation: weight, bias, running mean and variance.
        let norm: [Safetensors.Tensor]
    }

    /// A weight and a bias for each input feature.
    let inputNorm: [Safetensors.Tensor]
    let layers: [Layer]
    let metadata: [String: String]

    var inputs: Int { layers[0].weight.shape[1] }
    var outputs: Int { layers[layers.count - 1].weight.shape[0] }

    /// Throws `badInput` for a file that holds no whole network, with what is missing.
    package init(_ file: Safetensors, path: String) throws(OperatorError) {
        guard !file.tensors.isEmpty else {
            throw .badInput("\(path): it holds no tensors; an agent that deployed its majority answer has no model to convert")
        }
        guard file.names.contains(where: { $0.hasPrefix("layers.") }) else {
            throw .badInput(
                "\(path): none of its tensors is a layer of the built-in network; a model of an agent's own trainer is converted by that program's library"
            )
        }
        var wanted: Set<String> = []
        func tensor(_ name: String, _ shape: [Int?]) throws(OperatorError) -> Safetensors.Tensor {
            guard let found = file.optional(name) else {
                throw .badInput(
                    "\(path): '\(name)' is missing, so the network is not whole; parts that stay with the agents are in "
                        + "the file that each of them deploys (STATE/deployed)")
            }
            guard found.type == .f32, found.shape.count == shape.count,
                zip(found.shape, shape).allSatisfy({ $1 == nil || $0 == $1 })
            else {
                throw .badInput(
                    "\(path): '\(name)' has the shape \(found.shape) and the type \(found.type.rawValue); that is no layer of this network"
                )
            }
            wanted.insert(name)
            return found
        }
        var layers: [Layer] = []
        var width: Int? = nil
        repeat {
            let name = "layers.\(layers.count)"
            let weight = try tensor(name + ".weight", [nil, width])
            let out = weight.shape[0]
            let bias = try tensor(name + ".bias", [out])
            var norm: [Safetensors.Tensor] = []
            if file.optional(name + ".norm.weight") != nil {
                for part in ["weight", "bias", "mean", "variance"] { norm.append(try tensor("\(name).norm.\(part)", [out])) }
            }
            layers.append(Layer(number: layers.count, weight: weight, bias: bias, norm: norm))
            width = out
        } while file.optional("layers.\(layers.count).weight") != nil
        var inputNorm: [Safetensors.Tensor] = []
        if file.optional("norm.weight") != nil {
            for part in ["weight", "bias"] { inputNorm.append(try tensor("norm.\(part)", [layers[0].weight.shape[1]])) }
        }
        if let other = file.names.first(where: { !wanted.contains($0) }) {
            throw .badInput(
                "\(path): '\(other)' belongs to no layer; only fully connected networks can be converted, not answers with neighbours "
                    + "nor models of an agent's own trainer")
        }
        self.layers = layers
        self.inputNorm = inputNorm
        metadata = file.metadata
    }
}

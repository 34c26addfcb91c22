// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// What an agent can answer with: a model, and for some methods the agent's own rows beside it.
package struct Answer: Sendable {
    package let parameters: ParameterSet
    package let neighbours: Neighbours?

    package init(_ parameters: ParameterSet, neighbours: Neighbours? = nil) {
        self.parameters = parameters
        self.neighbours = neighbours
    }

    func evaluate(_ network: Network, _ data: Dataset, rows: [Int]) -> Evaluation {
        guard let outputs = mixed(network, data, rows) else { return network.evaluate(parameters, data, rows: rows) }
        return network.evaluate(outputs: outputs, data, rows: rows)
    }

    /// What the answers cost, row by row, in the sense of the task's metric.
    func costs(_ network: Network, _ data: Dataset, rows: [Int]) -> [Double] {
        guard let outputs = mixed(network, data, rows) else { return network.costs(parameters, data, rows: rows) }
        return network.costs(outputs: outputs, data, rows: rows)
    }

    /// The chances that the answers give; nil unless the task is whether something is remembered.
    func chances(_ network: Network, _ data: Dataset, rows: [Int]) -> ChanceTally? {
        let outputs = mixed(network, data, rows) ?? network.outputs(parameters, data, rows: rows)
        return network.chances(outputs: outputs, data, rows: rows)
    }

    /// The outputs where neighbours have a say; nil where the model's are the answer.
    private func mixed(_ network: Network, _ data: Dataset, _ rows: [Int]) -> [Float]? {
        neighbours.map {
            $0.mixed(
                outputs: network.outputs(parameters, data, rows: rows), latents: network.latents(parameters, data, rows: rows))
        }
    }

    /// The model's tensors, and with neighbours "knn.latents" [rows, width] and "knn.targets" [rows]; their number, scale and share
    /// are metadata.
    package func safetensors(metadata: [String: String]) -> [UInt8] {
        guard let neighbours else { return parameters.safetensors(metadata: metadata) }
        let rows = neighbours.targets.count
        let stored = [
            Safetensors.Tensor(
                name: "knn.latents", shape: [rows, neighbours.latents.count / max(1, rows)], floats: neighbours.latents[...]),
            Safetensors.Tensor(name: "knn.targets", shape: [rows], floats: neighbours.targets[...]),
        ]
        let settings = [
            "engram.knn.count": "\(neighbours.count)", "engram.knn.scale": "\(neighbours.scale)",
            "engram.knn.share": "\(neighbours.share)",
        ]
        return Safetensors.serialise(
            parameters.tensors + stored, metadata: metadata.merging(settings) { given, _ in given })
    }
}

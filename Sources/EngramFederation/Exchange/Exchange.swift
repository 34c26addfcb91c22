// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// What travels for each slot: the shared tensors of the model, and the method's statistics.
package struct Exchange: Sendable {
    package let network: Network
    /// The tensors that agents send updates of.
    package let shared: ParameterLayout
    package let statistics: [Statistic]
    /// A slot's blob: the shared tensors, then one tensor "statistic/NAME" for each statistic.
    package let layout: ParameterLayout

    package init(network: Network, shared: ParameterLayout, statistics: [Statistic] = []) {
        self.network = network
        self.shared = shared
        self.statistics = statistics
        let extra = statistics.map { TensorSpec(name: $0.tensor, shape: $0.shape) }
        // A method names its statistics apart, and no tensor of a network begins with "statistic/".
        layout = (try? ParameterLayout(tensors: shared.tensors + extra)) ?? shared
    }

    package init(_ recipe: Recipe, network: Network) {
        self.init(
            network: network, shared: recipe.sharing.shared(of: network), statistics: recipe.training.statistics(for: network))
    }

    /// Numbers that an upload holds for one slot, at most.
    package var uploadCount: Int { layout.count }

    /// A slot's content taken apart.
    func parts(of blob: ParameterSet) -> (model: ParameterSet, statistics: [String: [Float]])? {
        guard blob.layout == layout, let model = try? blob.selecting(shared) else { return nil }
        return (
            model,
            Dictionary(
                statistics.map { ($0.name, blob[$0.tensor].map { Array($0) } ?? []) }, uniquingKeysWith: { first, _ in first })
        )
    }

    /// The reverse of `parts`.
    func blob(_ model: [Float], _ parts: [String: [Float]]) -> ParameterSet {
        var blob = ParameterSet(zeros: layout)
        blob.values.replaceSubrange(0..<shared.count, with: model)
        for statistic in statistics {
            guard let range = layout.range(of: statistic.tensor), let values = parts[statistic.name], values.count == range.count
            else { continue }
            blob.values.replaceSubrange(range, with: values)
        }
        return blob
    }
}

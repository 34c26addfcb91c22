// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// No tensor of the model travels: only what the method exchanges beside it.
package struct ShareNothing: Sharing {
    package static let name = "none"
    package static let summary = "only the method's statistics travel, such as prototypes (Tan et al. 2022, FedProto)"

    package init() {}

    package func shared(of network: Network) -> ParameterLayout { ParameterLayout() }

    package func objection(to recipe: Recipe) -> String? {
        let statistics = recipe.training.statistics(
            for: Network(ModelSpec(inputs: 1, hidden: recipe.hidden, outputs: 2, task: .classes)))
        if statistics.isEmpty {
            return
                "sharing 'none' leaves nothing that travels, because training '\(type(of: recipe.training).name)' exchanges no statistics"
        }
        return recipe.grouping is Everyone || recipe.grouping is Given || recipe.grouping is PACFL
            ? nil
            : "sharing 'none' leaves no updates and models to tell agents apart by; use grouping 'everyone', 'given' or 'pacfl'"
    }
}

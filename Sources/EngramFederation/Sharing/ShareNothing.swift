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
        let spec = ModelSpec(inputs: 1, hidden: recipe.hidden, outputs: 2, task: .classes)
        // A model that cannot be made is refused where its sizes are known.
        guard spec.problem == nil else { return nil }
        if recipe.training.statistics(for: Network(spec)).isEmpty {
            return
                "sharing 'none' leaves nothing that travels, because training '\(type(of: recipe.training).name)' exchanges no statistics"
        }
        return recipe.grouping is Everyone || recipe.grouping is Given || recipe.grouping is PACFL
            ? nil
            : "sharing 'none' leaves no updates and models to tell agents apart by; use grouping 'everyone', 'given' or 'pacfl'"
    }
}

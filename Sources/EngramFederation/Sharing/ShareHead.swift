// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Only the last layer travels; each agent keeps a representation of its own.
package struct ShareHead: Sharing {
    package static let name = "head"
    package static let summary = "only the last layer travels, the representation stays private (Liang et al. 2020, LG-FedAvg)"

    package init() {}

    package func shared(of network: Network) -> ParameterLayout {
        network.layout.selecting { network.isHead($0) }
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.objectionWithoutBase(
            "sharing 'head'",
            "sharing 'head' needs at least one hidden layer: a linear model is all head, so everything would travel")
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// All but the last layer travels; each agent keeps a head of its own.
package struct ShareBase: Sharing {
    package static let name = "base"
    package static let summary = "all but the last layer travels, the head stays private (Arivazhagan et al. 2019, FedPer)"

    package init() {}

    package func shared(of network: Network) -> ParameterLayout {
        let head = network.headNames
        return network.layout.selecting { !head.contains($0) }
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.objectionWithoutBase(
            "sharing 'base'",
            "sharing 'base' needs at least one hidden layer: a linear model is all head, so nothing would travel")
    }
}

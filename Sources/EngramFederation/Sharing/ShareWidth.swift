// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

/// Every tensor travels, but of each hidden layer only so many leading units as the agent's declared budget allows (Diao et al. 2021,
/// HeteroFL).
///
/// An element is averaged over those who own it; elements that nobody owns in a round stay (`Submodel`).
package struct ShareWidth: Sharing {
    package static let name = "width"
    package static let summary =
        "agents hold the leading units of each hidden layer that they can afford (Diao et al. 2021, HeteroFL)"

    package init() {}

    package func shared(of network: Network) -> ParameterLayout { network.layout }

    package func width(for profile: AgentProfile) -> Double { profile.budget }

    package func objection(to recipe: Recipe) -> String? {
        if recipe.hidden.isEmpty {
            return "sharing 'width' needs at least one hidden layer: a linear model has no units to leave out"
        }
        if !(recipe.grouping is Everyone || recipe.grouping is Given) {
            return
                "sharing 'width' gives updates of different sizes, and this grouping compares them; use grouping 'everyone' or 'given'"
        }
        if !(recipe.aggregation is WeightedMean) {
            return "sharing 'width' averages each number over those who own it; use aggregation 'mean'"
        }
        let small = ModelSpec(inputs: 1, hidden: recipe.hidden.prefix(2).map { min($0, 2) }, outputs: 2, task: .classes)
        guard small.problem == nil, recipe.training.sendsUpdates, recipe.training.statistics(for: Network(small)).isEmpty else {
            return
                "sharing 'width' cannot join the statistics of models of different widths; use training 'sgd', 'proximal' or 'ditto'"
        }
        return nil
    }
}

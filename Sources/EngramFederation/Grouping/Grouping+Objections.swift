// SPDX-License-Identifier: Apache-2.0

/// Objections that several groupings have.
extension Grouping {
    /// For groupings that compare updates on the coordinator.
    func objectionWithoutUpdates(_ recipe: Recipe) -> String? {
        recipe.training.sendsUpdates
            ? nil
            : "grouping '\(Self.name)' compares agents by their updates, and training '\(type(of: recipe.training).name)' sends none"
    }

    /// For groupings that make the models themselves, as means of agents' models: what another axis made of the updates would be lost.
    func objectionToOtherMeans(_ recipe: Recipe) -> String? {
        if let objection = objectionWithoutUpdates(recipe) { return objection }
        guard recipe.aggregation is WeightedMean, recipe.server is ReplaceStep else {
            return
                "grouping '\(Self.name)' makes each model as a mean of agents' models; aggregation must be 'mean', server 'replace'"
        }
        return nil
    }

    /// For groupings that may begin with several seeded models.
    func objectionToEqualStarts(_ recipe: Recipe) -> String? {
        recipe.hidden.isEmpty && recipe.external == nil
            ? "random starts need a model with hidden layers: without them all start alike; set grouping.warm_up to 1 or more"
            : nil
    }
}

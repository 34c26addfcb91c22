// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

extension MixingDesk {
    /// The clusters that moved in this round, in agent order, each with the first of its agents.
    var homes: [(slot: SlotID, agent: AgentID)] {
        var seen: Set<SlotID> = []
        return entries.compactMap { seen.insert($0.home).inserted ? ($0.home, $0.agent) : nil }
    }

    /// Replaces the models of some slots by weighted sums of them: row i of `weights` makes the i-th. Sums in Float64, in the
    /// order of the slots.
    mutating func blend(_ slots: [SlotID], weights: [[Double]]) {
        let before = slots.map { models[$0] ?? [] }
        for (i, slot) in slots.enumerated() {
            var sum = [Double](repeating: 0, count: layout.count)
            for (j, weight) in weights[i].enumerated() where weight != 0 && before[j].count == layout.count {
                Kernels.accumulate(before[j], weight: weight, into: &sum)
            }
            models[slot] = Kernels.narrow(sum)
        }
    }
}

extension Grouping {
    /// What groupings that mix the agents' own models cannot work with.
    func ownModelsObjection(to recipe: Recipe) -> String? {
        if !recipe.training.sendsUpdates {
            return
                "grouping '\(Self.name)' mixes models by their updates, and training '\(type(of: recipe.training).name)' sends none"
        }
        if !(recipe.aggregation is WeightedMean) {
            return
                "grouping '\(Self.name)' gives each agent its own model: an aggregation has one update to work on, leave it at 'mean'"
        }
        if recipe.sharing is ShareNothing { return "grouping '\(Self.name)' mixes models, and sharing 'none' lets none travel" }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Asynchronous rounds with a buffer (Nguyen et al. 2022, FedBuff): agents train from whatever model they got, the coordinator folds as soon
/// as K updates are in, and who was folded gets new work at once, with the newest model.
///
/// An update that is τ folds old counts 1/√(1 + τ) of its rows, and the sum is divided by the rows alone, so staleness shortens the step (the
/// paper's Δ̄ = 1/K Σ s(τ) Δ, with rows in place of ones).
package struct BufferedCohort: Cohort {
    package static let name = "buffered"
    package static let summary = "agents work at their own pace, every K updates are folded (Nguyen et al. 2022, FedBuff)"

    package var goal = 10
    package var concurrency = 0
    package var oldest = 20

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("goal", &goal, 1...1_000_000, "updates that are folded at a time (K)")
        try options.integer("concurrency", &concurrency, 0...1_000_000, "agents that work at the same time; 0: all")
        try options.integer("oldest", &oldest, 1...1_000_000, "work is given up when so many folds have passed it")
    }

    package var buffer: UpdateBuffer? {
        UpdateBuffer(goal: goal, concurrency: concurrency == 0 ? .max : concurrency, oldest: oldest)
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.grouping is Everyone || recipe.grouping is Given
            ? nil
            : "cohort 'buffered' folds updates of different ages, and this grouping compares those of one round; "
                + "use grouping 'everyone' or 'given'"
    }

    /// All that are idle, in random order: the machine takes as many as may work at the same time.
    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        Selection(eligible.map(\.id))
    }
}

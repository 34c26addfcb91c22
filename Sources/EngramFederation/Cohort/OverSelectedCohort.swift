// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// More agents are asked than are needed, and the round closes on the first ones (Bonawitz et al. 2019).
///
/// ⌈`factor` K⌉ agents are drawn; K uploads close the round, and what comes later is withdrawn. At the deadline `rounds_close.quorum` of K
/// must be there, else the round waits on. Slow agents count less often: the report's participants tell how often.
package struct OverSelectedCohort: Cohort {
    package static let name = "over_selected"
    package static let summary = "more agents than needed are asked, the first ones count (Bonawitz et al. 2019)"

    package var fraction = 0.5
    package var goal = 0
    package var factor = 1.3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("fraction", &fraction, 0...1, "share of the agents whose uploads close a round (the goal)")
        try options.integer("goal", &goal, 0...1_000_000, "the goal as a number; 0: by the share")
        try options.number("factor", &factor, 1...100, "so many times the goal are asked")
    }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        let wanted = goal > 0 ? goal : Int((fraction * Double(eligible.count)).rounded())
        let goal = max(1, min(wanted, eligible.count))
        let asked = min(eligible.count, max(goal, Int((factor * Double(goal)).rounded(.up))))
        return Selection(generator.permutation(eligible.count).prefix(asked).map { eligible[$0].id }, goal: goal)
    }
}

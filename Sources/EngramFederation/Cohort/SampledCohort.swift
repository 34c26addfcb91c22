// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A seeded sample without replacement, fixed in size.
package struct SampledCohort: Cohort {
    package static let name = "sampled"
    package static let summary = "a random share of the agents in each round (McMahan et al. 2017)"

    package var fraction = 0.5
    package var minimum = 2

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("fraction", &fraction, 0...1, "share of the agents that takes part")
        try options.integer("minimum", &minimum, 1...1_000_000, "at least so many, if they are there")
    }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        let wanted = min(eligible.count, max(minimum, Int((fraction * Double(eligible.count)).rounded())))
        return Selection(generator.permutation(eligible.count).prefix(wanted).map { eligible[$0].id })
    }
}

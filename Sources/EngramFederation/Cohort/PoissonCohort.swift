// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Each agent is drawn by a coin of its own, so that a round may have any number of them, none included: what the accounting of central
/// differential privacy needs.
package struct PoissonCohort: Cohort {
    package static let name = "poisson"
    package static let summary = "each agent by its own coin, any number in a round (McMahan et al. 2018)"

    package var fraction = 0.2

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("fraction", &fraction, 0.0001...1, "the chance q with which an agent takes part in a round")
    }

    package var sampling: Double? { fraction }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        Selection(eligible.filter { _ in generator.uniform() < fraction }.map(\.id))
    }
}

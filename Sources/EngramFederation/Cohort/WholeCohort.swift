// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Everyone who is there takes part in every round.
package struct WholeCohort: Cohort {
    package static let name = "all"
    package static let summary = "every agent in every round"

    package init() {}

    package var sampling: Double? { 1 }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        Selection(eligible.map(\.id))
    }
}

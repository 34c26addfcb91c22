// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
package import EngramWire

/// Who takes part in a round.
package protocol Cohort: Choice {
    /// Chooses from the eligible members (in id order) for a round; the result is in id order too.
    func select(from eligible: [Member], round: Int, using generator: inout SeededGenerator) -> [AgentID]
}

extension Catalogue where Axis == any Cohort {
    package static var cohort: Self {
        Self([
            .init(name: WholeCohort.name, summary: WholeCohort.summary) { WholeCohort() },
            .init(name: SampledCohort.name, summary: SampledCohort.summary) { SampledCohort() },
        ])
    }
}

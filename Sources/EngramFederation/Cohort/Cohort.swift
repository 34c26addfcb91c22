// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
package import EngramWire

/// Who takes part in a round.
package protocol Cohort: Choice {
    /// Chooses from the eligible members (in id order) for a round.
    func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection

    /// For rounds that do not wait for everybody who works: how many work, and how many updates are folded at a time.
    var buffer: UpdateBuffer? { get }

    /// A combination with the rest of the recipe that makes no sense, or nil.
    func objection(to recipe: Recipe) -> String?

    /// The chance with which each agent takes part, if each is drawn by a coin of its own (all: 1); nil otherwise.
    var sampling: Double? { get }
}

extension Cohort {
    package var buffer: UpdateBuffer? { nil }
    package func objection(to recipe: Recipe) -> String? { nil }
    package var sampling: Double? { nil }
}

/// What a cohort may know of a round beside the members.
package struct RoundOutlook: Sendable {
    package let round: Int
    package let workload: Workload

    package init(round: Int, workload: Workload) {
        self.round = round
        self.workload = workload
    }
}

/// Who is asked in a round.
package struct Selection: Equatable, Sendable {
    /// In id order.
    package let agents: [AgentID]
    /// So many uploads close the round.
    package let goal: Int
    /// The edge that an agent sends to, where that is not edge 0.
    package let edges: [AgentID: Int]

    package init(_ agents: [AgentID], goal: Int? = nil, edges: [AgentID: Int] = [:]) {
        self.agents = agents.sorted()
        self.goal = min(goal ?? agents.count, agents.count)
        self.edges = edges
    }
}

extension Catalogue where Axis == any Cohort {
    package static var cohort: Self {
        Self([
            .init(name: WholeCohort.name, summary: WholeCohort.summary) { WholeCohort() },
            .init(name: SampledCohort.name, summary: SampledCohort.summary) { SampledCohort() },
            .init(name: OverSelectedCohort.name, summary: OverSelectedCohort.summary) { OverSelectedCohort() },
            .init(name: StalenessCohort.name, summary: StalenessCohort.summary) { StalenessCohort() },
            .init(name: EnergyCohort.name, summary: EnergyCohort.summary) { EnergyCohort() },
            .init(name: BufferedCohort.name, summary: BufferedCohort.summary) { BufferedCohort() },
            .init(name: PoissonCohort.name, summary: PoissonCohort.summary) { PoissonCohort() },
        ])
    }
}

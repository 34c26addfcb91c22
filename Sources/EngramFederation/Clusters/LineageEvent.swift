// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// One change of the clusters, with its reason and the figures that decided it.
package struct LineageEvent: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable {
        /// A cluster was founded at the start of the run.
        case founded
        /// Candidate clusters began to train beside their parents.
        case tried
        /// A tried change was not taken.
        case refused
        case split
        case merged
        case migrated
        /// A newcomer got its first cluster.
        case placed
        case quarantined
        case released
    }

    package let round: Int
    package let event: Kind
    package let from: [SlotID]
    package let to: [SlotID]
    /// The agents that the change moves, in id order.
    package let agents: [AgentID]
    package let reason: String
    package let figures: [String: Double]

    package init(
        round: Int, _ event: Kind, from: [SlotID] = [], to: [SlotID] = [], agents: [AgentID] = [], reason: String,
        figures: [String: Double] = [:]
    ) {
        self.round = round
        self.event = event
        self.from = from
        self.to = to
        self.agents = agents
        self.reason = reason
        // Infinite statistics (no variance at all) have no place in JSON.
        self.figures = figures.mapValues { $0.isFinite ? $0 : $0.sign == .minus ? -1e300 : 1e300 }
    }
}

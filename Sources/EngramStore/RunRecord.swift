// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Where a run is in its life.
package enum RunState: String, Codable, Sendable, CaseIterable {
    case waiting
    case running
    case finished
    case failed
    case cancelled

    /// True when nothing can follow; a failed run may be taken up again.
    package var isOver: Bool { self == .finished || self == .cancelled }

    /// Staying what it is counts as allowed.
    package func canBecome(_ next: RunState) -> Bool {
        switch self {
        case .waiting, .running: true
        case .failed: next != .finished
        case .finished, .cancelled: next == self
        }
    }
}

/// A run without its snapshot. Times are seconds since 1970.
package struct RunRecord: Equatable, Sendable {
    package var id: RunID
    package var name: String
    /// The recipe's text, as it was given.
    package var recipe: String
    package var seed: UInt64
    package var state: RunState
    package var created: Double
    package var updated: Double
    /// The last committed round; 0 before the first.
    package var round: Int
    /// Why it failed.
    package var failure: String?
}

/// All that closing a round changes; committed as one transaction.
package struct RoundCommit: Equatable, Sendable {
    package var run: RunID
    /// The round that closed: the last committed one plus one, or the commit is refused.
    package var round: Int
    /// The round machine's whole state after the round.
    package var snapshot: [UInt8]
    /// JSON, a row of the report.
    package var summary: String
    /// JSON, one text for each change of the clusters in this round, in order.
    package var lineage: [String]
    package var state: RunState
    package var at: Double

    package init(
        run: RunID, round: Int, snapshot: [UInt8], summary: String, lineage: [String], state: RunState, at: Double
    ) {
        self.run = run
        self.round = round
        self.snapshot = snapshot
        self.summary = summary
        self.lineage = lineage
        self.state = state
        self.at = at
    }
}

/// A committed round's row.
package struct RoundSummary: Equatable, Sendable {
    package var round: Int
    package var committed: Double
    /// JSON
    package var summary: String
}

/// One change of the clusters.
package struct LineageRecord: Equatable, Sendable {
    /// Counts from 1 in each run, over all rounds.
    package var sequence: Int
    package var round: Int
    /// JSON
    package var entry: String
}

/// An agent's last evaluation rows in a run.
package struct AgentReport: Equatable, Sendable {
    package var agent: AgentID
    /// JSON
    package var report: String

    package init(agent: AgentID, report: String) {
        self.agent = agent
        self.report = report
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramWire
import Foundation

/// What can happen to a run.
package enum RunEvent: Sendable {
    /// An agent is connected (again) and says what its shard looks like.
    case connected(AgentID, AgentProfile)
    case disconnected(AgentID)
    /// An upload has been spooled and checked.
    case uploaded(AgentEvidence, round: Int)
    /// A late upload of an earlier round: a sign of life, nothing else.
    case late(AgentID)
    /// The fold that was asked for is done.
    case folded(round: Int, FoldResult)
    /// Time has passed.
    case tick
    case cancel(String)
    /// The driver can never go on (a model is gone or damaged): the run ends where it is. What may pass, like a full disk, is not told here.
    case fail(String)
}

/// What is to be done about it, in this order: nothing is sent before what it depends on is stored.
package enum RunEffect: Sendable {
    /// Keep this blob.
    case store([UInt8])
    /// Store the state; with a summary, as the end of a round.
    case commit(Commit)
    case send(AgentID, Assignment)
    /// The upload counts (or did already).
    case accept(AgentID, round: Int)
    case withdraw(AgentID, round: Int, reason: String)
    case fold(FoldJob)
    /// Send a tick at this time.
    case wake(at: Double)
    /// This agent cannot take part, and why.
    case ineligible(AgentID, String)
    /// Worth a line in the log.
    case note(String)

    package struct Commit: Sendable {
        package let state: RunState
        package let summary: RoundSummary?
        /// Events of this round.
        package let lineage: [LineageEvent]
    }
}

/// One round in figures.
package struct RoundSummary: Codable, Equatable, Sendable {
    package var round: Int
    package var participants: Int
    package var lost: Int
    /// Mean training loss of the home models over agents, weighted by rows.
    package var loss: Double
    /// Of the models that *entered* the round, over the agents' test rows, weighted by them.
    package var entering: [Row: Double]
    package var clusters: [ClusterLine]
    /// `entering` of each cluster's model, over the agents whose home it was; nil in summaries of older programs.
    package var enteringClusters: [SlotID: Double]?
    /// How long it lasted by what agents declare, in declared order.
    package var declaredSeconds: Double?
    /// What it took by what agents declare; nil when nobody declares a device.
    package var energyJoules: Double?
    /// Folds that an update was old, in the mean over updates; nil where all are of their round.
    package var staleness: Double?
    /// The greatest ε of any agent so far; nil for a recipe without privacy.
    package var epsilon: Double?
    /// Filled by the driver, which has a clock and sockets.
    package var seconds = 0.0
    package var bytesUp = 0
    package var bytesDown = 0

    package struct ClusterLine: Codable, Equatable, Sendable {
        package var id: SlotID
        package var members: Int
        package var version: Int
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

extension StatusSnapshot {
    /// A run: where it is, what it has come to, and who takes part.
    package struct Run: Codable, Equatable, Sendable {
        package var run: RunID
        /// waiting, running, finished, failed or cancelled.
        package var state: String
        /// Why it failed, was cancelled or is suspended.
        @OrNull package var failure: String?
        /// The recipe's name, grouping and seed.
        package var recipe: String
        package var grouping: String
        package var seed: Int
        /// classes, scores or remembered, and the metric that follows from it; null before agents are there.
        @OrNull package var task: String?
        @OrNull package var metricName: String?
        package var created: Double
        /// Rounds of training that were committed, of how many.
        package var round: Int
        package var rounds: Int
        package var phase: Phase
        /// Over all committed rounds.
        package var seconds: Double
        package var bytesUp: Int
        package var bytesDown: Int
        package var uploadsAccepted: Int
        package var uploadsRefused: Int
        /// The latest figures of every row, over agents, weighted by test rows.
        package var metric: [Row: Double]
        /// The greatest ε of any agent; null without privacy.
        @OrNull package var epsilon: Double?
        package var history: [Round]
        package var agents: [Agent]
        package var clusters: [Cluster]
        package var trials: [Trial]
        package var lineage: [LineageEvent]
        package var refusals: [Refusal]
        package var omitted: Omitted
    }

    /// Where the round under way is.
    package struct Phase: Codable, Equatable, Sendable {
        package enum Name: String, Codable, CaseIterable, Sendable {
            /// Until enough agents are there.
            case gathering
            /// Work is out, uploads come in.
            case collecting
            /// Uploads become models.
            case folding
            /// The last exchange: agents evaluate the final models and choose.
            case evaluating
            /// No agent is there to open a round with.
            case idle
            /// Something could not be stored; it is taken up again soon.
            case suspended
            case over
        }

        package var name: Name
        /// The open round; null when none is.
        @OrNull package var round: Int?
        /// When it was opened, and until when uploads are waited for.
        @OrNull package var started: Double?
        @OrNull package var deadline: Double?
        /// Uploads that close it (while gathering: agents that begin the run).
        package var goal: Int
        /// Agents whose upload counts (while gathering: agents that are there).
        package var arrived: [AgentID]
        /// Agents that were asked and have not answered.
        package var awaited: [AgentID]
        /// Of those awaited, all when the deadline has passed once; and members that missed their last round and were not heard from since.
        package var late: [AgentID]
    }

    /// A committed round.
    package struct Round: Codable, Equatable, Sendable {
        package var round: Int
        package var participants: Int
        package var lost: Int
        package var seconds: Double
        package var bytesUp: Int
        package var bytesDown: Int
        package var loss: Double
        /// Of the models that this round made, weighted by test rows; empty until the next round's uploads have told.
        package var metric: [Row: Double]
        package var clusters: [Report.Cluster]
        @OrNull package var declaredSeconds: Double?
        @OrNull package var energyJoules: Double?
        @OrNull package var staleness: Double?
        @OrNull package var epsilon: Double?
    }

    package struct Agent: Codable, Equatable, Sendable {
        package var id: AgentID
        package var connected: Bool
        @OrNull package var cluster: SlotID?
        /// The group that its shard declares, if it does.
        @OrNull package var truth: String?
        /// The last round in which its upload counted; 0 before the first.
        package var lastRound: Int
        package var absent: Bool
        package var quarantined: Bool
        package var train: Int
        package var validation: Int
        package var test: Int
        /// As it last told, on its own test rows.
        package var metric: [Row: Double]
        @OrNull package var chosen: Row?
        /// Where its signature lies on the map: x and y, each in -1...1; null without a signature.
        @OrNull package var position: [Double]?
    }

    package struct Cluster: Codable, Equatable, Sendable {
        package var id: SlotID
        package var members: [AgentID]
        /// Rounds that have moved its model.
        package var version: Int
        @OrNull package var parent: SlotID?
        /// The round after which it exists.
        package var born: Int
        package var model: Digest
    }

    /// A model that trains beside its parent, to see whether a change of the clusters pays.
    package struct Trial: Codable, Equatable, Sendable {
        package var id: SlotID
        @OrNull package var parent: SlotID?
        package var version: Int
    }

    /// An upload, or an agent, that was not taken.
    package struct Refusal: Codable, Equatable, Sendable {
        package var time: Double
        package var agent: AgentID
        /// The open round; null before the first.
        @OrNull package var round: Int?
        package var reason: String

        package init(time: Double, agent: AgentID, round: Int?, reason: String) {
            self.time = time
            self.agent = agent
            _round = OrNull(wrappedValue: round)
            self.reason = reason
        }
    }

    /// What the limits left out.
    package struct Omitted: Codable, Equatable, Sendable {
        package var rounds: Int
        package var agents: Int
        package var events: Int
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire
package import Foundation

/// Requests and answers of the operators' verbs. A run may be left out where there is only one to mean: the newest.
package enum Admin {
    package struct Nothing: Codable, Sendable {
        package init() {}
    }

    /// What went wrong, with the next step; the status says whose fault (400 request, 404 unknown, 409 not now, 500 ours).
    package struct Failure: Codable, Sendable, Error, CustomStringConvertible {
        package var error: String
        package init(_ error: String) { self.error = error }
        package var description: String { error }
    }

    package struct RunName: Codable, Sendable {
        package var run: RunID?
        package init(run: RunID?) { self.run = run }
    }

    package struct ClusterName: Codable, Sendable {
        package var run: RunID?
        package var cluster: SlotID
        package init(run: RunID?, cluster: SlotID) {
            self.run = run
            self.cluster = cluster
        }
    }

    package struct AgentName: Codable, Sendable {
        package var run: RunID?
        package var agent: AgentID
        package init(run: RunID?, agent: AgentID) {
            self.run = run
            self.agent = agent
        }
    }

    package struct StartRun: Codable, Sendable {
        /// YAML.
        package var recipe: String
        /// The run's id; one is made if it is missing.
        package var run: RunID?
        package init(recipe: String, run: RunID?) {
            self.recipe = recipe
            self.run = run
        }
    }

    /// A piece of the file that a run with a model of somebody's own starts from; the first piece begins it anew.
    package struct ModelPiece: Codable, Sendable {
        /// Most bytes in one piece: as text in JSON it must fit into a request.
        package static let limit = 4 << 20

        package var offset: Int
        package var bytes: Data
        package init(offset: Int, bytes: Data) {
            self.offset = offset
            self.bytes = bytes
        }
    }

    /// How much of the file the coordinator has.
    package struct ModelHeld: Codable, Sendable {
        package var bytes: Int
        package init(bytes: Int) { self.bytes = bytes }
    }

    package struct Status: Codable, Sendable {
        package var version: String
        package var time: Double
        package var started: Double
        package var connectedAgents: Int
        package var runs: Int
        package init(version: String, time: Double, started: Double, connectedAgents: Int, runs: Int) {
            self.version = version
            self.time = time
            self.started = started
            self.connectedAgents = connectedAgents
            self.runs = runs
        }
    }

    package struct RunLine: Codable, Sendable {
        package var run: RunID
        package var name: String
        /// waiting, running, finished, failed or cancelled.
        package var state: String
        package var round: Int
        package var rounds: Int
        package var agents: Int
        package var clusters: Int
        package var created: Double
        package var failure: String?
        package init(
            run: RunID, name: String, state: String, round: Int, rounds: Int, agents: Int, clusters: Int, created: Double,
            failure: String?
        ) {
            self.run = run
            self.name = name
            self.state = state
            self.round = round
            self.rounds = rounds
            self.agents = agents
            self.clusters = clusters
            self.created = created
            self.failure = failure
        }
    }

    package struct RunDetail: Codable, Sendable {
        package var line: RunLine
        package var recipe: String
        package var summaries: [RoundSummary]
        package var lineage: [LineageEvent]
        /// Agents that the round under way still waits for.
        package var awaited: [AgentID]
        package init(line: RunLine, recipe: String, summaries: [RoundSummary], lineage: [LineageEvent], awaited: [AgentID]) {
            self.line = line
            self.recipe = recipe
            self.summaries = summaries
            self.lineage = lineage
            self.awaited = awaited
        }
    }

    package struct Progress: Codable, Sendable {
        package var line: RunLine
        /// The round that was just committed; missing in the first and the last line.
        package var summary: RoundSummary?
        package var events: [LineageEvent]
        package init(line: RunLine, summary: RoundSummary?, events: [LineageEvent]) {
            self.line = line
            self.summary = summary
            self.events = events
        }
    }

    package struct AgentLine: Codable, Sendable {
        package var agent: String
        package var role: String
        /// active, revoked or superseded.
        package var status: String
        package var connected: Bool
        package var expires: Double
        package var remote: String?
        package init(agent: String, role: String, status: String, connected: Bool, expires: Double, remote: String?) {
            self.agent = agent
            self.role = role
            self.status = status
            self.connected = connected
            self.expires = expires
            self.remote = remote
        }
    }

    package struct Revocation: Codable, Sendable {
        package var name: String
        package var reason: String
        package init(name: String, reason: String) {
            self.name = name
            self.reason = reason
        }
    }

    package struct Revoked: Codable, Sendable {
        package var certificates: Int
        package var connections: Int
        package init(certificates: Int, connections: Int) {
            self.certificates = certificates
            self.connections = connections
        }
    }

    package struct NewTokens: Codable, Sendable {
        /// agent or operator.
        package var role: String
        package var count: Int
        /// Seconds until they expire.
        package var lifetime: Double
        package var label: String
        package init(role: String, count: Int, lifetime: Double, label: String) {
            self.role = role
            self.count = count
            self.lifetime = lifetime
            self.label = label
        }
    }

    package struct Tokens: Codable, Sendable {
        package var tokens: [String]
        package var expires: Double
        package init(tokens: [String], expires: Double) {
            self.tokens = tokens
            self.expires = expires
        }
    }

    package struct ClusterLine: Codable, Sendable {
        package var cluster: SlotID
        package var version: Int
        package var members: Int
        package var parent: SlotID?
        package var born: Int
        package var model: Digest
        package init(cluster: SlotID, version: Int, members: Int, parent: SlotID?, born: Int, model: Digest) {
            self.cluster = cluster
            self.version = version
            self.members = members
            self.parent = parent
            self.born = born
            self.model = model
        }
    }

    package struct ClusterDetail: Codable, Sendable {
        package var line: ClusterLine
        package var members: [AgentID]
        /// Events that touched this cluster.
        package var lineage: [LineageEvent]
        package init(line: ClusterLine, members: [AgentID], lineage: [LineageEvent]) {
            self.line = line
            self.members = members
            self.lineage = lineage
        }
    }

    package struct Explanation: Codable, Sendable {
        package var agent: AgentID
        package var cluster: SlotID?
        package var quarantined: Bool
        /// The event that brought it there.
        package var because: LineageEvent?
        /// The second best cluster, and how it compares.
        package var alternative: Alternative?
        package var history: [LineageEvent]
        package init(
            agent: AgentID, cluster: SlotID?, quarantined: Bool, because: LineageEvent?, alternative: Alternative?,
            history: [LineageEvent]
        ) {
            self.agent = agent
            self.cluster = cluster
            self.quarantined = quarantined
            self.because = because
            self.alternative = alternative
            self.history = history
        }
    }

    package struct ModelRef: Codable, Sendable {
        package var cluster: SlotID
        package var version: Int
        package var digest: Digest
        package var size: Int
        package init(cluster: SlotID, version: Int, digest: Digest, size: Int) {
            self.cluster = cluster
            self.version = version
            self.digest = digest
            self.size = size
        }
    }
}

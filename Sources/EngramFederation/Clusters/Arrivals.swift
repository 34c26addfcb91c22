// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire

/// Agents that have no place yet: their updates do not count, they look at the clusters' models on their validation rows, and go where they
/// lose least.
struct Arrivals: Codable, Sendable {
    /// Other clusters' models that an agent looks at, the largest clusters first.
    static let probes = 8

    /// Who waits, since which round. (Not a set: its encoding would have no order.)
    private var since: [AgentID: Int] = [:]

    func isWaiting(_ agent: AgentID) -> Bool { since[agent] != nil }

    mutating func wait(_ agents: [AgentID], round: Int) {
        for agent in agents { since[agent] = round }
    }

    /// The home and, for agents that wait, what they look at.
    func offers(to agent: AgentID, book: ClusterBook) -> Offers {
        guard let home = book.cluster(of: agent)?.id else { return Offers([]) }
        guard isWaiting(agent) else { return Offers([(home, .home)]) }
        let others = book.clusters.enumerated().filter { $0.element.id != home && !$0.element.members.isEmpty }.sorted {
            (-$0.element.members.count, $0.offset) < (-$1.element.members.count, $1.offset)
        }
        return Offers([(home, .home)] + others.prefix(Self.probes).map { ($0.element.id, .probe) })
    }

    /// Places everyone who was heard from.
    mutating func settle(_ evidence: RoundEvidence, book: inout ClusterBook) {
        for agent in evidence.agents where since[agent.agent] != nil {
            since[agent.agent] = nil
            let seen = agent.slots.filter { book.cluster($0.key) != nil && $0.value.validation.count > 0 }
            let best = seen.min { ($0.value.validation.loss, $0.key) < ($1.value.validation.loss, $1.key) }
            // Without validation rows nothing speaks against the provisional place.
            guard let best else { continue }
            book.move(
                agent.agent, to: best.key, as: .placed, round: evidence.round,
                reason: "least validation loss among the clusters' models",
                figures: ["loss": best.value.validation.loss, "clusters_tried": Double(seen.count)])
        }
    }
}

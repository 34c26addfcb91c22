// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import EngramWire

/// The model that everybody's first update is taken from, kept so that agents which come late can be compared with those before them.
struct Anchor: Codable, Sendable {
    let slot: SlotID
    /// Who has not trained it, since which round. (Not a set: its encoding would have no order.)
    private var expected: [AgentID: Int] = [:]
    /// Rounds of the run, once they are known.
    private var rounds: Int?

    /// Keeps the common start in a slot that nobody's update moves.
    init(_ model: Digest, book: inout ClusterBook) { slot = book.open(.candidate, model: model) }

    func expects(_ agent: AgentID) -> Bool { expected[agent] != nil }

    mutating func expect(_ agents: [AgentID], round: Int) {
        for agent in agents { expected[agent] = round }
    }

    /// The anchor as home for those who have not trained it, while there is training; nil for all others.
    func offers(to agent: AgentID, round: Int) -> Offers? {
        expects(agent) && round <= rounds ?? .max ? Offers([(slot, .home)]) : nil
    }

    /// Takes the first updates that came in, in agent order. Agents whose update has no direction (no training rows) are expected no longer.
    mutating func collect(_ evidence: RoundEvidence) -> [(agent: AgentID, signature: Signature)] {
        rounds = evidence.rounds
        var collected: [(agent: AgentID, signature: Signature)] = []
        for agent in evidence.agents where agent.home == slot && expects(agent.agent) {
            expected[agent.agent] = nil
            if let signature = agent.signature, signature.hasDirection { collected.append((agent.agent, signature)) }
        }
        return collected
    }
}

extension Signature {
    /// Whether it is of an update that was not zero.
    var hasDirection: Bool { values.contains { $0 != 0 } }
}

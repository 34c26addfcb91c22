// SPDX-License-Identifier: Apache-2.0
package import EngramWire

extension Constellation {
    /// All that the grouping remembers between rounds.
    package struct State: Codable, Sendable {
        /// Other clusters' models that a newcomer looks at in its first round.
        static let newcomerProbes = 8

        var signatures: [AgentID: Signature] = [:]
        var trials: [Trial] = []
        /// The first round in which a cluster may be tried for a split (again).
        var earliest: [SlotID: Int] = [:]
        /// The same for merges: their waits are their own, or the many tries to split would leave no round for them.
        var earliestMerge: [SlotID: Int] = [:]
        /// Refused tries of a cluster so far.
        var tries: [SlotID: Int] = [:]
        /// Agents on probation, since when: their updates do not count yet. (Not a set: its encoding would have no order.)
        var newcomers: [AgentID: Int] = [:]
        /// The cluster that looked better to an agent at its last probe.
        var suspects: [AgentID: SlotID] = [:]
        /// Agents whose loss jumped, and when: they look at every cluster in the next round.
        var alarmed: [AgentID: Int] = [:]
        /// Running mean of each agent's validation loss under its own cluster.
        var usualLoss: [AgentID: Double] = [:]
        /// The last looks at other clusters' models.
        var looks: [AgentID: [SlotID: Look]] = [:]
        /// Rounds in a row in which an agent's update was out of all proportion.
        var excess: [AgentID: Int] = [:]

        /// Other clusters, the one with the most similar members first; ties in book order.
        func nearest(to agent: AgentID, except home: SlotID, book: ClusterBook) -> [SlotID] {
            let others = book.clusters.filter { $0.id != home && !$0.members.isEmpty }
            guard others.count > 1, let own = signatures[agent] else { return others.map(\.id) }
            let scored = others.enumerated().map { offset, cluster in
                let centre = Signature.centroid(of: cluster.members.compactMap { signatures[$0] })
                return (offset, cluster.id, centre.map { own.cosine($0) } ?? -1)
            }
            return scored.sorted { (-$0.2, $0.0) < (-$1.2, $1.0) }.map(\.1)
        }
    }

    /// One agent's comparison of another cluster's model with its own.
    struct Look: Codable, Sendable {
        let round: Int
        /// Mean fall of the validation loss under the other model, its standard error, and the loss at home.
        let gain: Double
        let error: Double
        let loss: Double
    }

    /// Candidates that train beside the clusters they may replace.
    struct Trial: Codable, Sendable {
        enum Kind: String, Codable, Sendable {
            case split, merge
        }

        let kind: Kind
        let clusters: [SlotID]
        let candidates: [SlotID]
        /// Which candidate each member tries.
        let side: [AgentID: Int]
        /// The last round of the least training; from the one after it on the candidates are judged, until the case is clear.
        let lastRound: Int
        /// Falls of each member's validation loss under its candidate, one a round in which they were judged.
        var gains: [AgentID: [Double]] = [:]
        /// The members' losses at home in those rounds.
        var losses: [AgentID: [Double]] = [:]

        func candidate(for agent: AgentID) -> SlotID? {
            side[agent].flatMap { candidates.indices.contains($0) ? candidates[$0] : nil }
        }
    }

    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? {
        guard let home = book.cluster(of: agent)?.id else { return nil }
        let looks = (state.looks[agent] ?? [:]).filter { book.cluster($0.key) != nil && $0.key != home }
        if let best = looks.max(by: { ($0.value.gain, $1.key) < ($1.value.gain, $0.key) }) {
            return Alternative(
                cluster: best.key,
                reason: "its model was tried on the agent's validation rows in round \(best.value.round)",
                figures: [
                    "loss_at_home": best.value.loss, "loss_there": best.value.loss - best.value.gain,
                    "standard_error": best.value.error,
                ])
        }
        guard let near = state.nearest(to: agent, except: home, book: book).first, let own = state.signatures[agent] else {
            return nil
        }
        let centre = Signature.centroid(of: (book.cluster(near)?.members ?? []).compactMap { state.signatures[$0] })
        return Alternative(
            cluster: near, reason: "its members' signatures are the most similar",
            figures: ["cosine": centre.map { own.cosine($0) } ?? 0])
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// Iterative federated clustering (Ghosh et al. 2020): every agent gets all k models, takes the one with the least loss on its *training*
/// rows and trains that one.
///
/// Random starts often collapse into fewer clusters, so by default the first rounds train one model for all, k-means++ on the signatures
/// places the agents for one round, and only then do they choose (the paper's warm start). Of several k-means++ starts the one is
/// taken whose groups are the tightest: no loss and no label has a part in it, and restarting costs no round. `warm_up: 0` gives k seeded
/// random models, the paper's other start, which are all alike for a model without hidden layers.
package struct IFCA: Grouping {
    package static let name = "ifca"
    package static let summary = "k models, each agent trains the one that fits it best (Ghosh et al. 2020, IFCA)"

    package var clusters = 4
    package var warmUp = 3
    package var restarts = KMeans.restarts
    package var seed = 1

    package struct State: Codable, Sendable {
        var signatures: [AgentID: Signature] = [:]
        /// Until this round (inclusive) agents train what they were given; afterwards they choose.
        var choosingAfter: Int
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("clusters", &clusters, 1...60, "number of models; every agent gets them all")
        try options.integer(
            "warm_up", &warmUp, 0...1_000_000, "rounds of one model for all before agents are told apart; 0: random starts")
        try options.integer("restarts", &restarts, 1...1000, "k-means++ starts, of which the tightest is taken")
        try options.integer("seed", &seed, 0...Int.max, "seed of the k-means++ start")
    }

    package func objection(to recipe: Recipe) -> String? { warmUp == 0 && clusters > 1 ? objectionToEqualStarts(recipe) : nil }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        if warmUp > 0 {
            let id = book.open(.cluster, model: initial(0))
            book.found(id, members: members.map(\.id), round: 0, reason: "warm start with one model")
            return State(choosingAfter: warmUp + 1)
        }
        for k in 0..<clusters {
            let id = book.open(.cluster, model: initial(k))
            book.found(id, members: k == 0 ? members.map(\.id) : [], round: 0, reason: "random start \(k + 1) of \(clusters)")
        }
        return State(choosingAfter: 0)
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        guard let first = book.clusters.first else { return }
        // Provisional: it chooses for itself in its first round.
        for member in newcomers { book.enrol(member.id, in: first.id) }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        guard round > state.choosingAfter else { return Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? []) }
        return Offers(book.clusters.map { ($0.id, .home) }, choosesHome: true)
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents {
            if let fresh = agent.signature {
                if evidence.round > state.choosingAfter {
                    state.signatures = [:]
                } else {
                    state.signatures[agent.agent, default: fresh].absorb(fresh, memory: 0.7)
                }
            }
            if evidence.round > state.choosingAfter, book.cluster(of: agent.agent)?.id != agent.home {
                book.enrol(agent.agent, in: agent.home)
            }
        }
        guard evidence.round == warmUp, warmUp > 0, let root = book.clusters.first else { return }
        let members = root.members.filter { state.signatures[$0] != nil }
        var generator = SeededGenerator(seed: UInt64(seed), "ifca")
        let means = KMeans(
            members.compactMap { state.signatures[$0] }, count: clusters, restarts: restarts, using: &generator)
        var parts: [(id: SlotID, members: [AgentID])] = []
        for k in 0..<clusters {
            guard let id = book.openCandidate(copying: root.id) else { continue }
            var part = members.indices.filter { means.groups[$0] == k }.map { members[$0] }
            if k == 0 { part += root.members.filter { state.signatures[$0] == nil } }
            parts.append((id, part))
        }
        book.split(
            root.id, into: parts, round: evidence.round, reason: "k-means++ on the signatures of the warm start",
            figures: ["clusters": Double(clusters), "dispersion": means.dispersion])
    }
}

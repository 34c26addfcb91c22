// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Clustered federated learning (Sattler et al. 2019): a cluster whose common update has faded while its members' have not is cut in two
/// where the cosines between their updates are least.
///
/// The paper's two norm thresholds depend on the scale of the model; here their ratio is tested, ‖mean update‖ / max‖update‖ < `ratio`,
/// together with the paper's separation test √((1 − α_cross) / 2) > `gamma`, α_cross being the greatest cosine across the cut (which the
/// authors' own code leaves out). Cosines are those of the signatures of the last round.
package struct CFL: Grouping {
    package static let name = "cfl"
    package static let summary = "recursive bipartition where updates disagree (Sattler et al. 2019, CFL)"

    package var ratio = 0.4
    package var gamma = 0.6
    package var start = 5
    package var minimumSize = 2

    package struct State: Codable, Sendable {
        var signatures: [AgentID: Signature] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("ratio", &ratio, 0...1, "split when ‖mean update‖ / max ‖update‖ falls below this")
        try options.number("gamma", &gamma, 0...1, "split when sqrt((1 - greatest cosine across the cut) / 2) is above this")
        try options.integer("start", &start, 1...1_000_000, "no split before this round")
        try options.integer("minimum_size", &minimumSize, 1...1_000_000, "least members of a cluster")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.cohort is WholeCohort
            ? nil : "grouping 'cfl' looks at every member's update of one round; it needs cohort 'all', or it would never split"
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "all start together")
        return State()
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        guard let largest = book.clusters.max(by: { $0.members.count < $1.members.count }) else { return }
        for member in newcomers {
            book.move(
                member.id, to: largest.id, as: .placed, round: round, reason: "the largest cluster; a later cut may move it")
        }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? [])
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents { state.signatures[agent.agent] = agent.signature }
        guard evidence.round >= start else { return }
        for cluster in book.clusters where cluster.members.count >= 2 * minimumSize {
            let present = cluster.members.compactMap { evidence[$0] }
            guard present.count == cluster.members.count, let mean = evidence.meanNorms[cluster.id] else { continue }
            let greatest = present.map { $0.norm(cluster.id) }.max() ?? 0
            guard greatest > 0, mean / greatest < ratio else { continue }
            let signatures = cluster.members.compactMap { state.signatures[$0] }
            guard signatures.count == cluster.members.count else { continue }
            let distances = Signature.distances(signatures)
            let side = Agglomeration(distances: distances, linkage: .complete).groups(2)
            let parts = [0, 1].map { k in cluster.members.indices.filter { side[$0] == k } }
            guard parts.allSatisfy({ $0.count >= minimumSize }) else { continue }
            var cross = -1.0
            for i in parts[0] { for j in parts[1] { cross = max(cross, 1 - distances[i][j]) } }
            let separation = ((1 - cross) / 2).squareRoot()
            guard separation > gamma else { continue }
            var halves: [(id: SlotID, members: [AgentID])] = []
            for part in parts {
                guard let id = book.openCandidate(copying: cluster.id) else { continue }
                halves.append((id, part.map { cluster.members[$0] }))
            }
            book.split(
                cluster.id, into: halves, round: evidence.round,
                reason: "the common update has faded, the members' have not, and they point apart",
                figures: ["mean_to_max_norm": mean / greatest, "separation": separation, "greatest_cosine_across": cross])
        }
    }
}

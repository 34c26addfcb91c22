// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// Clustered federated learning (Sattler et al. 2019): a cluster whose common update has faded while its members' have not is cut in two
/// where the cosines between their updates are least.
///
/// The paper's two norm thresholds depend on the scale of the model; here their ratio is tested, ‖mean update‖ / max‖update‖ < `ratio`,
/// together with the paper's separation test √((1 − α_cross) / 2) > `gamma`, α_cross being the greatest cosine across the cut (which the
/// authors' own code leaves out). Cosines are those of the full updates, O(n²) products of them whenever a cluster's common update
/// has faded; `exact: false` takes those of the last signatures, for many agents with large models.
///
/// The paper's bipartition, which makes α_cross as small as any cut can, is single linkage: one chain of likenesses keeps two groups
/// together, and one odd agent is cut off alone. The authors' code, and the default here, is complete linkage.
package struct CFL: Grouping {
    package static let name = "cfl"
    package static let summary = "recursive bipartition where updates disagree (Sattler et al. 2019, CFL)"

    package var ratio = 0.4
    package var gamma = 0.6
    package var start = 5
    package var minimumSize = 2
    package var exact = true
    package var linkage = Agglomeration.Linkage.complete

    package struct State: Codable, Sendable {
        /// Of the last round, unless full updates are compared.
        var signatures: [AgentID: Signature] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("ratio", &ratio, 0...1, "split when ‖mean update‖ / max ‖update‖ falls below this")
        try options.number("gamma", &gamma, 0...1, "split when sqrt((1 - greatest cosine across the cut) / 2) is above this")
        try options.integer("start", &start, 1...1_000_000, "no split before this round")
        try options.integer("minimum_size", &minimumSize, 1...1_000_000, "least members of a cluster")
        try options.flag("exact", &exact, "compare full updates; false: their signatures, which is cheaper")
        try options.oneOf("linkage", &linkage, "complete (as the authors' code), or single (the paper's optimal cut)")
    }

    package func objection(to recipe: Recipe) -> String? {
        guard recipe.cohort is WholeCohort else {
            return "grouping 'cfl' looks at every member's update of one round; it needs cohort 'all', or it would never split"
        }
        guard linkage == .complete || linkage == .single else {
            return "grouping 'cfl' cuts where the greatest cosine across is least: linkage 'complete' or 'single'"
        }
        return exact ? objectionWithoutUpdates(recipe) : nil
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "all start together")
        return State()
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        guard let largest = book.largest else { return }
        for member in newcomers {
            book.move(
                member.id, to: largest.id, as: .placed, round: round, reason: "the largest cluster; a later cut may move it")
        }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? [])
    }

    package var mixes: Bool { exact }

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        guard desk.round >= start else { return }
        for home in Set(desk.entries.map(\.home)).sorted() {
            let members = desk.entries.indices.filter { desk.entries[$0].home == home }
            let updates = desk.updates.subset(members)
            guard members.count >= 2 * minimumSize, let greatest = try updates.norms().max(), greatest > 0 else { continue }
            let faded = Kernels.norm(try updates.sum(updates.shares, count: desk.layout.count)) / greatest
            guard faded < ratio else { continue }
            let cut = Cut(try UpdateDistance.cosine.table(updates, count: desk.layout.count), linkage)
            for (i, member) in members.enumerated() {
                desk.table[desk.entries[member].agent] = [Double(cut.sides[i]), cut.cross, faded]
            }
        }
    }

    /// A bipartition, and the greatest cosine across it.
    private struct Cut {
        let sides: [Int]
        let cross: Double

        init(_ distances: [[Double]], _ linkage: Agglomeration.Linkage) {
            let sides = Agglomeration(distances: distances, linkage: linkage).groups(2)
            var cross = -1.0
            for i in sides.indices { for j in 0..<i where sides[i] != sides[j] { cross = max(cross, 1 - distances[i][j]) } }
            (self.sides, self.cross) = (sides, cross)
        }

        /// From what `mix` told of each member.
        init?(_ rows: [[Double]]) {
            guard let first = rows.first, rows.allSatisfy({ $0.count == 3 }) else { return nil }
            (sides, cross) = (rows.map { Int($0[0]) }, first[1])
        }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        if !exact { for agent in evidence.agents { state.signatures[agent.agent] = agent.signature } }
        guard evidence.round >= start else { return }
        for cluster in book.clusters where cluster.members.count >= 2 * minimumSize {
            guard let (cut, faded) = cut(cluster, evidence, state) else { continue }
            let parts = [0, 1].map { k in cluster.members.indices.filter { cut.sides[$0] == k } }
            guard parts.allSatisfy({ $0.count >= minimumSize }) else { continue }
            let separation = ((1 - cut.cross) / 2).squareRoot()
            guard separation > gamma else { continue }
            let sides = Dictionary(zip(cluster.members, cut.sides)) { first, _ in first }
            _ = book.divide(
                cluster.id, into: sides, round: evidence.round,
                reason: "the common update has faded, the members' have not, and they point apart",
                figures: ["mean_to_max_norm": faded, "separation": separation, "greatest_cosine_across": cut.cross])
        }
    }

    /// The best cut of a cluster whose common update has faded, every member being there.
    private func cut(_ cluster: Cluster, _ evidence: RoundEvidence, _ state: State) -> (cut: Cut, faded: Double)? {
        if exact {
            let rows = cluster.members.compactMap { evidence.table[$0] }
            guard rows.count == cluster.members.count, let cut = Cut(rows) else { return nil }
            return (cut, rows[0][2])
        }
        let present = cluster.members.compactMap { evidence[$0] }
        guard present.count == cluster.members.count, let mean = evidence.meanNorms[cluster.id] else { return nil }
        let greatest = present.map { $0.norm(cluster.id) }.max() ?? 0
        let signatures = cluster.members.compactMap { state.signatures[$0] }
        guard greatest > 0, mean / greatest < ratio, signatures.count == cluster.members.count else { return nil }
        return (Cut(Signature.distances(signatures), linkage), mean / greatest)
    }
}

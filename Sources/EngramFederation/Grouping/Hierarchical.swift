// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// FL+HC (Briggs et al. 2020): some rounds with one model, then one round in which every agent trains from it, and agglomerative clustering of
/// these updates, once; each cluster goes on alone.
///
/// The updates are compared in full. As in the paper, the clusters start from the model that the round of clustering began with: what was
/// trained in it only told the agents apart. Agents that come later, or were not there, take the cluster that serves them best.
package struct Hierarchical: Grouping {
    package static let name = "hierarchical"
    package static let summary = "agglomerative clustering of all updates, once (Briggs et al. 2020, FL+HC)"

    package var warmUp = 3
    var distance = UpdateDistance.cosine
    package var linkage = Agglomeration.Linkage.average
    package var threshold = 0.7
    package var clusters = 0

    package struct State: Codable, Sendable {
        let root: SlotID
        var isDivided = false
        var arrivals = Arrivals()
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("warm_up", &warmUp, 0...1_000_000, "rounds with one model before the round of clustering")
        try options.oneOf("distance", &distance, "between updates: l1, l2 or cosine (1 - cos)")
        try options.oneOf("linkage", &linkage, "of two groups: single, average, complete, or ward (with l2 only)")
        try options.number(
            "threshold", &threshold, 0...1e12, "groups that are further apart stay apart, in units of the distance")
        try options.integer("clusters", &clusters, 0...1_000_000, "how many clusters; 0: as the threshold says")
    }

    package func objection(to recipe: Recipe) -> String? {
        if linkage == .ward, distance != .l2 {
            return "linkage 'ward' is about means and squared Euclidean distances; use distance 'l2', not '\(distance.rawValue)'"
        }
        return objectionWithoutUpdates(recipe)
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "one model until the clustering")
        return State(root: id)
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.lodge(newcomers)
        if state.isDivided { state.arrivals.wait(newcomers.map(\.id), round: round) }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        state.arrivals.offers(to: agent, book: book)
    }

    package func counts(_ agent: AgentID, state: State) -> Bool { !state.arrivals.isWaiting(agent) }

    package var mixes: Bool { true }

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        guard !state.isDivided, desk.round > warmUp, !desk.entries.isEmpty else { return }
        let tree = Agglomeration(distances: try distance.table(desk.updates, count: desk.layout.count), linkage: linkage)
        let groups = clusters > 0 ? tree.groups(clusters) : tree.groups(within: threshold)
        for (entry, group) in zip(desk.entries, groups) { desk.table[entry.agent] = [Double(group)] }
        if let start = desk.entered[state.root], Set(groups).count > 1 { desk.models[state.root] = start }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        state.arrivals.settle(evidence, book: &book)
        let groups = evidence.table.compactMapValues { $0.first.flatMap { Int(exactly: $0) } }
        guard !state.isDivided, !groups.isEmpty else { return }
        let members = book.cluster(state.root)?.members ?? []
        let slots = book.divide(
            state.root, into: groups, round: evidence.round, reason: "agglomerative clustering of the updates",
            figures: ["agents": Double(groups.count)])
        state.isDivided = true
        if slots.count > 1 { state.arrivals.wait(members.filter { groups[$0] == nil }, round: evidence.round) }
    }
}

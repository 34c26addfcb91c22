// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramLearning
import EngramTensors
package import EngramWire

/// PACFL (Vahidian et al. 2023): in its first round each agent sends a few singular directions of its features, class by class; agglomerative
/// clustering of the angles between these subspaces makes the clusters, once.
///
/// True principal angles are used (`FeatureSubspaces`), where the authors' code takes arc cosines of single entries. The directions come with
/// the first round's uploads, so the clusters start as copies of the one model of that round instead of the initial one. Who
/// comes later sends them too, and joins the cluster whose most central member is nearest; beyond the threshold it founds its own.
package struct PACFL: Grouping {
    package static let name = "pacfl"
    package static let summary = "clusters by angles between the agents' feature subspaces (Vahidian et al. 2023, PACFL)"

    package var directions = 3
    package var measure = FeatureSubspaces.Measure.smallest
    package var linkage = Agglomeration.Linkage.average
    package var threshold = 5.0
    package var clusters = 0

    package struct State: Codable, Sendable {
        let root: SlotID
        /// The shape of what agents send.
        let inputs: Int
        let classes: Int
        var isDivided = false
        /// Who is still to be placed, since when. (Not a set: its encoding would have no order.)
        var arrived: [AgentID: Int] = [:]
        /// The subspaces of each cluster's most central member, coded.
        var centres: [SlotID: Signature] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("directions", &directions, 1...1000, "singular directions of each class that agents send")
        try options.oneOf(
            "measure", &measure, "smallest principal angle, or sum of all (when classes x directions exceed half of the features)"
        )
        try options.oneOf("linkage", &linkage, "of two groups: single, average or complete")
        try options.number("threshold", &threshold, 0...1e6, "groups that are further apart stay apart, in degrees")
        try options.integer("clusters", &clusters, 0...1_000_000, "how many clusters; 0: as the threshold says")
    }

    package func objection(to recipe: Recipe) -> String? {
        linkage == .ward ? "linkage 'ward' needs Euclidean distances, and angles between subspaces are none; use 'average'" : nil
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "one model until the subspaces are compared")
        let profile = members[0].profile
        return State(
            root: id, inputs: profile.inputs, classes: Self.classes(of: profile.task, outputs: profile.outputs))
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.lodge(newcomers)
        if state.isDivided { for member in newcomers { state.arrived[member.id] = round } }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(
            book.cluster(of: agent).map { [($0.id, .home)] } ?? [], describes: !state.isDivided || state.arrived[agent] != nil)
    }

    package func counts(_ agent: AgentID, state: State) -> Bool { state.arrived[agent] == nil }

    // MARK: On the agent

    package func descriptorCount(_ network: Network) -> Int? {
        let (spec, classes) = (network.spec, Self.classes(of: network.spec.task, outputs: network.spec.outputs))
        return FeatureSubspaces.codedCount(dimension: spec.inputs, classes: classes, perClass: directions)
    }

    package func descriptor(_ shard: Shard, network: Network) -> [Float] {
        let classes = Self.classes(of: network.spec.task, outputs: network.spec.outputs)
        // Features that defy computation leave an agent without directions, as if it had no rows.
        return (try? FeatureSubspaces(shard.data, rows: shard.train, classes: classes, perClass: directions))?.coded
            ?? [Float](repeating: 0, count: descriptorCount(network) ?? 0)
    }

    private static func classes(of task: Task, outputs: Int) -> Int {
        switch task {
        case .classes: outputs
        case .remembered: 2
        case .scores: 1
        }
    }

    // MARK: What is concluded

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        let told = evidence.agents.compactMap { agent in
            subspaces(agent.descriptor, state).map { Described(agent: agent.agent, subspaces: $0) }
        }
        if state.isDivided {
            for described in told where state.arrived[described.agent] != nil {
                place(described, round: evidence.round, state: &state, book: &book)
            }
            for agent in evidence.agents { state.arrived[agent.agent] = nil }
        } else {
            divide(told, round: evidence.round, state: &state, book: &book)
        }
    }

    private struct Described {
        let agent: AgentID
        let subspaces: FeatureSubspaces
    }

    /// Reads what an agent sent; nil for what no agent with training rows sends.
    private func subspaces(_ coded: [Float]?, _ state: State) -> FeatureSubspaces? {
        guard let coded,
            let read = try? FeatureSubspaces(
                coded: coded, dimension: state.inputs, classes: state.classes, perClass: directions)
        else { return nil }
        return read.span.rows > 0 ? read : nil
    }

    private func divide(_ told: [Described], round: Int, state: inout State, book: inout ClusterBook) {
        let members = book.cluster(state.root)?.members ?? []
        let angles = try? FeatureSubspaces.dissimilarities(of: told.map(\.subspaces), by: measure)
        guard !told.isEmpty, let angles else { return }
        let tree = Agglomeration(distances: angles, linkage: linkage)
        let groups = clusters > 0 ? tree.groups(clusters) : tree.groups(within: threshold)
        let numbers = Dictionary(zip(told.map(\.agent), groups)) { first, _ in first }
        let slots = book.divide(
            state.root, into: numbers, round: round, reason: "the angles between the agents' feature subspaces",
            figures: ["agents": Double(told.count)])
        state.isDivided = true
        for (number, slot) in slots {
            let group = groups.indices.filter { groups[$0] == number }
            let central = group.least { i in group.reduce(0) { $0 + angles[i][$1] } }
            state.centres[slot] = Signature(told[central].subspaces.coded)
        }
        for member in members where numbers[member] == nil { state.arrived[member] = round }
    }

    private func place(_ described: Described, round: Int, state: inout State, book: inout ClusterBook) {
        var nearest: (slot: SlotID, angle: Double)?
        for cluster in book.clusters {
            guard let centre = subspaces(state.centres[cluster.id]?.values, state),
                let angle = try? described.subspaces.dissimilarity(to: centre, by: measure)
            else { continue }
            if nearest.map({ angle < $0.angle }) ?? true { nearest = (cluster.id, angle) }
        }
        guard let nearest else { return }
        if clusters == 0, nearest.angle > threshold {
            let own = book.seclude(
                described.agent, copying: nearest.slot, round: round, reason: "no cluster's subspaces are near its own",
                figures: ["angle": nearest.angle])
            if let own { state.centres[own] = Signature(described.subspaces.coded) }
        } else {
            book.move(
                described.agent, to: nearest.slot, as: .placed, round: round,
                reason: "the nearest subspaces are those of that cluster's most central member", figures: ["angle": nearest.angle]
            )
        }
    }
}

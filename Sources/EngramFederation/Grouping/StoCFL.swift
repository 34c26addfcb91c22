// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// StoCFL (Zeng et al. 2023): an agent is represented by the direction of its first update, taken from one common model; the two clusters whose
/// mean representations are most alike are joined while their cosine is above τ. No number of clusters is given, and not everybody need be
/// there: agents join as they are first seen.
///
/// Representations are signatures, which keep cosines to about 1/√size. The round in which agents are first seen trains them too, so the first
/// clusters start as copies of the one model of round 1, and not of the initial one. Clusters that join later take the mean of
/// their models, weighted by members. The paper's second half, training that is pulled towards a global model, is training 'global_pull'.
/// Agents that come while the run is under way take the cluster that serves them best, and represent nobody.
package struct StoCFL: Grouping {
    package static let name = "stocfl"
    package static let summary = "clusters join while their first updates are alike (Zeng et al. 2023, StoCFL)"

    package var threshold = 0.15

    package struct State: Codable, Sendable {
        let root: SlotID
        var anchor: Anchor
        var arrivals = Arrivals()
        var representations: [AgentID: Signature] = [:]
        /// Clusters that the next round joins.
        var joining: [Join] = []
    }

    struct Join: Codable, Sendable {
        let clusters: [SlotID]
        /// Members of each.
        let sizes: [Int]
        let cosine: Double
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("threshold", &threshold, -1...1, "clusters join while the cosine of their means is above this")
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.signatureSize < 64
            ? "grouping 'stocfl' compares agents by signatures: signature.size must be at least 64, not \(recipe.signatureSize)"
            : nil
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "the common start, until agents are seen")
        return State(root: id, anchor: Anchor(initial(0), book: &book))
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.lodge(newcomers)
        if !state.representations.isEmpty { state.arrivals.wait(newcomers.map(\.id), round: round) }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        state.anchor.offers(to: agent, round: round) ?? state.arrivals.offers(to: agent, book: book)
    }

    package func counts(_ agent: AgentID, state: State) -> Bool {
        !state.anchor.expects(agent) && !state.arrivals.isWaiting(agent)
    }

    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? {
        guard let own = state.representations[agent] else { return nil }
        let home = book.cluster(of: agent)?.id
        guard let best = state.likest(own, among: book.clusters.filter { $0.id != home }) else { return nil }
        return Alternative(
            cluster: best.id, reason: "its members' first updates are the most similar", figures: ["cosine": best.cosine])
    }

    // MARK: Models

    package var mixes: Bool { true }

    package func mix(_ desk: inout MixingDesk, state: State) {
        for join in state.joining {
            let models = join.clusters.compactMap { desk.models[$0] }
            guard models.count == join.clusters.count, let count = models.first?.count else { continue }
            let total = Double(join.sizes.reduce(0, +))
            var sum = [Double](repeating: 0, count: count)
            for (model, size) in zip(models, join.sizes) { Kernels.accumulate(model, weight: Double(size) / total, into: &sum) }
            for slot in join.clusters { desk.models[slot] = Kernels.narrow(sum) }
        }
    }

    // MARK: What is concluded

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        state.arrivals.settle(evidence, book: &book)
        finishJoins(evidence.round, &state, &book)
        if state.representations.isEmpty {
            divide(evidence, &state, &book)
        } else {
            for (agent, signature) in state.anchor.collect(evidence) {
                place(agent, signature, evidence.round, &state, &book)
            }
        }
        state.joining = joins(state, book)
    }

    /// The first clusters, of the agents that were there in the first round.
    private func divide(_ evidence: RoundEvidence, _ state: inout State, _ book: inout ClusterBook) {
        let members = book.cluster(state.root)?.members ?? []
        for agent in evidence.agents where members.contains(agent.agent) {
            if let signature = agent.signature, signature.hasDirection { state.representations[agent.agent] = signature }
        }
        let seen = state.representations.keys.sorted()
        guard !seen.isEmpty else { return }
        let units = seen.compactMap { state.representations[$0].flatMap { Signature.centroid(of: [$0]) } }
        let groups = Dictionary(
            uniqueKeysWithValues: zip(seen, CosineMerging.groups(units, above: threshold)))
        _ = book.divide(
            state.root, into: groups, round: evidence.round, reason: "the cosines between the agents' first updates",
            figures: ["agents": Double(seen.count)])
        // Who was there and has no direction has no rows to train with: the largest cluster is as good as any.
        state.anchor.expect(members.filter { evidence[$0] == nil }, round: evidence.round)
    }

    /// Someone seen for the first time begins as a cluster of its own, and joins the one that it is most like.
    private func place(
        _ agent: AgentID, _ signature: Signature, _ round: Int, _ state: inout State, _ book: inout ClusterBook
    ) {
        let best = state.likest(signature, among: book.clusters)
        state.representations[agent] = signature
        guard let best else { return }
        let figures = ["cosine": best.cosine]
        if best.cosine > threshold {
            book.move(
                agent, to: best.id, as: .placed, round: round, reason: "its first update is like those of that cluster",
                figures: figures)
        } else {
            _ = book.seclude(
                agent, copying: book.slot(.reference)?.id ?? best.id, round: round,
                reason: "its first update is like those of no cluster", figures: figures)
        }
    }

    /// Clusters whose means have come near each other.
    private func joins(_ state: State, _ book: ClusterBook) -> [Join] {
        let clusters = book.clusters.filter { state.mean(of: $0) != nil }
        let means = clusters.compactMap { state.mean(of: $0) }
        let groups = CosineMerging.groups(means, above: threshold)
        return Set(groups).sorted().compactMap { group in
            let part = clusters.indices.filter { groups[$0] == group }
            guard part.count > 1 else { return nil }
            return Join(
                clusters: part.map { clusters[$0].id }, sizes: part.map { clusters[$0].members.count },
                cosine: means[part[0]].cosine(means[part[1]]))
        }
    }

    /// The clusters' models are the same by now: one cluster takes them over.
    private func finishJoins(_ round: Int, _ state: inout State, _ book: inout ClusterBook) {
        for join in state.joining where join.clusters.allSatisfy({ book.cluster($0) != nil }) {
            guard let joined = book.openCandidate(copying: join.clusters[0]) else { continue }
            book.merge(
                join.clusters, into: joined, round: round, reason: "their members' first updates are alike",
                figures: ["cosine": join.cosine])
        }
    }
}

extension StoCFL.State {
    /// The sum of the directions of a cluster's members; nil when none of them represents it.
    func mean(of cluster: Cluster) -> Signature? { Signature.centroid(of: cluster.members.compactMap { representations[$0] }) }

    /// The cluster whose mean is most like a representation, the first of equals.
    func likest(_ own: Signature, among clusters: [Cluster]) -> (id: SlotID, cosine: Double)? {
        var best: (id: SlotID, cosine: Double)?
        for cluster in clusters {
            guard let cosine = mean(of: cluster).map(own.cosine) else { continue }
            if cosine > best?.cosine ?? -2 { best = (cluster.id, cosine) }
        }
        return best
    }
}

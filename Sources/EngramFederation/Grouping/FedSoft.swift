// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// FedSoft (Ruan & Joe-Wong 2022): an agent's rows are a mixture of k sources. uᵢₛ, the share of its training rows that centre θₛ serves best, says how
/// much of each source it has; every agent trains one model near all centres (training 'soft'), and that one upload serves every centre,
/// θₛ = Σ vᵢₛ wᵢ with vᵢₛ = uᵢₛ nᵢ / Σⱼ uⱼₛ nⱼ.
///
/// Everyone that takes part counts, instead of a sample drawn with chances vᵢₛ, whose expectation this is. Shares are told every round.
/// Centres need to differ before rows can choose among them: after `warm_up` rounds with one model, k-means++ on the agents' models places
/// them. `warm_up: 0` gives k seeded random models, which are all alike for a model without hidden layers. An agent's
/// cluster, for the report, is the centre of its largest share.
package struct FedSoft: Grouping {
    package static let name = "fedsoft"
    package static let summary = "every agent is a mixture, one upload serves all centres (Ruan & Joe-Wong 2022, FedSoft)"
    /// σ: the least share, so that no centre is forgotten.
    static let leastShare = 1e-4

    package var clusters = 3
    package var warmUp = 3
    package var seed = 1

    package struct State: Codable, Sendable {
        var centres: [SlotID] = []
        var founding: Founding?
        var shares: [AgentID: [SlotID: Double]] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("clusters", &clusters, 1...60, "number of centres; every agent gets them all")
        try options.integer(
            "warm_up", &warmUp, 0...1_000_000, "rounds of one model for all before centres are placed; 0: random starts")
        try options.integer("seed", &seed, 0...Int.max, "seed of the k-means++ start")
    }

    package func objection(to recipe: Recipe) -> String? {
        (warmUp == 0 && clusters > 1 ? objectionToEqualStarts(recipe) : nil) ?? objectionToOtherMeans(recipe)
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let first = book.open(.cluster, model: initial(0))
        guard warmUp == 0 else {
            book.found(first, members: members.map(\.id), round: 0, reason: "warm start with one model")
            return State(founding: Founding(clusters, beside: first, book: &book))
        }
        let others = (1..<clusters).map { book.open(.cluster, model: initial($0)) }
        for (k, id) in ([first] + others).enumerated() {
            book.found(id, members: k == 0 ? members.map(\.id) : [], round: 0, reason: "random start \(k + 1) of \(clusters)")
        }
        return State(centres: [first] + others)
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        // Provisional: its shares in its first round say where it belongs.
        book.lodge(newcomers)
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        guard let home = book.cluster(of: agent)?.id else { return Offers([]) }
        let others = state.centres.filter { $0 != home }
        return Offers([(home, .home)] + others.map { ($0, .probe) }, shares: !state.centres.isEmpty)
    }

    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? {
        let home = book.cluster(of: agent)?.id
        let others = (state.shares[agent] ?? [:]).filter { $0.key != home }
        guard let best = others.min(by: { (-$0.value, $0.key) < (-$1.value, $1.key) }) else { return nil }
        return Alternative(
            cluster: best.key, reason: "it serves the next largest share of the agent's training rows best",
            figures: ["share": best.value])
    }

    package var mixes: Bool { true }
    package var remakesModels: Bool { true }

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        guard !desk.entries.isEmpty else { return }
        if let founding = state.founding, !founding.isDone {
            guard desk.round >= warmUp else { return }
            // All trained the same model, so models differ as updates do.
            let gram = try desk.updates.gram(count: desk.layout.count)
            var generator = SeededGenerator(seed: UInt64(seed), "fedsoft")
            let means = KMeans(
                squares: gram.table(gram.squaredDistance), count: clusters, restarts: KMeans.restarts, using: &generator)
            try founding.place(means.groups, weights: desk.entries.map(\.rows), on: &desk)
        } else {
            try step(&desk, state.centres)
        }
    }

    /// θₛ = Σ vᵢₛ wᵢ.
    private func step(_ desk: inout MixingDesk, _ centres: [SlotID]) throws {
        var sums = centres.map { _ in [Double](repeating: 0, count: desk.layout.count) }
        var totals = centres.map { _ in 0.0 }
        for (i, entry) in desk.entries.enumerated() where !entry.shares.isEmpty && entry.rows > 0 {
            let model = try desk.trained(i)
            for (k, centre) in centres.enumerated() {
                let weight = max(Self.leastShare, entry.shares[centre] ?? 0) * entry.rows
                Kernels.accumulate(model, weight: weight, into: &sums[k])
                totals[k] += weight
            }
        }
        for (k, centre) in centres.enumerated() {
            desk.models[centre] = totals[k] > 0 ? Kernels.narrow(sums[k], times: 1 / totals[k]) : desk.entered[centre]
        }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        if state.centres.isEmpty {
            // Whose model was not there is in the largest cluster, until it tells its shares.
            _ = state.founding?.settle(
                evidence, book: &book, reason: "k-means++ on the models of the warm start",
                figures: ["clusters": Double(clusters)])
            state.centres = state.founding?.groups ?? []
            return
        }
        for agent in evidence.agents {
            let shares = agent.slots.compactMapValues(\.share).filter { state.centres.contains($0.key) }
            guard let greatest = shares.values.max(), greatest > 0 else { continue }
            state.shares[agent.agent] = shares
            let home = book.cluster(of: agent.agent)?.id
            guard home.flatMap({ shares[$0] }) ?? 0 < greatest else { continue }
            if let best = state.centres.first(where: { shares[$0] == greatest }) { book.enrol(agent.agent, in: best) }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// FeSEM (Xie et al. 2021; Long et al. 2023): k centres θ; each round every agent belongs to the centre nearest to the model wᵢ that it trained,
/// r = argmin ‖wᵢ − θ‖² (E), and each centre becomes the mean of its agents' models (M), from which they train next.
///
/// The first round has one common start; k-means++ on the models that come out of it places the centres. A centre that nobody is nearest to
/// stays where it is. `weighted` counts training rows in the means: WeCFL (Ma et al. 2022). Agents that come late first take
/// the centre that serves them best: a model that was trained from the wrong one is mostly near to that one.
package struct FeSEM: Grouping {
    package static let name = "fesem"
    package static let summary = "agents belong to the centre nearest to their models (Xie et al. 2021, FeSEM; WeCFL)"

    package var clusters = 3
    package var weighted = false
    package var seed = 1

    package struct State: Codable, Sendable {
        var founding: Founding
        var arrivals = Arrivals()
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("clusters", &clusters, 1...1000, "number of centres")
        try options.flag("weighted", &weighted, "count training rows in the means (WeCFL), not agents (FeSEM)")
        try options.integer("seed", &seed, 0...Int.max, "seed of the k-means++ start")
    }

    package func objection(to recipe: Recipe) -> String? { objectionToOtherMeans(recipe) }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "the common start, after which centres are placed")
        return State(founding: Founding(clusters, beside: id, book: &book))
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.lodge(newcomers)
        if state.founding.isDone { state.arrivals.wait(newcomers.map(\.id), round: round) }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        state.arrivals.offers(to: agent, book: book)
    }

    package func counts(_ agent: AgentID, state: State) -> Bool { !state.arrivals.isWaiting(agent) }

    package var mixes: Bool { true }
    package var remakesModels: Bool { true }

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        guard !desk.entries.isEmpty else { return }
        let weights = desk.entries.map { weighted ? $0.rows : 1 }
        if state.founding.isDone {
            try step(&desk, centres: state.founding.groups, weights: weights)
        } else {
            // All trained the same start, so models differ as updates do.
            let gram = try desk.updates.gram(count: desk.layout.count)
            var generator = SeededGenerator(seed: UInt64(seed), "fesem")
            let means = KMeans(
                squares: gram.table(gram.squaredDistance), weights: weights, count: clusters, restarts: KMeans.restarts,
                using: &generator)
            try state.founding.place(means.groups, weights: weights, on: &desk)
        }
    }

    /// E and M.
    private func step(_ desk: inout MixingDesk, centres: [SlotID], weights: [Double]) throws {
        let before = centres.map { desk.entered[$0] ?? [] }
        let count = desk.layout.count
        var sums = [[Double]](repeating: [Double](repeating: 0, count: count), count: centres.count)
        var totals = [Double](repeating: 0, count: centres.count)
        for (i, entry) in desk.entries.enumerated() {
            let model = try desk.trained(i)
            let nearest = centres.indices.least { k in
                before[k].count == count ? Kernels.norm(Kernels.subtract(model, before[k])) : .infinity
            }
            Kernels.accumulate(model, weight: weights[i], into: &sums[nearest])
            totals[nearest] += weights[i]
            desk.table[entry.agent] = [Double(nearest)]
        }
        for (k, slot) in centres.enumerated() {
            desk.models[slot] = totals[k] > 0 ? Kernels.narrow(sums[k], times: 1 / totals[k]) : before[k]
        }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        state.arrivals.settle(evidence, book: &book)
        guard state.founding.isDone else {
            let late = state.founding.settle(
                evidence, book: &book, reason: "k-means++ on the models of the first round",
                figures: ["clusters": Double(clusters)])
            state.arrivals.wait(late, round: evidence.round)
            return
        }
        for (agent, row) in evidence.table.sorted(by: { $0.key < $1.key }) {
            guard let k = row.first.flatMap({ Int(exactly: $0) }), state.founding.groups.indices.contains(k) else { continue }
            if book.cluster(of: agent)?.id != state.founding.groups[k] { book.enrol(agent, in: state.founding.groups[k]) }
        }
    }
}

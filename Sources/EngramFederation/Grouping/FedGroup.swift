// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// FedGroup (Duan et al. 2021; FlexCFL, Duan et al. 2022): the first round's updates are described by their cosines with the first singular
/// directions of all of them, and k-means of these descriptions makes the groups, once.
///
/// Each group starts from the plain mean of its members' models. Who comes later trains the common start first, and joins the group whose
/// mean first update points most in the same direction (by signatures, which keep cosines to about 1/√size). With `mixing` η, after each
/// round w ← w + η Σ w′/‖w′‖ over the other groups; the authors' code divides by the sum of the weights, their paper does not.
package struct FedGroup: Grouping {
    package static let name = "fedgroup"
    package static let summary = "k-means on decomposed cosines of the first updates (Duan et al. 2021, FedGroup)"

    package var clusters = 3
    package var mixing = 0.0
    package var seed = 1

    package struct State: Codable, Sendable {
        var founding: Founding
        var anchor: Anchor
        /// The direction of each group's mean first update.
        var directions: [SlotID: Signature] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("clusters", &clusters, 1...1000, "number of groups, and of singular directions")
        try options.number("mixing", &mixing, 0...10, "rate at which groups' models are mixed after each round; 0: they are not")
        try options.integer("seed", &seed, 0...Int.max, "seed of k-means++")
    }

    package func objection(to recipe: Recipe) -> String? { objectionWithoutUpdates(recipe) }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "the common start, from which groups are found")
        return State(founding: Founding(clusters, beside: id, book: &book), anchor: Anchor(initial(0), book: &book))
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.lodge(newcomers)
        if state.founding.isDone { state.anchor.expect(newcomers.map(\.id), round: round) }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        state.anchor.offers(to: agent, round: round) ?? Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? [])
    }

    package func counts(_ agent: AgentID, state: State) -> Bool { !state.anchor.expects(agent) }

    package var mixes: Bool { true }
    package var remakesModels: Bool { mixing > 0 }

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        if state.founding.isDone {
            mixGroups(&desk, state.founding.groups)
        } else if !desk.entries.isEmpty {
            let cosines = try desk.updates.gram(count: desk.layout.count).decomposedCosines(clusters)
            var generator = SeededGenerator(seed: UInt64(seed), "fedgroup")
            let means = KMeans(
                squares: KMeans.squares(of: cosines), count: clusters, restarts: KMeans.restarts, using: &generator)
            try state.founding.place(means.groups, weights: means.groups.map { _ in 1 }, on: &desk)
        }
    }

    private func mixGroups(_ desk: inout MixingDesk, _ groups: [SlotID]) {
        guard mixing > 0 else { return }
        let folded = groups.compactMap { slot in desk.models[slot].map { (slot, $0, Kernels.norm($0)) } }
        for (slot, model, _) in folded {
            var mixed = model
            for (other, theirs, norm) in folded where other != slot && norm > 0 {
                Kernels.axpy(Float(mixing / norm), theirs, into: &mixed)
            }
            desk.models[slot] = mixed
        }
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        if !state.founding.isDone {
            let late = state.founding.settle(
                evidence, book: &book, reason: "k-means on the first updates' cosines with their singular directions",
                figures: ["clusters": Double(clusters)])
            state.anchor.expect(late, round: evidence.round)
            for group in state.founding.groups {
                state.directions[group] = direction(of: book.cluster(group)?.members ?? [], evidence)
            }
        }
        for (agent, signature) in state.anchor.collect(evidence) {
            let cosines = state.founding.groups.map { state.directions[$0].map(signature.cosine) ?? -1 }
            guard !cosines.isEmpty else { continue }
            let best = cosines.indices.least { -cosines[$0] }
            book.move(
                agent, to: state.founding.groups[best], as: .placed, round: evidence.round,
                reason: "its first update points most in that group's direction", figures: ["cosine": cosines[best]])
        }
    }

    /// The direction of the members' mean update: signatures are of normalised updates, and projections are linear.
    private func direction(of members: [AgentID], _ evidence: RoundEvidence) -> Signature? {
        let first = members.compactMap { evidence[$0] }.filter { $0.norm($0.home) > 0 }
        guard let scale = first.map({ $0.norm($0.home) }).max(), let size = first.first?.signature?.values.count else {
            return nil
        }
        var sum = [Float](repeating: 0, count: size)
        for agent in first {
            guard let signature = agent.signature, signature.values.count == size else { continue }
            Kernels.axpy(Float(agent.norm(agent.home) / scale), signature.values, into: &sum)
        }
        return Signature(sum)
    }
}

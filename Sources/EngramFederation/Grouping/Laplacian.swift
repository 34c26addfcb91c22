// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// FedU (Dinh et al. 2021): multi-task learning on a graph of agents. Every agent has a model of its own, and after each round it
/// moves towards its neighbours': w_k ← w_k − μRη Σ_l a_kl (w_k − w_l).
///
/// The edges a_kl are given in the paper. Here they are the cosines of the agents' signatures (none where negative), which makes
/// soft clusters, or all 1. The product μRη is one number, in units of the best connected agent's edges, so that 1 replaces that
/// agent's model by its neighbours' mean and no step overshoots; 0 is local training. Agents that miss a round neither move nor
/// pull.
package struct Laplacian: OwnModels {
    package static let name = "laplacian"
    package static let summary = "own models, drawn to those of similar agents after each round (Dinh et al. 2021, FedU)"

    /// Where a_kl come from.
    package enum Edges: String, CaseIterable, Sendable { case signatures, equal }

    package var pull = 0.5
    package var edges = Edges.signatures
    package var memory = 0.9

    package struct State: Codable, Sendable {
        var signatures: [AgentID: Signature] = [:]
    }

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("pull", &pull, 0...1, "share of the way to the neighbours' mean, for the best connected agent")
        try options.oneOf("edges", &edges, "signatures (their cosines) or equal (all agents alike)")
        try options.number("memory", &memory, 0...0.99, "share of an agent's signature that is kept from round to round")
    }

    package func objection(to recipe: Recipe) -> String? {
        if edges == .signatures, recipe.signatureSize < 64 {
            return
                "grouping 'laplacian' compares signatures: signature.size must be at least 64, not \(recipe.signatureSize)"
        }
        return ownModelsObjection(to: recipe)
    }

    package func begin(
        _ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest
    ) throws(RecipeError) -> State {
        try book.foundOwnModels(members, model: initial(0), for: Self.name)
        return State()
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents {
            guard let fresh = agent.signature else { continue }
            var kept = state.signatures[agent.agent]
            kept?.absorb(fresh, memory: memory)
            state.signatures[agent.agent] = kept ?? fresh
        }
    }

    package func alternative(for agent: AgentID, state: State, book: ClusterBook) -> Alternative? {
        guard let own = state.signatures[agent] else { return nil }
        var best: (cluster: SlotID, cosine: Double)?
        for other in state.signatures.keys.sorted() where other != agent {
            guard let signature = state.signatures[other], let home = book.cluster(of: other), !home.members.contains(agent)
            else { continue }
            let cosine = own.cosine(signature)
            if cosine > best?.cosine ?? -1 { best = (home.id, cosine) }
        }
        return best.map {
            Alternative(cluster: $0.cluster, reason: "its agent's signature is the most similar", figures: ["cosine": $0.cosine])
        }
    }

    // MARK: Mixing

    package func mix(_ desk: inout MixingDesk, state: State) throws {
        let homes = desk.homes
        var edge = [[Double]](repeating: [Double](repeating: 0, count: homes.count), count: homes.count)
        for k in homes.indices {
            for l in 0..<k {
                edge[k][l] = weight(homes[k].agent, homes[l].agent, state)
                edge[l][k] = edge[k][l]
            }
        }
        let degrees = edge.map { $0.reduce(0, +) }
        guard let most = degrees.max(), most > 0, pull > 0 else { return }
        var weights = edge.map { row in row.map { $0 * pull / most } }
        for k in homes.indices { weights[k][k] = 1 - pull * degrees[k] / most }
        desk.blend(homes.map(\.slot), weights: weights)
    }

    /// a_kl; agents whose signatures are not known yet are no neighbours.
    private func weight(_ a: AgentID, _ b: AgentID, _ state: State) -> Double {
        switch edges {
        case .equal: return 1
        case .signatures:
            guard let one = state.signatures[a], let other = state.signatures[b] else { return 0 }
            return max(0, one.cosine(other))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// Geometry proposes, evidence decides: the default grouping.
///
/// One cluster at first. The signatures of a cluster propose its best bipartition; two candidate children train beside the parent for a
/// few rounds; every member compares parent and child on its own validation rows, and the split is taken only if the paired gain is
/// significant and large enough. Merges are tried in the same way; single agents are moved when another cluster's model is better on
/// their own validation rows twice running. Every change is recorded with its figures.
///
/// Neither norms nor a threshold on cosines decide: ‖mean update‖ falls on identical agents too as training goes on, and no angle tells
/// structure from noise. Held-out loss does.
package struct Constellation: Grouping {
    package static let name = "constellation"
    package static let summary = "signatures propose splits, merges and moves, paired held-out loss decides (ours, the default)"

    package var start = 3
    package var trial = 3
    package var looks = 6
    package var memory = 0.7
    package var significance = 0.02
    package var moveSignificance = 0.001
    package var splitGain = 0.05
    package var minimumGain = 0.02
    package var minimumSize = 2
    package var patience = 5
    package var probeEvery = 5
    package var probes = 2
    package var quarantineNorm = 10.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("start", &start, 1...1_000_000, "no trial before this round")
        try options.integer("trial", &trial, 1...1000, "rounds that candidates train beside their parent")
        try options.integer("looks", &looks, 1...100, "rounds over which an unclear trial is judged at most, the gains averaged")
        try options.number("memory", &memory, 0...0.99, "share of an agent's signature that is kept from round to round")
        try options.number(
            "significance", &significance, 1e-9...0.5, "chance of a false split that is accepted, shared among the tries")
        try options.number(
            "move_significance", &moveSignificance, 1e-9...0.5,
            "chance of a false difference, row by row, that moves an agent when it is seen twice")
        try options.number(
            "split_gain", &splitGain, 0...1, "least fall of the calibrated validation loss that a split must bring, as a share")
        try options.number(
            "minimum_gain", &minimumGain, 0...1,
            "least fall of the validation loss that a move must bring, and most that a merge may cost, as a share")
        try options.integer("minimum_size", &minimumSize, 1...1_000_000, "least members of a cluster that a split may make")
        try options.integer("patience", &patience, 1...1_000_000, "rounds to wait after a refused trial, times the tries so far")
        try options.integer("probe_every", &probeEvery, 1...1_000_000, "rounds between looks at other clusters' models")
        try options.integer("probes", &probes, 0...50, "other clusters' models that an agent looks at each time")
        try options.number(
            "quarantine_norm", &quarantineNorm, 1...1e9, "quarantine when an update is so many times the cluster's median, twice")
    }

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "all start together")
        return State()
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.signatureSize < 64
            ? "grouping 'constellation' compares agents by signatures: signature.size must be at least 64, not \(recipe.signatureSize)"
            : nil
    }

    // MARK: What agents get

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        guard let home = book.cluster(of: agent) else { return Offers([]) }
        var uses: [(slot: SlotID, use: Offers.Use)] = [(home.id, .home)]
        for trial in state.trials where trial.clusters.contains(home.id) {
            if let candidate = trial.candidate(for: agent) { uses.append((candidate, .candidate)) }
        }
        for other in probes(of: agent, home: home.id, round: round, state: state, book: book) { uses.append((other, .probe)) }
        return Offers(uses)
    }

    package func counts(_ agent: AgentID, state: State) -> Bool { state.newcomers[agent] == nil }

    /// Which other clusters an agent looks at in this round: all (up to a limit) for newcomers and agents under suspicion of drift, the
    /// suspected one again to confirm a move, and now and then the nearest and one more in turn.
    private func probes(of agent: AgentID, home: SlotID, round: Int, state: State, book: ClusterBook) -> [SlotID] {
        let others = state.nearest(to: agent, except: home, book: book)
        if state.newcomers[agent] != nil || state.alarmed[agent] != nil {
            return Array(others.prefix(State.newcomerProbes))
        }
        var out: [SlotID] = []
        if let suspect = state.suspects[agent], others.contains(suspect) { out.append(suspect) }
        if round % probeEvery == 0, probes > 0, !others.isEmpty {
            out += others.prefix(max(1, probes - 1))
            if probes > 1 { out.append(others[(round / probeEvery) % others.count]) }
        }
        return out.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    // MARK: What is concluded

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents {
            if let fresh = agent.signature, fresh.values.contains(where: { $0 != 0 }) {
                if state.signatures[agent.agent] == nil {
                    state.signatures[agent.agent] = fresh
                } else {
                    state.signatures[agent.agent]?.absorb(fresh, memory: memory)
                }
            }
        }
        watchNorms(evidence, state: &state, book: &book)
        settleNewcomers(evidence, state: &state, book: &book)
        moveAgents(evidence, state: &state, book: &book)
        settleTrials(evidence, state: &state, book: &book)
        // A trial needs its rounds and one more to be judged; later it could only disturb.
        if evidence.round >= start, evidence.round + trial + 1 < evidence.rounds {
            // Merges first: they are rare and well founded, and a cluster on trial for a split cannot be merged.
            proposeMerges(evidence, state: &state, book: &book)
            proposeSplits(evidence, state: &state, book: &book)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramWire

/// Single agents: newcomers, moves, drift, quarantine.
extension Constellation {
    /// A loss so many times an agent's usual one is taken for drift.
    private static let alarmFactor = 1.5
    /// Rounds in a row before an agent is quarantined or released.
    private static let quarantineRounds = 2
    private static let releaseRounds = 5

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        guard let largest = book.clusters.max(by: { ($0.members.count, $1.id) < ($1.members.count, $0.id) }) else { return }
        for member in newcomers {
            book.enrol(member.id, in: largest.id)
            state.newcomers[member.id] = round
        }
    }

    /// A newcomer's first upload holds its signature and its loss under the clusters' models: the least loss decides.
    func settleNewcomers(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents where state.newcomers[agent.agent] != nil {
            state.newcomers[agent.agent] = nil
            let seen = agent.slots.filter { book.cluster($0.key) != nil }
            guard let best = seen.min(by: { ($0.value.validation.loss, $0.key) < ($1.value.validation.loss, $1.key) }) else {
                continue
            }
            var figures = ["loss": best.value.validation.loss, "clusters_tried": Double(seen.count)]
            let others = (book.cluster(best.key)?.members ?? []).filter { $0 != agent.agent }.compactMap { state.signatures[$0] }
            if let own = state.signatures[agent.agent], let centre = Signature.centroid(of: others) {
                figures["cosine"] = own.cosine(centre)
            }
            book.move(
                agent.agent, to: best.key, as: .placed, round: evidence.round,
                reason: "least validation loss among the clusters' models", figures: figures)
        }
    }

    /// Moves agents that another cluster's model serves significantly better, twice running; watches for drift.
    func moveAgents(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for agent in evidence.agents {
            guard let home = agent.slots[agent.home], home.validation.count > 1,
                book.cluster(of: agent.agent)?.id == agent.home
            else { continue }
            var better: (slot: SlotID, look: Look, p: Double)?
            for (slot, figures) in agent.slots.sorted(by: { $0.key < $1.key })
            where slot != agent.home && book.cluster(slot) != nil {
                let error = figures.gainDeviation / Double(home.validation.count).squareRoot()
                let look = Look(round: evidence.round, gain: figures.gain, error: error, loss: home.validation.loss)
                state.looks[agent.agent, default: [:]][slot] = look
                let test = PairedTest(mean: look.gain, error: error, degreesOfFreedom: home.validation.count - 1)
                guard test.p < moveSignificance, look.gain >= minimumGain * home.validation.loss else { continue }
                if better.map({ look.gain > $0.look.gain }) ?? true { better = (slot, look, test.p) }
            }
            state.alarmed[agent.agent] = nil
            if let better, !state.trials.contains(where: { $0.clusters.contains(agent.home) }) {
                if state.suspects[agent.agent] == better.slot {
                    state.suspects[agent.agent] = nil
                    state.usualLoss[agent.agent] = nil
                    book.move(
                        agent.agent, to: better.slot, as: .migrated, round: evidence.round,
                        reason: "twice running, that cluster's model was better on the agent's validation rows",
                        figures: ["gain": better.look.gain, "loss_at_home": better.look.loss, "p": better.p])
                } else {
                    state.suspects[agent.agent] = better.slot
                }
                continue
            }
            state.suspects[agent.agent] = nil
            let loss = home.validation.loss
            if let usual = state.usualLoss[agent.agent] {
                // Its data may have changed: let it look at every cluster.
                if loss > Self.alarmFactor * usual, book.clusters.count > 1 { state.alarmed[agent.agent] = evidence.round }
                state.usualLoss[agent.agent] = 0.7 * usual + 0.3 * loss
            } else {
                state.usualLoss[agent.agent] = loss
            }
        }
    }

    /// Quarantines agents whose updates are out of all proportion to their cluster's, and releases those that behave again.
    func watchNorms(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {
        for cluster in book.clusters {
            let norms = cluster.members.compactMap { evidence[$0]?.norm(cluster.id) }.filter { $0 > 0 }.sorted()
            guard norms.count >= 3 else { continue }
            let bound = quarantineNorm * norms[norms.count / 2]
            for agent in cluster.members {
                guard let norm = evidence[agent]?.norm(cluster.id), norm > 0 else { continue }
                let held = book.quarantined.contains(agent)
                state.excess[agent] = (norm > bound) != held ? (state.excess[agent] ?? 0) + 1 : 0
                if !held, state.excess[agent] == Self.quarantineRounds {
                    state.excess[agent] = 0
                    book.quarantine(
                        agent, round: evidence.round, reason: "its updates are out of all proportion to its cluster's",
                        figures: ["norm": norm, "median_norm": norms[norms.count / 2]])
                } else if held, state.excess[agent] == Self.releaseRounds {
                    state.excess[agent] = 0
                    book.release(agent, round: evidence.round, reason: "its updates have been in proportion again")
                }
            }
        }
    }
}

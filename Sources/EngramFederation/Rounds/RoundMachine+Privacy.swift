// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

/// What a round gives away: prepared when it is folded, taken down when it is closed.
extension RoundMachine {
    /// The ledger of a new run; nil for a recipe without privacy. Throws if the noise would have no secret seed.
    func newLedger() throws(RecipeError) -> PrivacyLedger? {
        let privacy = recipe.privacy
        guard privacy.coordinatorDraws || privacy.agentsDraw else { return nil }
        guard privacy.coordinatorDraws else { return PrivacyLedger(seed: nil, clip: privacy.firstClip) }
        guard let seed = privacy.noiseSeed > 0 ? UInt64(privacy.noiseSeed) : entropy else {
            throw .senseless("privacy '\(type(of: privacy).name)' needs a secret seed, and the run was started without one")
        }
        return PrivacyLedger(seed: seed, clip: privacy.firstClip)
    }

    /// Of the cohort: nobody may foresee a sample that the accounting relies on.
    func cohortGenerator(_ round: Int) -> SeededGenerator {
        SeededGenerator(seed: state.privacy?.seed ?? UInt64(bitPattern: Int64(recipe.seed)), "cohort", String(round))
    }

    /// How a slot's updates become one, where the recipe's aggregation does not say.
    func release(of slot: Slot, _ contributors: [AgentEvidence], _ audience: Audience) -> NoisyRelease? {
        guard let ledger = state.privacy, let seed = ledger.seed, let clip = ledger.model(slot).clip else { return nil }
        let population = audience.slots[slot.id] ?? 0
        guard population > 0 || !contributors.isEmpty else { return nil }
        return recipe.privacy.release(
            ReleaseFacts(
                clip: clip, population: population, sampling: recipe.cohort.sampling ?? 1,
                within: contributors.count { $0.slots[slot.id]?.within ?? false },
                generator: SeededGenerator(seed: seed, "noise", String(open?.number ?? 0), slot.id.rawValue)))
    }

    /// The slots that a round releases: those that somebody may have trained, whether or not somebody did.
    func released(_ present: [AgentEvidence], _ audience: Audience) -> [Slot] {
        guard state.privacy?.seed != nil else { return [] }
        return state.book.slots.filter { slot in
            (audience.slots[slot.id] ?? 0) > 0 || present.contains { $0.slots[slot.id]?.norm != nil }
        }
    }

    /// Who may train what.
    struct Audience {
        /// Agents that may have to do with a slot.
        var slots: [SlotID: Int] = [:]
        /// Models that an agent trains if it is drawn.
        var agents: [AgentID: Int] = [:]
    }

    /// Who may train what in the open round; empty without privacy. Follows from the state alone, not from who was drawn.
    func audience() -> Audience {
        var audience = Audience()
        guard state.privacy?.seed != nil, let open else { return audience }
        for member in state.members {
            let offers = process?.offers(to: member.id, round: open.number, book: state.book) ?? Offers([])
            var trained = Set(offers.uses.filter { $0.use == .candidate }.map(\.slot))
            // Of several homes an agent trains the one that it chooses: that of its cluster, as far as can be known.
            let home = offers.choosesHome ? state.book.cluster(of: member.id)?.id : offers.uses.first { $0.use == .home }?.slot
            if let home { trained.insert(home) }
            if state.book.slot(.reference) != nil { trained.insert(.reference) }
            let isCounted = !state.book.quarantined.contains(member.id)
            for slot in trained where isCounted && (slot == .reference || process?.counts(member.id) ?? true) {
                audience.slots[slot, default: 0] += 1
            }
            audience.agents[member.id] = trained.count
        }
        return audience
    }

    /// Takes a round down that is about to be committed; `audience` is of before its review.
    mutating func account(for round: OpenRound, _ audience: Audience, _ result: FoldResult, released: [Slot]) {
        guard var ledger = state.privacy else { return }
        if round.trains {
            if ledger.seed != nil {
                ledger.note(released: released, clips: result.slots.compactMapValues(\.clip))
                for (agent, models) in audience.agents { ledger.note(agent, models: models) }
            } else {
                for (agent, assignment) in round.assignments { ledger.note(agent, disclosures: disclosures(of: assignment)) }
            }
        }
        ledger.follow(state.book)
        state.privacy = ledger
    }

    private func disclosures(of assignment: Assignment) -> [Disclosure: Int] {
        let homes = assignment.offers.contains { $0.use == .home } ? 1 : 0
        let models = homes + assignment.offers.count { $0.use == .candidate || $0.use == .reference }
        return [
            .update: recipe.training.sendsUpdates ? models : 0, .signature: 1,
            .statistic: models * (exchange?.statistics.count ?? 0), .descriptor: assignment.describes ? 1 : 0,
        ]
    }

    /// The greatest ε of any agent so far; nil for a recipe without privacy.
    var epsilon: Double? {
        state.privacy.map { recipe.epsilons(of: $0).values.max() ?? 0 }
    }
}

extension Recipe {
    /// What each agent has spent, at most 1e300.
    func epsilons(of ledger: PrivacyLedger) -> [AgentID: Double] {
        // Many agents have the same past.
        var known: [PrivacyLedger.Spent: Double] = [:]
        return ledger.agents.mapValues { spent in
            if let epsilon = known[spent] { return epsilon }
            let epsilon = min(1e300, privacy.epsilon(of: spent, sampling: cohort.sampling ?? 1))
            known[spent] = epsilon
            return epsilon
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramLearning
import EngramTensors
package import EngramWire
import Foundation

/// A run as a value: events in, ordered effects out. It knows no socket, disk or clock, and no event can trap it.
///
/// Life: gathering → (round opened → uploads → fold → commit)* → final evaluation → finished. Within a round only uploads matter, and those
/// are spooled before they are told here; so the state between rounds and the spool are all that a restart needs.
package struct RoundMachine: Sendable {
    package internal(set) var recipe: Recipe
    package internal(set) var state: RunState
    var process: (any GroupingProcess)?
    var open: OpenRound?
    /// What the noise of a new run follows from, unless the recipe says.
    let entropy: UInt64?
    var connected: Set<AgentID> = []
    /// Agents that connected since the run began and wait for the next round.
    var newcomers: [AgentID: AgentProfile] = [:]

    /// The round under way.
    struct OpenRound: Sendable {
        let number: Int
        var plan: RoundPlan
        var assignments: [AgentID: Assignment] { plan.assignments }
        var cohort: [AgentID] { assignments.keys.sorted() }
        var evidence: [AgentID: AgentEvidence] = [:]
        var deadline: Double
        var isFolding = false
        /// The deadline came without a quorum: the upload that makes it one closes the round.
        var isOverdue = false
        let trains: Bool
        /// Enough uploads are in.
        var isFull: Bool { evidence.count >= plan.goal }
        /// Agents that were heard from too late to take part, while the fold ran: they have work again in the next round.
        var heard: Set<AgentID> = []
    }

    /// A run that has not begun. `entropy` is what its noise shall follow from, if the recipe wants noise: drawn by the driver from the
    /// system, and told to nobody.
    package init(run: RunID, recipe: Recipe, entropy: UInt64? = nil) {
        self.recipe = recipe
        self.entropy = entropy
        state = RunState(run: run)
    }

    /// Continues from a stored state. The driver then calls `startRound`, tells the spooled uploads of round state.round + 1 (in any
    /// order), and reports who is connected.
    package init(resuming state: RunState, recipe: Recipe) throws {
        self.recipe = recipe
        self.state = state
        entropy = nil
        if state.phase == .training { process = try recipe.grouping.resumed(from: state.grouping) }
    }

    // MARK: Reading

    package var network: Network? { state.members.first.map { recipe.network(for: $0.profile) } }
    package var exchange: Exchange? { network.map { Exchange(recipe, network: $0) } }
    /// The part of the model that an agent holds; nil: all of it.
    package func submodel(for agent: AgentID) -> Submodel? {
        guard let profile = state.member(agent)?.profile, recipe.sharing.width(for: profile) < 1, let exchange else { return nil }
        return recipe.submodel(for: profile, of: exchange)
    }

    package var openRound: Int? { open?.number }
    package var cohort: [AgentID] { open?.cohort ?? [] }
    /// Who is still awaited in the round under way.
    package var awaited: [AgentID] { cohort.filter { open?.evidence[$0] == nil } }

    /// Work that is under way cannot be handed in while a fold runs: it counts in the next round.
    package func mustWait(_ agent: AgentID) -> Bool {
        guard let open, open.isFolding, open.evidence[agent] == nil else { return false }
        return open.plan.flights.contains { $0.agent == agent }
    }

    package func hasUpload(of agent: AgentID) -> Bool { open?.evidence[agent] != nil }

    package func assignment(for agent: AgentID) -> Assignment? { open?.assignments[agent] }

    package func alternative(for agent: AgentID) -> Alternative? { process?.alternative(for: agent, book: state.book) }

    // MARK: Events

    package mutating func handle(_ event: RunEvent, at now: Double) -> [RunEffect] {
        guard !state.isOver else {
            guard case .uploaded(let evidence, let round) = event else { return [] }
            if hasCounted(evidence.agent, round) { return [.accept(evidence.agent, round: round)] }
            return [.withdraw(evidence.agent, round: round, reason: "the run is over")]
        }
        return switch event {
        case .connected(let agent, let profile): join(agent, profile, now)
        case .disconnected(let agent): leave(agent)
        case .uploaded(let evidence, let round): take(evidence, round, now)
        case .late(let agent): revive(agent)
        case .folded(let round, let result): close(round, result, now)
        case .tick: tick(now)
        case .cancel(let why): end(.cancelled(why), why)
        case .fail(let why): end(.failed(why), why)
        }
    }

    private mutating func join(_ agent: AgentID, _ profile: AgentProfile, _ now: Double) -> [RunEffect] {
        if let first = state.members.first, state.member(agent) == nil || state.member(agent)?.profile != profile {
            if let why = first.profile.mismatch(profile) { return [.ineligible(agent, why)] }
        }
        if let why = recipe.problem(with: profile) { return [.ineligible(agent, why)] }
        connected.insert(agent)
        guard state.phase == .training else {
            newcomers[agent] = profile
            return newcomers.count >= recipe.agents ? begin(now) : []
        }
        if let index = state.waiting?.firstIndex(where: { $0.id == agent }) {
            state.waiting?[index].profile = profile
            return open == nil ? startRound(now) : []
        }
        guard let index = state.members.firstIndex(where: { $0.id == agent }) else {
            newcomers[agent] = profile
            return open == nil ? startRound(now) : []
        }
        // Same agent, other data: its counts may have changed, its place in the run has not.
        state.members[index].profile = profile
        state.members[index].absent = false
        if open?.isFolding == true { open?.heard.insert(agent) }
        guard let open else { return startRound(now) }
        guard let assignment = open.assignments[agent], open.evidence[agent] == nil, !open.isFolding || mustWait(agent) else {
            return []
        }
        return [.send(agent, assignment)]
    }

    private mutating func leave(_ agent: AgentID) -> [RunEffect] {
        connected.remove(agent)
        // Who leaves before a first round was never there; a member keeps its place.
        newcomers[agent] = nil
        return []
    }

    private mutating func revive(_ agent: AgentID) -> [RunEffect] {
        if let index = state.members.firstIndex(where: { $0.id == agent }) { state.members[index].absent = false }
        if open?.isFolding == true { open?.heard.insert(agent) }
        return []
    }

    private mutating func take(_ evidence: AgentEvidence, _ round: Int, _ now: Double) -> [RunEffect] {
        guard var open, open.assignments[evidence.agent]?.round == round, !open.isFolding else {
            // What counted already (its receipt was lost) is not withdrawn: the agent's memory of that round is the next one's base.
            if hasCounted(evidence.agent, round) {
                return revive(evidence.agent) + [.accept(evidence.agent, round: round)]
            }
            let why = UpdateError.stale(round: round, current: self.open?.number ?? state.round).description
            return revive(evidence.agent) + [.withdraw(evidence.agent, round: round, reason: why)]
        }
        // The same upload may arrive twice (a lost receipt, a restart); it counts once.
        if open.evidence[evidence.agent] == nil { open.evidence[evidence.agent] = evidence }
        self.open = open
        var effects: [RunEffect] = [.accept(evidence.agent, round: round)]
        if open.isFull || (open.isOverdue && open.evidence.count >= needed) { effects += gatherUp(now) }
        return effects
    }

    /// Whether an agent's upload for this round is in the sums, or will be.
    private func hasCounted(_ agent: AgentID, _ round: Int) -> Bool {
        if let open, open.assignments[agent]?.round == round { return open.evidence[agent] != nil }
        return round > 0 && state.member(agent)?.lastCounted == round
    }

    private mutating func tick(_ now: Double) -> [RunEffect] {
        guard let open, !open.isFolding else { return [] }
        guard now >= open.deadline else { return [.wake(at: open.deadline)] }
        if open.evidence.count >= needed { return gatherUp(now) }
        let later = now + recipe.deadline
        self.open?.deadline = later
        self.open?.isOverdue = true
        let note = "round \(open.number): \(open.evidence.count) of \(open.plan.goal) uploads, \(needed) needed; waiting on"
        return [.note(note)] + relieve(now) + [.wake(at: later)]
    }

    /// Uploads that the open round must have when its deadline comes.
    private var needed: Int { Self.needed(recipe.quorum, of: open?.plan.goal ?? 0) }

    mutating func end(_ phase: RunState.Phase, _ why: String) -> [RunEffect] {
        let left = awaited.map { RunEffect.withdraw($0, round: open?.number ?? 0, reason: why) }
        state.phase = phase
        open = nil
        return [.commit(.init(state: state, summary: nil, lineage: []))] + left
    }
}

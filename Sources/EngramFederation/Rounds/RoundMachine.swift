// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramLearning
package import EngramTensors
package import EngramWire
import Foundation

/// A run as a value: events in, ordered effects out. It knows no socket, disk or clock, and no event can trap it.
///
/// Life: gathering → (round opened → uploads → fold → commit)* → final evaluation → finished. Within a round only uploads matter, and those
/// are spooled before they are told here; so the state between rounds and the spool are all that a restart needs.
package struct RoundMachine: Sendable {
    package let recipe: Recipe
    package private(set) var state: RunState
    var process: (any GroupingProcess)?
    var open: OpenRound?
    private var connected: Set<AgentID> = []
    /// Agents that connected since the run began and wait for the next round.
    private var newcomers: [AgentID: AgentProfile] = [:]

    /// The round under way.
    struct OpenRound: Sendable {
        let number: Int
        let assignments: [AgentID: Assignment]
        var cohort: [AgentID] { assignments.keys.sorted() }
        var evidence: [AgentID: AgentEvidence] = [:]
        var deadline: Double
        var isFolding = false
        /// The deadline came without a quorum: the upload that makes it one closes the round.
        var isOverdue = false
        let trains: Bool
        /// Agents that were heard from too late to take part, while the fold ran: they have work again in the next round.
        var heard: Set<AgentID> = []
    }

    package init(run: RunID, recipe: Recipe) {
        self.recipe = recipe
        state = RunState(run: run)
    }

    /// Continues from a stored state. The driver then calls `startRound`, tells the spooled uploads of round state.round + 1 (in any
    /// order), and reports who is connected.
    package init(resuming state: RunState, recipe: Recipe) throws {
        self.recipe = recipe
        self.state = state
        if state.phase == .training { process = try recipe.grouping.resumed(from: state.grouping) }
    }

    // MARK: Reading

    package var network: Network? { state.members.first.map { Network(recipe.modelSpec(for: $0.profile)) } }
    package var shared: ParameterLayout? { network.map { recipe.sharing.shared(of: $0) } }
    package var openRound: Int? { open?.number }
    package var cohort: [AgentID] { open?.cohort ?? [] }
    /// Who is still awaited in the round under way.
    package var awaited: [AgentID] { cohort.filter { open?.evidence[$0] == nil } }

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
        case .folded(let round, let slots): close(round, slots, now)
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
        guard let index = state.members.firstIndex(where: { $0.id == agent }) else {
            newcomers[agent] = profile
            return open == nil ? startRound(now) : []
        }
        // Same agent, other data: its counts may have changed, its place in the run has not.
        state.members[index].profile = profile
        state.members[index].absent = false
        if open?.isFolding == true { open?.heard.insert(agent) }
        guard let open else { return startRound(now) }
        guard let assignment = open.assignments[agent], open.evidence[agent] == nil, !open.isFolding else { return [] }
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
        guard var open, open.number == round, open.assignments[evidence.agent] != nil, !open.isFolding else {
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
        if awaited.isEmpty || (open.isOverdue && open.evidence.count >= needed) { effects += gatherUp(now) }
        return effects
    }

    /// Whether an agent's upload for this round is in the sums, or will be.
    private func hasCounted(_ agent: AgentID, _ round: Int) -> Bool {
        if let open, open.number == round { return open.evidence[agent] != nil }
        return round > 0 && state.member(agent)?.lastCounted == round
    }

    private mutating func tick(_ now: Double) -> [RunEffect] {
        guard let open, !open.isFolding else { return [] }
        guard now >= open.deadline else { return [.wake(at: open.deadline)] }
        if open.evidence.count >= needed { return gatherUp(now) }
        let later = now + recipe.deadline
        self.open?.deadline = later
        self.open?.isOverdue = true
        return [
            .note(
                "round \(open.number): \(open.evidence.count) of \(open.assignments.count) uploads, \(needed) needed; waiting on"),
            .wake(at: later),
        ]
    }

    /// Uploads that the open round must have when its deadline comes.
    private var needed: Int { max(1, Int((recipe.quorum * Double(open?.assignments.count ?? 0)).rounded(.up))) }

    private mutating func end(_ phase: RunState.Phase, _ why: String) -> [RunEffect] {
        let left = awaited.map { RunEffect.withdraw($0, round: open?.number ?? 0, reason: why) }
        state.phase = phase
        open = nil
        return [.commit(.init(state: state, summary: nil, lineage: []))] + left
    }

    // MARK: Rounds

    private mutating func begin(_ now: Double) -> [RunEffect] {
        let ids = newcomers.keys.sorted()
        guard let lead = AgentProfile.mostCommon(ids.compactMap { newcomers[$0] }) else { return [] }
        let (fitting, odd) = ids.reduce(into: ([Member](), [RunEffect]())) { sorted, id in
            guard let profile = newcomers[id] else { return }
            if let why = lead.mismatch(profile) {
                sorted.1.append(.ineligible(id, why))
            } else {
                sorted.0.append(Member(id: id, profile: profile))
            }
        }
        // Nobody is turned away before enough agents agree: who is odd shows only then.
        guard fitting.count >= recipe.agents else { return [] }
        state.members = fitting
        newcomers = [:]
        var effects = odd
        let network = Network(recipe.modelSpec(for: lead))
        let shared = recipe.sharing.shared(of: network)
        var blobs: [Digest: [UInt8]] = [:]
        func initial(_ number: Int) -> Digest {
            // Restricting a fresh model to its own layout's tensors cannot fail.
            let part = (try? recipe.initialModel(network, number).selecting(shared)) ?? ParameterSet(zeros: shared)
            let bytes = part.safetensors(metadata: [:])
            let digest = Digest(of: bytes)
            blobs[digest] = bytes
            return digest
        }
        do {
            var book = ClusterBook()
            process = try recipe.grouping.started(state.members, book: &book, initial: initial)
            if recipe.globalReference, !recipe.isGlobal { _ = book.open(.reference, model: initial(0)) }
            state.book = book
            state.grouping = try process?.encodedState() ?? Data()
        } catch {
            return effects + end(.failed("\(error)"), "\(error)")
        }
        state.phase = .training
        effects += blobs.keys.sorted().compactMap { blobs[$0].map { .store($0) } }
        effects.append(.commit(.init(state: state, summary: nil, lineage: state.book.lineage)))
        return effects + startRound(now)
    }

    /// Opens the round after the last committed one.
    package mutating func startRound(_ now: Double) -> [RunEffect] {
        guard state.phase == .training, open == nil else { return [] }
        let number = state.round + 1
        var effects: [RunEffect] = []
        do {
            effects += try admitNewcomers(before: number)
        } catch {
            return end(.failed("the grouping's state cannot be stored: \(error)"), "\(error)")
        }
        let eligible = state.members.filter { !$0.absent }.map(\.id)
        guard !eligible.isEmpty else {
            return effects + [.note("round \(number): no agent is there; waiting for one to connect")]
        }
        let trains = number <= recipe.rounds
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(recipe.seed)), "cohort", String(number))
        let cohort = trains ? recipe.cohort.select(from: eligible, using: &generator) : eligible
        var assignments: [AgentID: Assignment] = [:]
        for agent in cohort { assignments[agent] = makeAssignment(agent, number, trains) }
        open = OpenRound(number: number, assignments: assignments, deadline: now + recipe.deadline, trains: trains)
        for agent in cohort where connected.contains(agent) {
            if let work = assignments[agent] { effects.append(.send(agent, work)) }
        }
        return effects + [.wake(at: now + recipe.deadline)]
    }

    /// Puts those who came meanwhile on the roster; stored before anything is sent, so that a restart opens the same round.
    private mutating func admitNewcomers(before number: Int) throws -> [RunEffect] {
        guard !newcomers.isEmpty else { return [] }
        let before = state.book.lineage.count
        let fresh = newcomers.keys.sorted().compactMap { id in
            newcomers[id].map { Member(id: id, profile: $0, joined: number) }
        }
        newcomers = [:]
        state.members = (state.members + fresh).sorted { $0.id < $1.id }
        process?.welcome(fresh, round: state.round, book: &state.book)
        state.grouping = try process?.encodedState() ?? Data()
        return [.commit(.init(state: state, summary: nil, lineage: Array(state.book.lineage[before...])))]
    }

    private func makeAssignment(_ agent: AgentID, _ number: Int, _ trains: Bool) -> Assignment {
        let offers = process?.offers(to: agent, round: number, book: state.book) ?? Offers([])
        var uses = offers.uses
        if !trains { uses.removeAll { $0.use == .candidate || $0.use == .probe } }
        if state.book.slot(.reference) != nil { uses.append((.reference, .reference)) }
        return Assignment(
            run: state.run, round: number, base: state.member(agent)?.lastCounted ?? 0, trains: trains,
            choosesHome: offers.choosesHome,
            offers: uses.compactMap { slot, use in
                state.book.slot(slot).map {
                    .init(slot: slot, version: $0.version, model: $0.model, parent: $0.parent, use: use)
                }
            },
            living: state.book.slots.map(\.id),
            globalSlot: recipe.isGlobal ? state.book.clusters.first?.id : state.book.slot(.reference)?.id)
    }

    /// All uploads that will count are there: fold them, or, after the last exchange, finish.
    private mutating func gatherUp(_ now: Double) -> [RunEffect] {
        guard let open else { return [] }
        self.open?.isFolding = true
        guard open.trains else { return close(open.number, [:], now) }
        let present = open.evidence.keys.sorted().compactMap { open.evidence[$0] }
        let parts = state.book.slots.map { slot in
            let contributors = present.filter { evidence in
                evidence.slots[slot.id]?.norm != nil && !state.book.quarantined.contains(evidence.agent)
                    && (slot.role == .reference || process?.counts(evidence.agent) ?? true)
            }
            return FoldJob.Part(
                slot: slot.id, model: slot.model, memory: slot.memory, contributors: contributors.map(\.agent),
                weights: contributors.map { Double($0.rows) })
        }
        return [.fold(FoldJob(round: open.number, parts: parts))]
    }

    private mutating func close(_ round: Int, _ slots: [SlotID: FoldedSlot], _ now: Double) -> [RunEffect] {
        guard let open, open.number == round, open.isFolding else { return [] }
        let present = open.evidence.keys.sorted().compactMap { open.evidence[$0] }
        let before = state.book.lineage.count
        for slot in slots.keys.sorted() {
            if let folded = slots[slot] { state.book.advance(slot, to: folded.model, memory: folded.memory) }
        }
        for evidence in present { state.rows[evidence.agent] = evidence.rowsOfReport }
        for index in state.members.indices where open.assignments[state.members[index].id] != nil {
            let id = state.members[index].id
            let arrived = open.evidence[id] != nil
            if arrived { state.members[index].lastCounted = round }
            state.members[index].absent = !arrived && !open.heard.contains(id)
        }
        if open.trains {
            let evidence = RoundEvidence(
                round: round, rounds: recipe.rounds, agents: present, meanNorms: slots.mapValues(\.norm))
            process?.review(evidence, book: &state.book)
        }
        do {
            state.grouping = try process?.encodedState() ?? Data()
        } catch {
            return end(.failed("the grouping's state cannot be stored: \(error)"), "\(error)")
        }
        state.round = round
        if !open.trains { state.phase = .finished }
        self.open = nil
        let summary = RoundSummary(
            round: round, present: present, lost: open.assignments.count - present.count, book: state.book)
        let commit = RunEffect.commit(
            .init(state: state, summary: summary, lineage: Array(state.book.lineage[before...])))
        return [commit] + (state.isOver ? [] : startRound(now))
    }
}

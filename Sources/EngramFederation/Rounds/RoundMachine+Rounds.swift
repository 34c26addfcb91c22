// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramLearning
import EngramTensors
import EngramWire
import Foundation

/// How a round is opened, gathered up and closed.
extension RoundMachine {
    mutating func begin(_ now: Double) -> [RunEffect] {
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
        if let model = recipe.external, model.file == nil {
            let why = "the model file that the run starts from is not there any more; start it again with --model FILE"
            return end(.failed(why), why)
        }
        // Who declares a later round waits on the roster: a restart must not depend on who has come back by then.
        let first = fitting.map(\.profile.joins).min() ?? 1
        state.members = fitting.filter { $0.profile.joins <= first }
        let waiting = fitting.filter { $0.profile.joins > first }
        state.waiting = waiting.isEmpty ? nil : waiting
        newcomers = [:]
        var effects = odd
        let network = recipe.network(for: lead)
        let exchange = Exchange(recipe, network: network)
        var blobs: [Digest: [UInt8]] = [:]
        var starts: [Int: Digest] = [:]
        func initial(_ number: Int) -> Digest {
            // Restricting a fresh model to its own layout's tensors cannot fail.
            let part = try? recipe.initialModel(network, number).selecting(exchange.shared)
            let bytes = exchange.blob(part?.values ?? [Float](repeating: 0, count: exchange.shared.count), [:])
                .safetensors(metadata: [:])
            let digest = Digest(of: bytes)
            blobs[digest] = bytes
            starts[number] = digest
            return digest
        }
        do {
            var book = ClusterBook()
            process = try recipe.grouping.started(state.members, book: &book, initial: initial)
            if recipe.external != nil, Set(starts.values).count < starts.count {
                let why =
                    "the grouping begins with several models, and this one's first values, shuffled, are the same again: "
                    + "draw them at random, or set grouping.warm_up to 1 or more"
                return effects + end(.failed(why), why)
            }
            if recipe.globalReference, !recipe.isGlobal { _ = book.open(.reference, model: initial(0)) }
            state.book = book
            state.grouping = try process?.encodedState() ?? Data()
            state.privacy = try newLedger()
            state.privacy?.follow(book)
        } catch {
            return effects + end(.failed("\(error)"), "\(error)")
        }
        state.phase = .training
        recipe.external = recipe.external?.detached
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
        let eligible = state.members.filter { !$0.absent }
        guard !eligible.isEmpty else {
            return effects + [.note("round \(number): no agent is there; waiting for one to connect")]
        }
        let plan = self.plan(number, eligible)
        open = OpenRound(number: number, plan: plan, deadline: now + recipe.deadline, trains: number <= recipe.rounds)
        // Work of an earlier round was sent then; who has lost it since gets it again when it connects.
        for agent in cohort where connected.contains(agent) {
            if let work = plan.assignments[agent], work.round == number { effects.append(.send(agent, work)) }
        }
        // Coins may have drawn nobody: the round is folded as it is, and others cannot tell.
        if cohort.isEmpty { return effects + gatherUp(now) }
        return effects + [.wake(at: now + recipe.deadline)]
    }

    /// Puts those who came meanwhile on the roster; stored before anything is sent, so that a restart opens the same round.
    private mutating func admitNewcomers(before number: Int) throws -> [RunEffect] {
        let due = newcomers.filter { $0.value.joins <= number }.merging(
            (state.waiting ?? []).filter { $0.profile.joins <= number }.map { ($0.id, $0.profile) }
        ) { now, _ in now }
        guard !due.isEmpty else { return [] }
        let before = state.book.lineage.count
        let fresh = due.keys.sorted().compactMap { id in due[id].map { Member(id: id, profile: $0, joined: number) } }
        for id in due.keys { newcomers[id] = nil }
        state.waiting?.removeAll { due[$0.id] != nil }
        if state.waiting?.isEmpty == true { state.waiting = nil }
        state.members = (state.members + fresh).sorted { $0.id < $1.id }
        process?.welcome(fresh, round: state.round, book: &state.book)
        state.grouping = try process?.encodedState() ?? Data()
        return [.commit(.init(state: state, summary: nil, lineage: Array(state.book.lineage[before...])))]
    }

    /// What an agent is asked to do, by the state as it is now.
    func makeAssignment(_ agent: AgentID, _ number: Int, _ trains: Bool) -> Assignment {
        let offers = process?.offers(to: agent, round: number, book: state.book) ?? Offers([])
        var uses = offers.uses
        // A step leads from whole models to whole models: who holds a part of them fetches it.
        let isWhole = submodel(for: agent) == nil
        if !trains { uses.removeAll { $0.use == .candidate || $0.use == .probe } }
        if state.book.slot(.reference) != nil { uses.append((.reference, .reference)) }
        return Assignment(
            run: state.run, round: number, base: state.member(agent)?.lastCounted ?? 0, trains: trains,
            choosesHome: offers.choosesHome, shares: offers.shares && trains, describes: offers.describes && trains,
            offers: uses.compactMap { slot, use in
                state.book.slot(slot).map {
                    .init(
                        slot: slot, version: $0.version, model: $0.model, parent: $0.parent, use: use,
                        clip: state.privacy?.model($0).clip, delta: isWhole ? $0.delta : nil)
                }
            },
            living: state.book.slots.map(\.id),
            globalSlot: recipe.isGlobal ? state.book.clusters.first?.id : state.book.slot(.reference)?.id)
    }

    /// All uploads that will count are there: fold them, or, after the last exchange, finish.
    mutating func gatherUp(_ now: Double) -> [RunEffect] {
        guard let open else { return [] }
        self.open?.isFolding = true
        guard open.trains else { return close(open.number, FoldResult(), now) }
        // Others may go on: what is under way in a buffered run counts in a later round.
        let late = open.isFull && open.plan.flights.isEmpty ? awaited : []
        let present = open.evidence.keys.sorted().compactMap { open.evidence[$0] }
        let audience = audience()
        let parts = state.book.slots.map { slot in
            let contributors = present.filter { evidence in
                evidence.slots[slot.id]?.norm != nil && !state.book.quarantined.contains(evidence.agent)
                    && (slot.role == .reference || process?.counts(evidence.agent) ?? true)
            }
            let ages = contributors.map { UpdateBuffer.weight(staleness: open.plan.staleness(of: $0.agent, in: open.number)) }
            return FoldJob.Part(
                slot: slot.id, model: slot.model, memory: slot.memory, contributors: contributors.map(\.agent),
                weights: contributors.map { Double($0.rows) }, ages: ages,
                population: slot.role == .reference
                    ? state.members.count : state.book.cluster(slot.id)?.members.count ?? contributors.count,
                release: release(of: slot, contributors, audience))
        }
        return late.map { .withdraw($0, round: open.number, reason: "round \(open.number) has the uploads that it needs") }
            + [.fold(FoldJob(round: open.number, parts: parts, mixing: mixing(of: present), submodels: submodels(of: present)))]
    }

    private func submodels(of present: [AgentEvidence]) -> [AgentID: Submodel] {
        var out: [AgentID: Submodel] = [:]
        for evidence in present { out[evidence.agent] = submodel(for: evidence.agent) }
        return out
    }

    /// At a deadline that came without enough uploads: work that lies with agents who are gone is given to others.
    mutating func relieve(_ now: Double) -> [RunEffect] {
        guard let held = open, recipe.order == .arrival, !held.plan.flights.isEmpty else { return [] }
        let gone = held.plan.flights.filter { held.evidence[$0.agent] == nil && !connected.contains($0.agent) }.map(\.agent)
        let eligible = state.members.filter { !$0.absent && !gone.contains($0.id) }
        guard !gone.isEmpty, !eligible.isEmpty else { return [] }
        for index in state.members.indices where gone.contains(state.members[index].id) { state.members[index].absent = true }
        state.flights = held.plan.flights.filter { !gone.contains($0.agent) }
        let plan = self.plan(held.number, eligible)
        open?.plan = plan
        return plan.flights.filter { held.plan.assignments[$0.agent] == nil && connected.contains($0.agent) }
            .map { .send($0.agent, $0.assignment) }
    }

    /// What a grouping needs whose models follow from each other.
    private func mixing(of present: [AgentEvidence]) -> FoldJob.Mixing? {
        guard let process, process.mixes, !present.isEmpty else { return nil }
        let entries = present.filter {
            $0.slots[$0.home]?.norm != nil && !state.book.quarantined.contains($0.agent) && process.counts($0.agent)
        }.map { evidence in
            MixingDesk.Entry(
                agent: evidence.agent, home: evidence.home, rows: Double(evidence.rows),
                shares: evidence.slots.compactMapValues(\.share))
        }
        return .init(process: process, vectors: state.vectors, entries: entries)
    }

    mutating func close(_ round: Int, _ result: FoldResult, _ now: Double) -> [RunEffect] {
        guard let open, open.number == round, open.isFolding else { return [] }
        let slots = result.slots
        if let vectors = result.vectors { state.vectors = vectors }
        let present = open.evidence.keys.sorted().compactMap { open.evidence[$0] }
        let before = state.book.lineage.count
        for slot in slots.keys.sorted() {
            if let folded = slots[slot] { state.book.advance(slot, to: folded) }
        }
        for evidence in present { state.rows[evidence.agent] = evidence.rowsOfReport }
        for index in state.members.indices where open.assignments[state.members[index].id] != nil {
            let id = state.members[index].id
            let arrived = open.evidence[id] != nil
            if arrived, let work = open.assignments[id] { state.members[index].lastCounted = work.round }
            if let figures = open.evidence[id].flatMap({ $0.slots[$0.home]?.validation }), figures.count > 0 {
                state.members[index].lastLoss = figures.loss
            }
            // A round that closed because it was full says nothing about those it did not wait for.
            let missed = !arrived && !open.heard.contains(id) && !open.isFull
            state.members[index].absent = missed && (open.plan.flights.isEmpty || !connected.contains(id))
        }
        keepFlights(of: open)
        let joules = self.joules(of: open)
        let audience = audience()
        let released = released(present, audience)
        if open.trains, !present.isEmpty {
            let evidence = RoundEvidence(
                round: round, rounds: recipe.rounds, agents: present, meanNorms: slots.mapValues(\.norm), table: result.table)
            process?.review(evidence, book: &state.book)
        }
        do {
            state.grouping = try process?.encodedState() ?? Data()
        } catch {
            return end(.failed("the grouping's state cannot be stored: \(error)"), "\(error)")
        }
        account(for: open, audience, result, released: released)
        state.round = round
        if !open.trains { state.phase = .finished }
        self.open = nil
        var summary = RoundSummary(
            round: round, present: present, lost: open.lost, book: state.book)
        summary.declaredSeconds = open.plan.seconds
        summary.energyJoules = joules
        if !open.plan.flights.isEmpty, !present.isEmpty {
            let ages = present.map { Double(open.plan.staleness(of: $0.agent, in: round)) }
            summary.staleness = ages.reduce(0, +) / Double(ages.count)
        }
        summary.epsilon = epsilon
        let commit = RunEffect.commit(
            .init(state: state, summary: summary, lineage: Array(state.book.lineage[before...])))
        return [commit] + (state.isOver ? [] : startRound(now))
    }

    /// What is under way stays so, but for what was folded, or asked for in vain; the last exchange needs nothing of it.
    private mutating func keepFlights(of open: OpenRound) {
        if let seconds = open.plan.seconds { state.clock = (state.clock ?? 0) + seconds }
        let absent = Set(state.members.filter(\.absent).map(\.id))
        let left = open.plan.flights.filter { flight in
            open.evidence[flight.agent] == nil && !absent.contains(flight.agent)
                && !(recipe.order == .declared && open.assignments[flight.agent] != nil)
        }
        state.flights = left.isEmpty || open.number >= recipe.rounds ? nil : left
    }
}

extension RoundMachine.OpenRound {
    /// Agents whose work came to nothing.
    fileprivate var lost: Int {
        plan.flights.isEmpty ? assignments.count + plan.passed - evidence.count : isFull ? 0 : plan.goal - evidence.count
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

/// Who is asked in a round, and which uploads close it: follows from the stored state alone, so that a restart comes to the same.
struct RoundPlan: Sendable {
    /// Those who are asked.
    var assignments: [AgentID: Assignment]
    /// So many uploads close the round.
    var goal: Int
    /// What everybody's work takes who works in this round, by declaration: those included who work in vain, because in declared order they
    /// are too late. These are not asked: what they would send is not used.
    var prices: [AgentID: RoundPrice] = [:]
    /// Of a buffered run, all work that is under way.
    var flights: [Flight] = []
    /// How long the round lasts by declaration, in declared order.
    var seconds: Double?

    /// Agents that work in vain.
    var passed: Int { flights.isEmpty ? max(0, prices.count - assignments.count) : 0 }

    func staleness(of agent: AgentID, in round: Int) -> Int {
        flights.first { $0.agent == agent }.map { round - $0.since } ?? 0
    }
}

extension RoundMachine {
    /// What a round is to be, for those members who may take part.
    func plan(_ number: Int, _ eligible: [Member]) -> RoundPlan {
        guard number <= recipe.rounds else {
            return RoundPlan(assignments: assignments(eligible.map(\.id), number), goal: eligible.count)
        }
        let outlook = RoundOutlook(round: number, workload: workload)
        var generator = cohortGenerator(number)
        if let buffer = recipe.cohort.buffer { return plan(number, eligible, buffer, outlook, &generator) }
        let selection = recipe.cohort.select(from: eligible, outlook, using: &generator)
        var prices: [AgentID: RoundPrice] = [:]
        let asked = Set(selection.agents)
        for member in eligible where asked.contains(member.id) {
            prices[member.id] = outlook.workload.price(for: member, to: selection.edges[member.id] ?? 0)
        }
        guard recipe.order == .declared else {
            return RoundPlan(assignments: assignments(selection.agents, number), goal: selection.goal, prices: prices)
        }
        // Nobody is really late here: who would be is not asked at all, and the others are waited for in any order.
        let ranked = prices.map { (id: $0.key, seconds: $0.value.seconds) }.sorted { ($0.seconds, $0.id) < ($1.seconds, $1.id) }
        let timely = min(selection.goal, ranked.count { $0.seconds <= recipe.deadline })
        let counted = ranked.prefix(max(timely, min(ranked.count, Self.needed(recipe.quorum, of: selection.goal))))
        let last = counted.last?.seconds ?? 0
        return RoundPlan(
            assignments: assignments(counted.map(\.id), number), goal: counted.count, prices: prices,
            seconds: counted.count >= selection.goal ? last : max(last, recipe.deadline))
    }

    private var workload: Workload {
        guard let exchange else { return Workload(epochs: recipe.optimiser.epochs, bits: 0) }
        let recipe = recipe
        return Workload(epochs: recipe.optimiser.epochs, bits: 32 * Double(exchange.uploadCount)) { profile in
            let held = recipe.submodel(for: profile, of: exchange)?.part.count ?? exchange.uploadCount
            return Double(held) / Double(max(1, exchange.uploadCount))
        }
    }

    /// A round of a buffered run: idle agents get work, as many as may; K of those at work will be folded.
    ///
    /// In declared order it is known which K: only these are asked, with the models of the round in which they began, so the round is an
    /// ordinary one. In order of arrival all are at work, and the first K count.
    private func plan(
        _ number: Int, _ eligible: [Member], _ buffer: UpdateBuffer, _ outlook: RoundOutlook, _ generator: inout SeededGenerator
    ) -> RoundPlan {
        let clock = state.clock ?? 0
        var plan = RoundPlan(assignments: [:], goal: 0)
        plan.flights = (state.flights ?? []).filter { number - $0.since <= buffer.oldest }
        let busy = Set(plan.flights.map(\.agent))
        let idle = eligible.filter { !busy.contains($0.id) }
        for place in generator.permutation(idle.count).prefix(max(0, buffer.concurrency - plan.flights.count)) {
            let member = idle[place]
            plan.flights.append(
                Flight(
                    agent: member.id, since: number, due: clock + outlook.workload.price(for: member).seconds,
                    assignment: makeAssignment(member.id, number, true)))
        }
        plan.flights.sort { $0.agent < $1.agent }
        plan.goal = min(buffer.goal, plan.flights.count)
        for flight in plan.flights {
            if let member = state.member(flight.agent) { plan.prices[flight.agent] = outlook.workload.price(for: member) }
            plan.assignments[flight.agent] = flight.assignment
        }
        guard recipe.order == .declared else { return plan }
        let first = plan.flights.sorted { ($0.due, $0.agent) < ($1.due, $1.agent) }.prefix(plan.goal)
        let living = state.book.slots.map(\.id)
        plan.assignments = Dictionary(
            first.map { ($0.agent, $0.assignment.asked(in: number, living: living)) }, uniquingKeysWith: { one, _ in one })
        plan.seconds = max(0, (first.last?.due ?? clock) - clock)
        return plan
    }

    private func assignments(_ agents: [AgentID], _ number: Int) -> [AgentID: Assignment] {
        let trains = number <= recipe.rounds
        var assignments = Dictionary(
            agents.map { ($0, makeAssignment($0, number, trains)) }, uniquingKeysWith: { first, _ in first })
        // Priors are made of others' figures: where there is privacy, they would have to be paid for.
        guard !trains, recipe.privacy is NoPrivacy else { return assignments }
        let priors = GatePriors(state)
        var known: [Int: [Row: GatePrior]?] = [:]
        for id in assignments.keys {
            let rows = state.member(id)?.profile.train ?? 0
            let own = known[rows] ?? priors[rows: rows]
            known[rows] = own
            assignments[id]?.priors = own
        }
        return assignments
    }

    /// Uploads without which a round does not close.
    static func needed(_ quorum: Double, of goal: Int) -> Int { max(1, Int((quorum * Double(goal)).rounded(.up))) }

    /// What a round took by declaration: energy when somebody declares a device, of everybody who worked for it.
    func joules(of open: OpenRound) -> Double? {
        guard open.trains, state.members.contains(where: { $0.profile.circumstances?.device != nil }) else { return nil }
        let workers = open.plan.flights.isEmpty ? open.plan.prices.keys.sorted() : open.evidence.keys.sorted()
        return workers.reduce(0.0) { $0 + (open.plan.prices[$1]?.joules ?? 0) }
    }
}

extension Assignment {
    /// The same work, asked for in a later round.
    fileprivate func asked(in round: Int, living: [SlotID]) -> Assignment {
        Assignment(
            run: run, round: round, base: base, trains: trains, choosesHome: choosesHome, shares: shares, describes: describes,
            offers: offers, living: living, globalSlot: globalSlot)
    }
}

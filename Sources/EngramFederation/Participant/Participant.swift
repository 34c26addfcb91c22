// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors
package import EngramWire

/// One agent's part of the method: models in, an update and a new memory out. Pure: the same in `simulate` and in a real agent.
package struct Participant: Sendable {
    package let id: AgentID
    package let recipe: Recipe
    package let shard: Shard
    package let network: Network
    /// What travels.
    package let exchange: Exchange
    let majority: MajorityAnswer
    /// Nil for honest agents.
    let attacker: Attacker?
    /// What the noise of local privacy follows from; nobody else knows it.
    let secret: UInt64?

    /// `learner` is who computes and trains the recipe's external model, if it has one.
    package init(
        id: AgentID, recipe: Recipe, shard: Shard, attacker: Attacker? = nil, secret: UInt64? = nil, learner: (any Learner)? = nil
    ) {
        let shard = attacker?.attack.poisoned(shard) ?? shard
        self.id = id
        self.recipe = recipe
        self.shard = shard
        self.attacker = attacker
        self.secret = secret
        network = recipe.network(recipe.ownSpec(for: AgentProfile(shard)), learner)
        exchange = Exchange(recipe, network: network)
        majority = MajorityAnswer(shard)
    }

    /// The same agent with the rows that it has in a round.
    private init(_ whole: Participant, in round: Int) {
        id = whole.id
        recipe = whole.recipe
        shard = whole.shard.present(in: round)
        attacker = whole.attacker
        secret = whole.secret
        network = whole.network
        exchange = whole.exchange
        majority = MajorityAnswer(shard)
    }

    /// What comes out of a round.
    package struct Outcome: Sendable {
        package let upload: Parcel
        package let memory: AgentMemory
        /// The answer that the gate chose; nil for the majority answer, which has no parameters.
        package let deployed: Answer?
        package let rows: ReportRows
    }

    /// What the agent says of itself.
    package var profile: AgentProfile { AgentProfile(shard, hasTrainer: network.learner != nil) }

    var shared: ParameterLayout { exchange.shared }

    /// Does what is asked, given the content of every offered slot (`exchange.layout`) and the memory of the round that the assignment builds on.
    package func perform(
        _ assignment: Assignment, models: [SlotID: ParameterSet], memory: AgentMemory?
    ) throws(ParticipantError) -> Outcome {
        if shard.lives != nil {
            // A stream: in this round the agent has these rows, and no others.
            return try Participant(self, in: assignment.round).perform(assignment, models: models, memory: memory)
        }
        let past = memory ?? AgentMemory(run: assignment.run, round: 0)
        guard past.run == assignment.run, past.round == assignment.base else {
            throw .wrongMemory(held: past.round, wanted: assignment.base)
        }
        network.learner?.begin(round: assignment.round)
        let offers = try receive(assignment, models, past)
        let received = offers.mapValues(\.model)
        let home = try chooseHome(assignment, received)
        var homeStep = step(assignment, home, offers, past)
        if !shard.train.isEmpty { recipe.training.arrive(&homeStep) }
        // Made anew only until there is a trained one: a seeded model takes longer to draw than a small round to run.
        let local = recipe.localReference ? past.local ?? initialModel() : nil

        var parcel = Parcel()
        parcel.scalars["rows"] = Double(shard.train.count)
        parcel.scalars["home/\(home)"] = 1
        describe(assignment, received, home: home, in: &parcel)
        let candidates = deployable(
            received: received, step: homeStep, local: local, global: assignment.globalSlot)
        var gate = Gate(
            shard: shard, network: network, majority: majority, answers: candidates, priors: assignment.priors,
            tallies: recipe.tallies(assignment))
        // What is made in the end only has gained nothing before; and before its first training nobody has anything.
        if assignment.trains, recipe.training.answersLast { gate.rows.gains?[.personal] = nil }
        if past.round == 0 { gate.rows.gains = nil }
        gate.rows.write(to: &parcel)

        var next = past
        next.round = assignment.round
        if assignment.shares { describeShares(assignment, received, in: &parcel) }
        if assignment.describes {
            let descriptor = recipe.grouping.descriptor(shard, network: network)
            let sent = try disguised(descriptor, as: .descriptor, assignment) ?? descriptor
            parcel.tensors.append(UpdateCodec.exact.pack(sent, name: "descriptor"))
        }
        if assignment.trains {
            for offer in assignment.offers {
                if offer.slot == home {
                    try train(homeStep, offer, assignment, isHome: true, past: past, next: &next, parcel: &parcel)
                } else if offer.use == .candidate || offer.use == .reference {
                    var other = step(assignment, offer.slot, offers, past)
                    if !shard.train.isEmpty { recipe.training.arrive(&other) }
                    try train(other, offer, assignment, isHome: false, past: past, next: &next, parcel: &parcel)
                }
            }
            next.forget(allBut: Set(assignment.living))
            if var own = local, !isIdle {
                _ = trainAlone(&own, round: assignment.round)
                // A reference that diverges is no reason to leave the run: it stays what it was.
                if Kernels.isFinite(own.values) { next.local = own }
            }
            guard next.isFinite else { throw .personalDiverged }
        }
        if let failure = network.learner?.failure { throw .learnerFailed(failure) }
        return Outcome(
            upload: parcel, memory: next, deployed: gate.rows.chosen == .majority ? nil : candidates[gate.rows.chosen],
            rows: gate.rows)
    }

    // MARK: Models

    private func receive(
        _ assignment: Assignment, _ models: [SlotID: ParameterSet], _ past: AgentMemory
    ) throws(ParticipantError) -> [SlotID: LocalStep.Received] {
        var out: [SlotID: LocalStep.Received] = [:]
        let own = assignment.offers.first { $0.use == .home }?.slot
        for offer in assignment.offers {
            guard let blob = models[offer.slot] else { throw .missingModel(offer.slot) }
            guard let parts = exchange.parts(of: blob) else { throw .wrongModel(offer.slot) }
            out[offer.slot] = LocalStep.Received(
                model: try complete(parts.model, for: offer, home: own, from: past), statistics: parts.statistics, use: offer.use)
        }
        return out
    }

    func initialModel() -> ParameterSet { recipe.initialModel(network, 0) }

    /// The received shared part, completed by this agent's private tensors: those that it trained with this slot or its parent, else with
    /// its home or a former one (a stranger's model is judged, and a move made, with the head that the agent has), else the initial ones.
    private func complete(
        _ model: ParameterSet, for offer: Assignment.Offer, home: SlotID?, from past: AgentMemory
    ) throws(ParticipantError) -> ParameterSet {
        if shared.count == network.layout.count { return model }
        let former = past.personal.keys.filter { $0 != .reference }.max()
        var whole =
            [offer.slot, offer.parent, home, former].lazy.compactMap { $0.flatMap { past.personal[$0] } }.first ?? initialModel()
        do {
            try whole.replace(with: model)
        } catch {
            throw .wrongModel(offer.slot)
        }
        return whole
    }

    private func chooseHome(_ assignment: Assignment, _ received: [SlotID: ParameterSet]) throws(ParticipantError) -> SlotID {
        let homes = assignment.offers.filter { $0.use == .home }.map(\.slot)
        guard let first = homes.first else { throw .noHome }
        guard assignment.choosesHome, homes.count > 1 else { return first }
        // By training loss, never by test rows; ties go to the first.
        var best = (slot: first, loss: Double.infinity)
        for slot in homes {
            guard let model = received[slot] else { continue }
            let loss = network.evaluate(model, shard.data, rows: shard.train).loss
            if loss < best.loss { best = (slot, loss) }
        }
        return best.slot
    }

    private func deployable(
        received: [SlotID: ParameterSet], step: LocalStep, local: ParameterSet?, global: SlotID?
    ) -> [Row: Answer] {
        var answers: [Row: Answer] = [:]
        answers[.cluster] = Answer(step.received)
        answers[.personal] = Answer(step.answer ?? step.personal ?? step.received, neighbours: step.neighbours)
        answers[.global] = global.flatMap { received[$0] }.map { Answer($0) }
        answers[.local] = local.map { Answer($0) }
        return answers
    }
}

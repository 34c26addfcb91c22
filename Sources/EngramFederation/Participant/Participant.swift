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
    private let majority: MajorityAnswer
    /// Nil for honest agents.
    private let attacker: Attacker?
    /// What the noise of local privacy follows from; nobody else knows it.
    let secret: UInt64?

    package init(id: AgentID, recipe: Recipe, shard: Shard, attacker: Attacker? = nil, secret: UInt64? = nil) {
        let shard = attacker?.attack.poisoned(shard) ?? shard
        self.id = id
        self.recipe = recipe
        self.shard = shard
        self.attacker = attacker
        self.secret = secret
        network = Network(recipe.ownSpec(for: AgentProfile(shard)))
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

    private var shared: ParameterLayout { exchange.shared }

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
        let losses = validationLosses(received[home])
        for offer in assignment.offers {
            guard let model = received[offer.slot] else { continue }
            describe(
                offer.slot, model, losses: offer.slot == home ? losses : validationLosses(model), against: losses, in: &parcel)
        }
        let candidates = deployable(
            received: received, step: homeStep, local: local, global: assignment.globalSlot)
        var gate = Gate(
            shard: shard, network: network, majority: majority, answers: candidates, priors: assignment.priors)
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
                next.local = own
            }
        }
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

    private func initialModel() -> ParameterSet { recipe.initialModel(network, 0) }

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

    // MARK: Training

    /// Nothing to train with: the models stay as they are, and nothing becomes personal.
    private var isIdle: Bool { shard.train.isEmpty || (recipe.optimiser.epochs == 0 && recipe.training.sendsUpdates) }

    private func generator(_ round: Int) -> SeededGenerator { Self.generator(recipe, id, round) }

    /// What decides the order of an agent's batches in a round.
    static func generator(_ recipe: Recipe, _ id: AgentID, _ round: Int) -> SeededGenerator {
        SeededGenerator(seed: UInt64(bitPattern: Int64(recipe.seed)), "train", id.rawValue, String(round))
    }

    private func step(
        _ assignment: Assignment, _ slot: SlotID, _ offers: [SlotID: LocalStep.Received], _ past: AgentMemory
    ) -> LocalStep {
        // The personal part of a new slot starts as the one for its parent.
        let parent = assignment.offers.first { $0.slot == slot }?.parent
        var step = LocalStep(
            trainer: Trainer(network, recipe.optimiser), shard: shard, rows: shard.train, round: assignment.round,
            rounds: recipe.rounds, rate: recipe.optimiser.rate(round: assignment.round), slot: slot, offers: offers,
            received: offers[slot]?.model ?? ParameterSet(zeros: network.layout),
            personal: past.personal[slot] ?? parent.flatMap { past.personal[$0] }, generator: generator(assignment.round),
            seed: UInt64(bitPattern: Int64(recipe.seed)))
        step.memory = past.vectors[slot] ?? parent.flatMap { past.vectors[$0] } ?? [:]
        return step
    }

    /// The model that never meets another agent.
    private func trainAlone(_ model: inout ParameterSet, round: Int) -> Double {
        var draws = generator(round)
        return Trainer(network, recipe.optimiser).train(
            &model, on: shard.data, rows: shard.train, rate: recipe.optimiser.rate(round: round), using: &draws
        ).loss
    }

    private func train(
        _ arrived: LocalStep, _ offer: Assignment.Offer, _ assignment: Assignment, isHome: Bool, past: AgentMemory,
        next: inout AgentMemory, parcel: inout Parcel
    ) throws(ParticipantError) {
        var step = arrived
        if !isIdle { recipe.training.train(&step) }
        guard Kernels.isFinite(step.model.values) else { throw .diverged(offer.slot) }
        next.personal[offer.slot] = step.personal
        next.vectors[offer.slot] = step.memory.isEmpty ? nil : step.memory
        let made = Kernels.subtract(try part(step.model).values, try part(step.received).values)
        var update = try disguised(made, as: .update, assignment, offer) ?? made
        if let attacker, attacker.attack.spoilsUpdates {
            update = try spoilt(made, by: attacker, step: arrived, isGlobal: offer.slot == assignment.globalSlot)
        }
        if let clip = offer.clip { parcel.scalars["slot/\(offer.slot)/within"] = Kernels.norm(made) <= clip ? 1 : 0 }
        parcel.scalars["slot/\(offer.slot)/train_loss"] =
            step.loss < Evaluation.divergedLoss ? step.loss : Evaluation.divergedLoss
        parcel.scalars["slot/\(offer.slot)/norm"] = Kernels.norm(update)
        if isHome {
            let values = try signature(of: made, sent: update, assignment, offer)
            parcel.tensors.append(UpdateCodec.exact.pack(values, name: "signature"))
        }
        for statistic in exchange.statistics {
            let own = step.sent[statistic.name] ?? [Float](repeating: 0, count: statistic.count)
            let values = try disguised(own, as: .statistic, assignment, offer, name: statistic.name) ?? own
            guard values.count == statistic.count, Kernels.isFinite(values) else { throw .diverged(offer.slot) }
            parcel.tensors.append(UpdateCodec.exact.pack(values, name: statistic.upload(offer.slot)))
        }
        if recipe.training.sendsUpdates { pack(update, offer, isHome: isHome, past, &next, &parcel) }
    }

    /// The vector by which the coordinator compares agents: of what is sent, unless privacy has one of its own.
    private func signature(
        of made: [Float], sent: [Float], _ assignment: Assignment, _ offer: Assignment.Offer
    ) throws(ParticipantError) -> [Float] {
        func projected(_ update: [Float]) -> [Float] {
            Signature(update: update, size: recipe.signatureSize, seed: UInt64(bitPattern: Int64(recipe.seed))).values
        }
        let isHonest = attacker?.attack.spoilsUpdates != true
        return try isHonest ? disguised(projected(made), as: .signature, assignment, offer) ?? projected(sent) : projected(sent)
    }

    func part(_ model: ParameterSet) throws(ParticipantError) -> ParameterSet {
        if shared.count == network.layout.count { return model }
        do {
            return try model.selecting(shared)
        } catch {
            throw .wrongModel(.reference)
        }
    }

    /// Encodes an update; with error feedback, what was left out before goes in and what is left out now is kept (Stich et al. 2018).
    private func pack(
        _ update: [Float], _ offer: Assignment.Offer, isHome: Bool, _ past: AgentMemory, _ next: inout AgentMemory,
        _ parcel: inout Parcel
    ) {
        let name = "update/\(offer.slot)"
        var draws = CodecDraws(
            seed: UInt64(bitPattern: Int64(recipe.seed)), shared: [String(next.round), offer.slot.rawValue], own: id.rawValue)
        guard recipe.errorFeedback, !recipe.codec.isExact else {
            parcel.tensors.append(recipe.codec.pack(update, name: name, feedback: false, using: &draws))
            return
        }
        var whole = update
        var source = [offer.slot, offer.parent].lazy.compactMap { $0 }.first { past.residual[$0] != nil }
        if source == nil, isHome {
            // The agent has moved: what it still owes goes to its new cluster, once.
            source = past.residual.keys.filter { $0 != .reference }.max()
            if let source { next.residual[source] = nil }
        }
        if let left = source.flatMap({ past.residual[$0] }), left.count == whole.count { Kernels.axpy(1, left, into: &whole) }
        let packed = recipe.codec.pack(whole, name: name, feedback: true, using: &draws)
        // Taken against what was really sent, or the error would not be the error.
        if let sent = try? packed.unpacked() { next.residual[offer.slot] = Kernels.subtract(whole, sent) }
        parcel.tensors.append(packed)
    }

    // MARK: Evidence

    /// For which share of the training rows each offered home or probe has the least loss; ties go to the first.
    private func describeShares(_ assignment: Assignment, _ received: [SlotID: ParameterSet], in parcel: inout Parcel) {
        let slots = assignment.offers.filter { $0.use == .home || $0.use == .probe }.map(\.slot)
        guard
            let shares = RowShares(slots.compactMap { received[$0] }, network: network, data: shard.data, rows: shard.train)
        else { return }
        for (slot, share) in zip(slots, shares.values) { parcel.scalars["slot/\(slot)/share"] = share }
    }

    private func validationLosses(_ model: ParameterSet?) -> [Double] {
        model.map { network.losses($0, shard.data, rows: shard.validation) } ?? []
    }

    /// A slot's figures on the validation rows, and its gain over the home row by row.
    private func describe(
        _ slot: SlotID, _ model: ParameterSet, losses: [Double], against home: [Double], in parcel: inout Parcel
    ) {
        let figures = network.evaluate(model, shard.data, rows: shard.validation)
        let gains = zip(home, losses).map { $0 - $1 }
        let mean = gains.isEmpty ? 0 : gains.reduce(0, +) / Double(gains.count)
        let squares = gains.reduce(0.0) { (sum: Double, gain: Double) in sum + (gain - mean) * (gain - mean) }
        let prefix = "slot/\(slot)"
        parcel.scalars["\(prefix)/validation_rows"] = Double(figures.count)
        parcel.scalars["\(prefix)/validation_loss"] = figures.loss
        parcel.scalars["\(prefix)/validation_metric"] = figures.metric
        parcel.scalars["\(prefix)/gain"] = mean
        parcel.scalars["\(prefix)/gain_deviation"] = gains.count > 1 ? (squares / Double(gains.count - 1)).squareRoot() : 0
    }
}

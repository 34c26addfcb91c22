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
    /// The tensors that travel.
    package let shared: ParameterLayout
    private let majority: MajorityAnswer

    package init(id: AgentID, recipe: Recipe, shard: Shard) {
        self.id = id
        self.recipe = recipe
        self.shard = shard
        network = Network(recipe.modelSpec(for: AgentProfile(shard)))
        shared = recipe.sharing.shared(of: network)
        majority = MajorityAnswer(shard)
    }

    /// What comes out of a round.
    package struct Outcome: Sendable {
        package let upload: Parcel
        package let memory: AgentMemory
        /// The model that the gate chose; nil for the majority answer, which has no parameters.
        package let deployed: ParameterSet?
        package let rows: ReportRows
    }

    /// Does what is asked, given the shared tensors of every offered slot and the memory of the round that the assignment builds on.
    package func perform(
        _ assignment: Assignment, models: [SlotID: ParameterSet], memory: AgentMemory?
    ) throws(ParticipantError) -> Outcome {
        let past = memory ?? AgentMemory(run: assignment.run, round: 0)
        guard past.run == assignment.run, past.round == assignment.base else {
            throw .wrongMemory(held: past.round, wanted: assignment.base)
        }
        var received: [SlotID: ParameterSet] = [:]
        let own = assignment.offers.first { $0.use == .home }?.slot
        for offer in assignment.offers {
            guard let model = models[offer.slot] else { throw .missingModel(offer.slot) }
            received[offer.slot] = try complete(model, for: offer, home: own, from: past)
        }
        let home = try chooseHome(assignment, received)
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
            home: home, received: received, personal: personalModel(home, assignment, past), local: local,
            global: assignment.globalSlot)
        let gate = Gate(shard: shard, network: network, majority: majority, models: candidates)
        gate.rows.write(to: &parcel)

        var next = past
        next.round = assignment.round
        if assignment.trains {
            try train(assignment, home: home, received: received, past: past, next: &next, parcel: &parcel)
            if var own = local {
                let alone = step(for: own, personal: nil, round: assignment.round)
                if !alone.isIdle {
                    _ = alone.pass(&own)
                    next.local = own
                }
            }
        }
        return Outcome(
            upload: parcel, memory: next, deployed: gate.rows.chosen == .majority ? nil : candidates[gate.rows.chosen],
            rows: gate.rows)
    }

    // MARK: Models

    private func initialModel() -> ParameterSet { recipe.initialModel(network, 0) }

    /// The received shared part, completed by this agent's private tensors: those that it trained with this slot or its parent, else with
    /// its home or a former one (a stranger's model is judged, and a move made, with the head that the agent has), else the initial ones.
    private func complete(
        _ model: ParameterSet, for offer: Assignment.Offer, home: SlotID?, from past: AgentMemory
    ) throws(ParticipantError) -> ParameterSet {
        guard model.layout == shared else { throw .wrongModel(offer.slot) }
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

    /// The personal model as kept from the last counted round; the received model before there is one.
    private func personalModel(_ home: SlotID, _ assignment: Assignment, _ past: AgentMemory) -> ParameterSet? {
        past.personal[home] ?? assignment.offers.first { $0.slot == home }?.parent.flatMap { past.personal[$0] }
    }

    private func deployable(
        home: SlotID, received: [SlotID: ParameterSet], personal: ParameterSet?, local: ParameterSet?, global: SlotID?
    ) -> [Row: ParameterSet] {
        var models: [Row: ParameterSet] = [:]
        models[.cluster] = received[home]
        models[.personal] = personal ?? received[home]
        models[.global] = global.flatMap { received[$0] }
        models[.local] = local
        return models
    }

    // MARK: Training

    private func step(for model: ParameterSet, personal: ParameterSet?, round: Int) -> LocalStep {
        LocalStep(
            trainer: Trainer(network, recipe.optimiser), data: shard.data, rows: shard.train,
            rate: recipe.optimiser.rate(round: round),
            received: model, model: model, personal: personal,
            generator: SeededGenerator(seed: UInt64(bitPattern: Int64(recipe.seed)), "train", id.rawValue, String(round)))
    }

    private func train(
        _ assignment: Assignment, home: SlotID, received: [SlotID: ParameterSet], past: AgentMemory, next: inout AgentMemory,
        parcel: inout Parcel
    ) throws(ParticipantError) {
        for offer in assignment.offers {
            let trained = offer.slot == home || offer.use == .candidate || offer.use == .reference
            guard trained, let model = received[offer.slot] else { continue }
            let kept = past.personal[offer.slot] ?? offer.parent.flatMap { past.personal[$0] }
            var step = step(for: model, personal: kept, round: assignment.round)
            if !step.isIdle { recipe.training.train(&step) }
            guard Kernels.isFinite(step.model.values) else { throw .diverged(offer.slot) }
            next.personal[offer.slot] = step.personal
            let update = Kernels.subtract(try part(step.model).values, try part(model).values)
            parcel.scalars["slot/\(offer.slot)/train_loss"] =
                step.loss < Evaluation.divergedLoss ? step.loss : Evaluation.divergedLoss
            parcel.scalars["slot/\(offer.slot)/norm"] = Kernels.norm(update)
            if offer.slot == home {
                let signature = Signature(
                    update: update, size: recipe.signatureSize, seed: UInt64(bitPattern: Int64(recipe.seed)))
                parcel.tensors.append(UpdateCodec.exact.pack(signature.values, name: "signature"))
            }
            pack(update, offer, past, &next, &parcel)
        }
        let living = Set(assignment.living)
        next.personal = next.personal.filter { living.contains($0.key) }
        next.residual = next.residual.filter { living.contains($0.key) }
    }

    private func part(_ model: ParameterSet) throws(ParticipantError) -> ParameterSet {
        if shared.count == network.layout.count { return model }
        do {
            return try model.selecting(shared)
        } catch {
            throw .wrongModel(.reference)
        }
    }

    /// Encodes an update; with error feedback, what was left out before goes in and what is left out now is kept (Stich et al. 2018).
    private func pack(
        _ update: [Float], _ offer: Assignment.Offer, _ past: AgentMemory, _ next: inout AgentMemory, _ parcel: inout Parcel
    ) {
        let name = "update/\(offer.slot)"
        guard recipe.errorFeedback, !recipe.codec.isExact else {
            parcel.tensors.append(recipe.codec.pack(update, name: name))
            return
        }
        var whole = update
        if let left = past.residual[offer.slot] ?? offer.parent.flatMap({ past.residual[$0] }), left.count == whole.count {
            Kernels.axpy(1, left, into: &whole)
        }
        let packed = recipe.codec.pack(whole, name: name)
        // Taken against what was really sent, or the error would not be the error.
        if let sent = try? packed.unpacked() { next.residual[offer.slot] = Kernels.subtract(whole, sent) }
        parcel.tensors.append(packed)
    }

    // MARK: Evidence

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

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

/// What an agent trains, and what of it goes into an upload.
extension Participant {
    /// Nothing to train with: the models stay as they are, and nothing becomes personal.
    var isIdle: Bool { shard.train.isEmpty || (recipe.optimiser.epochs == 0 && recipe.training.sendsUpdates) }

    func generator(_ round: Int) -> SeededGenerator { Self.generator(recipe, id, round) }

    /// What decides the order of an agent's batches in a round.
    static func generator(_ recipe: Recipe, _ id: AgentID, _ round: Int) -> SeededGenerator {
        SeededGenerator(seed: UInt64(bitPattern: Int64(recipe.seed)), "train", id.rawValue, String(round))
    }

    func step(
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
    func trainAlone(_ model: inout ParameterSet, round: Int) -> Double {
        var draws = generator(round)
        return Trainer(network, recipe.optimiser).train(
            &model, on: shard.data, rows: shard.train, rate: recipe.optimiser.rate(round: round), using: &draws
        ).loss
    }

    func train(
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
}

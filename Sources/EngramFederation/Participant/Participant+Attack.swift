// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire

extension Participant {
    /// What a hostile agent sends in place of an update of the slot.
    func spoilt(_ own: [Float], by attacker: Attacker, step: LocalStep, isGlobal: Bool) throws(ParticipantError) -> [Float] {
        var pooled: [[Float]] = []
        if attacker.attack.colludes {
            for companion in attacker.companions(of: shard, isGlobal: isGlobal) {
                pooled.append(try honestUpdate(of: companion.id, companion.shard.present(in: step.round), step))
            }
        }
        var generator = SeededGenerator(
            seed: UInt64(bitPattern: Int64(recipe.seed)), "attack", id.rawValue, String(step.round), step.slot.rawValue)
        let update = attacker.attack.spoilt(AttackScene(own: own, pooled: pooled), using: &generator)
        guard Kernels.isFinite(update) else { throw .diverged(step.slot) }
        return update
    }

    /// What an accomplice would send for the model that this agent received, as one that remembers nothing of earlier rounds: exact for
    /// methods without memory, the best that can be known of the others.
    private func honestUpdate(
        of companion: AgentID, _ shard: Shard, _ step: LocalStep
    ) throws(ParticipantError) -> [Float] {
        var copy = LocalStep(
            trainer: step.trainer, shard: shard, rows: shard.train, round: step.round, rounds: step.rounds,
            rate: step.rate, slot: step.slot, offers: step.offers, received: step.received, personal: nil,
            generator: Self.generator(recipe, companion, step.round), seed: step.seed)
        if !shard.train.isEmpty {
            recipe.training.arrive(&copy)
            recipe.training.train(&copy)
        }
        return Kernels.subtract(try part(copy.model).values, try part(copy.received).values)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

/// The coordinator's half of compression in both directions: what agents are told of how far a model moved.
///
/// DoubleSqueeze (Tang et al. 2019) and sparse ternary compression (Sattler et al. 2019): what the codec leaves out of a step is added to
/// the slot's next one, so the steps told and the residual always add up to the steps made. Both papers code one gradient; here it is the
/// movement of the model after the server's step. The model itself is what was told: everybody, the coordinator too, holds the same bytes.
struct StepCoding {
    let codec: UpdateCodec
    let exchange: Exchange
    let seed: UInt64

    init?(_ recipe: Recipe, _ exchange: Exchange) {
        guard let codec = recipe.down else { return nil }
        self.codec = codec
        self.exchange = exchange
        seed = UInt64(bitPattern: Int64(recipe.seed))
    }

    /// Puts in the place of a folded content what can be rebuilt of it, and in that of its residual what is still owed.
    ///
    /// Nil, and nothing changed, if the codec cannot write this step in finite numbers: the content then travels whole, what was owed before
    /// is owed still. Draws follow from the run's seed, the round and the slot, so a fold that is done again gives the same bytes.
    func code(_ move: inout Fold.Move, round: Int) -> ModelStep? {
        let shared = 0..<exchange.shared.count
        var whole = Kernels.subtract(Array(move.content.values[shared]), move.entered)
        if let left = move.memory.residual, left.count == whole.count { Kernels.axpy(1, left, into: &whole) }
        guard Kernels.isFinite(whole) else { return nil }
        var draws = CodecDraws(seed: seed, shared: ["down", String(round), move.slot.rawValue], own: "coordinator")
        let packed = codec.pack(whole, name: ModelStep.name, feedback: true, using: &draws)
        let statistics = exchange.statistics.compactMap { statistic in
            move.content[statistic.tensor].map { UpdateCodec.exact.pack(Array($0), name: statistic.tensor) }
        }
        let step = ModelStep(packed, statistics: statistics)
        guard let told = try? packed.unpacked(), let next = try? step.applied(to: exchange.blob(move.entered, [:])),
            Kernels.isFinite(next.values)
        else { return nil }
        let left = Kernels.subtract(whole, told)
        guard Kernels.isFinite(left) else { return nil }
        move.content = next
        move.memory.residual = codec.isExact ? nil : left
        return step
    }
}

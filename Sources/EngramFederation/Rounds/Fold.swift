// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import EngramTensors
package import EngramWire

/// Folds spooled uploads into the models: pure but for the three ways to reach bytes.
package struct Fold: Sendable {
    /// Decoded uploads that are kept at a time; beyond that they are read again.
    private static let keptBytes = 256 << 20

    private let recipe: Recipe
    private let exchange: Exchange
    private let limits: WireLimits

    package init(recipe: Recipe, exchange: Exchange, limits: WireLimits = WireLimits()) {
        self.recipe = recipe
        self.exchange = exchange
        self.limits = limits
    }

    package func callAsFunction(
        _ job: FoldJob, upload: @escaping (AgentID) throws -> [UInt8], blob: (Digest) throws -> [UInt8],
        store: ([UInt8]) throws -> Digest
    ) throws -> FoldResult {
        var kept: [AgentID: Parcel] = [:]
        var keptBytes = 0
        func parcel(_ agent: AgentID) throws -> Parcel {
            if let parcel = kept[agent] { return parcel }
            let bytes = try upload(agent)
            let parcel = try Parcel(decoding: bytes, limits: limits)
            if keptBytes + bytes.count <= Self.keptBytes {
                kept[agent] = parcel
                keptBytes += bytes.count
            }
            return parcel
        }
        func tensor(_ agent: AgentID, _ name: String, _ count: Int) throws -> [Float] {
            guard let packed = try parcel(agent).tensor(name) else { throw UpdateError.missing(name) }
            return try packed.unpacked(expecting: count)
        }
        var moves: [Move] = []
        func update(_ agent: AgentID, _ slot: SlotID) throws -> [Float] {
            guard let submodel = job.submodels[agent] else { return try tensor(agent, "update/\(slot)", exchange.shared.count) }
            return submodel.embedded(try tensor(agent, "update/\(slot)", submodel.part.count))
        }
        for part in job.parts where !part.contributors.isEmpty || part.release != nil {
            moves.append(try move(part, job, update, tensor, blob))
        }
        var result = FoldResult()
        if let mixing = job.mixing {
            var desk = try MixingDesk(
                job: job, mixing: mixing, exchange: exchange, moves: moves, blob: blob,
                read: update)
            try mixing.process.mix(&desk)
            try desk.finish(&moves, &result, store: store)
        }
        let coding = StepCoding(recipe, exchange)
        for var move in moves {
            // Finite updates can still add up past Float32; such a step is left out, and the model stays what it was.
            guard Kernels.isFinite(move.content.values), move.memory.isFinite else { continue }
            let step = move.isRemade ? nil : coding?.code(&move, round: job.round)?.encoded()
            let model = move.content.safetensors(metadata: [:])
            var delta: ModelDelta?
            // Of a very small model the step may be the longer one.
            if let step, step.count < model.count, let before = job.parts.first(where: { $0.slot == move.slot })?.model {
                delta = ModelDelta(from: before, blob: try store(step))
            }
            result.slots[move.slot] = FoldedSlot(
                model: try store(model), memory: move.memory.isEmpty ? nil : try store(move.memory.encoded()), norm: move.norm,
                clip: move.clip, delta: delta)
        }
        return result
    }

    /// One slot's fold, not yet stored.
    struct Move {
        let slot: SlotID
        /// The shared values as they entered the round.
        let entered: [Float]
        var content: ParameterSet
        var memory: SlotMemory
        var norm: Double
        /// The clip of the next round, if it moves.
        var clip: Double?
        /// Whether a grouping has put another model in the place of the folded one.
        var isRemade = false
    }

    private func move(
        _ part: FoldJob.Part, _ job: FoldJob, _ update: @escaping (AgentID, SlotID) throws -> [Float],
        _ tensor: @escaping (AgentID, String, Int) throws -> [Float], _ blob: (Digest) throws -> [UInt8]
    ) throws -> Move {
        func batch(_ read: @escaping (AgentID) throws -> [Float]) -> UpdateBatch {
            UpdateBatch(agents: part.contributors, weights: part.weights) { try read(part.contributors[$0]) }
        }
        let content = try ParameterSet(safetensors: try blob(part.model), layout: exchange.layout)
        guard var (model, held) = exchange.parts(of: content) else { throw UpdateError.missing("model") }
        let entered = model.values
        var memory = try part.memory.map { try SlotMemory(decoding: try blob($0)) } ?? SlotMemory()
        var norm = 0.0
        var clip: Double?
        if recipe.training.sendsUpdates {
            let updates = batch { try update($0, part.slot) }
            var step: [Float]
            if let release = part.release {
                (step, clip) = try release.mean(of: updates, size: exchange.shared.count)
            } else {
                step = try recipe.aggregation.combine(updates, count: exchange.shared.count, memory: &memory.aggregation)
            }
            if let thinness = job.thinness(of: part, count: step.count) { for i in step.indices { step[i] *= thinness[i] } }
            if part.damping < 1 { for i in step.indices { step[i] *= Float(part.damping) } }
            recipe.server.apply(step, to: &model.values, memory: &memory.server)
            norm = Kernels.norm(step)
        }
        for statistic in exchange.statistics {
            var values = held[statistic.name] ?? []
            let sent = batch { try tensor($0, statistic.upload(part.slot), statistic.count) }
            try statistic.rule.join(&values, sent, part.population)
            held[statistic.name] = values
        }
        if !exchange.statistics.isEmpty {
            recipe.training.settle(&model, statistics: held, network: exchange.network)
            if !recipe.training.sendsUpdates { norm = Kernels.norm(Kernels.subtract(model.values, entered)) }
        }
        return Move(
            slot: part.slot, entered: entered, content: exchange.blob(model.values, held), memory: memory, norm: norm,
            clip: clip)
    }
}

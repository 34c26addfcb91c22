// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramTensors
package import EngramWire

/// What a grouping sees and may change after a fold, when its models follow from each other (FedAMP, FedSoft, pFedHN, …).
package struct MixingDesk {
    /// One agent whose update counts.
    package struct Entry: Sendable {
        package let agent: AgentID
        package let home: SlotID
        /// Training rows.
        package let rows: Double
        /// Share of its training rows that each offered model serves best, if that was asked.
        package let shares: [SlotID: Double]
    }

    package let round: Int
    /// The tensors that the flat values below consist of.
    package let layout: ParameterLayout
    /// In id order.
    package let entries: [Entry]
    /// The shared values of every slot as they entered the round.
    package let entered: [SlotID: [Float]]
    /// The same after the fold; what is written here replaces it.
    package var models: [SlotID: [Float]]
    /// The grouping's own large vectors, empty at first, kept from round to round.
    package var vectors: [String: [Float]]
    /// What `review` shall know of each agent.
    package var table: [AgentID: [Double]] = [:]
    private let read: (AgentID, SlotID) throws -> [Float]
    private let job: FoldJob
    private let contents: [SlotID: ParameterSet]
    private let memories: [SlotID: SlotMemory]

    init(
        job: FoldJob, mixing: FoldJob.Mixing, exchange: Exchange, moves: [Fold.Move], blob: (Digest) throws -> [UInt8],
        read: @escaping (AgentID, SlotID) throws -> [Float]
    ) throws {
        var entered: [SlotID: [Float]] = [:]
        var models: [SlotID: [Float]] = [:]
        var contents: [SlotID: ParameterSet] = [:]
        var memories: [SlotID: SlotMemory] = [:]
        let shared = 0..<exchange.shared.count
        for move in moves {
            entered[move.slot] = move.entered
            models[move.slot] = Array(move.content.values[shared])
        }
        for part in job.parts where models[part.slot] == nil {
            let content = try ParameterSet(safetensors: try blob(part.model), layout: exchange.layout)
            contents[part.slot] = content
            memories[part.slot] = try part.memory.map { try SlotMemory(decoding: try blob($0)) } ?? SlotMemory()
            entered[part.slot] = Array(content.values[shared])
            models[part.slot] = entered[part.slot]
        }
        round = job.round
        layout = exchange.shared
        entries = mixing.entries
        self.entered = entered
        self.models = models
        self.contents = contents
        self.memories = memories
        self.read = read
        self.job = job
        vectors = try mixing.vectors.map { try Self.vectors(decoding: try blob($0)) } ?? [:]
    }

    /// The update that the i-th agent made of its home.
    package func update(_ i: Int) throws -> [Float] { try read(entries[i].agent, entries[i].home) }

    /// The model that the i-th agent's training ended in: its home as it entered, plus its update.
    package func trained(_ i: Int) throws -> [Float] {
        var model = entered[entries[i].home] ?? [Float](repeating: 0, count: layout.count)
        Kernels.axpy(1, try update(i), into: &model)
        return model
    }

    /// All home updates as one batch, weighted by rows.
    package var updates: UpdateBatch {
        UpdateBatch(agents: entries.map(\.agent), weights: entries.map(\.rows)) { try update($0) }
    }

    /// Takes what was changed over into the round's result.
    func finish(_ moves: inout [Fold.Move], _ result: inout FoldResult, store: ([UInt8]) throws -> Digest) throws {
        for index in moves.indices {
            guard let model = models[moves[index].slot], model.count == layout.count else { continue }
            moves[index].take(model)
        }
        for slot in contents.keys.sorted() {
            guard let content = contents[slot], let model = models[slot], let before = entered[slot], model != before,
                model.count == layout.count
            else { continue }
            var move = Fold.Move(
                slot: slot, entered: before, content: content, memory: memories[slot] ?? SlotMemory(), norm: 0)
            move.take(model)
            moves.append(move)
        }
        result.table = table
        guard !vectors.isEmpty, vectors.values.allSatisfy({ Kernels.isFinite($0) }) else { return }
        let tensors = vectors.keys.sorted().compactMap { name in
            vectors[name].map { Safetensors.Tensor(name: name, shape: [$0.count], floats: $0[...]) }
        }
        result.vectors = try store(Safetensors.serialise(tensors, metadata: [:]))
    }

    private static func vectors(decoding bytes: [UInt8]) throws -> [String: [Float]] {
        let file = try Safetensors(parsing: bytes)
        var out: [String: [Float]] = [:]
        for name in file.names { out[name] = try file.tensor(name).floats() }
        return out
    }
}

extension Fold.Move {
    /// Puts other shared values in the place of the folded ones.
    fileprivate mutating func take(_ model: [Float]) {
        guard !content.values.starts(with: model) else { return }
        content.values.replaceSubrange(0..<model.count, with: model)
        norm = Kernels.norm(Kernels.subtract(model, entered))
        isRemade = true
    }
}

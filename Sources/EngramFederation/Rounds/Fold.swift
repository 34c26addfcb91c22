// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramTensors
package import EngramWire

/// Which updates become one, for every slot that moves in a round.
package struct FoldJob: Sendable, Equatable {
    package struct Part: Sendable, Equatable {
        package let slot: SlotID
        package let model: Digest
        package let memory: Digest?
        /// In id order: sums do not depend on the order of arrival.
        package let contributors: [AgentID]
        package let weights: [Double]
    }

    package let round: Int
    package let parts: [Part]
}

/// A slot after a fold.
package struct FoldedSlot: Sendable, Equatable {
    package let model: Digest
    package let memory: Digest?
    /// ‖combined update‖.
    package let norm: Double

    package init(model: Digest, memory: Digest?, norm: Double) {
        self.model = model
        self.memory = memory
        self.norm = norm
    }
}

/// Folds spooled uploads into the models: pure but for the three ways to reach bytes.
package struct Fold: Sendable {
    /// Decoded uploads that are kept at a time; beyond that they are read again.
    private static let keptBytes = 256 << 20

    private let recipe: Recipe
    private let shared: ParameterLayout
    private let limits: WireLimits

    package init(recipe: Recipe, shared: ParameterLayout, limits: WireLimits = WireLimits()) {
        self.recipe = recipe
        self.shared = shared
        self.limits = limits
    }

    package func callAsFunction(
        _ job: FoldJob, upload: @escaping (AgentID) throws -> [UInt8], blob: (Digest) throws -> [UInt8],
        store: ([UInt8]) throws -> Digest
    ) throws -> [SlotID: FoldedSlot] {
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
        var out: [SlotID: FoldedSlot] = [:]
        for part in job.parts where !part.contributors.isEmpty {
            let name = "update/\(part.slot)"
            let batch = UpdateBatch(agents: part.contributors, weights: part.weights) { i in
                guard let packed = try parcel(part.contributors[i]).tensor(name) else { throw UpdateError.missing(name) }
                return try packed.unpacked(expecting: shared.count)
            }
            var model = try ParameterSet(safetensors: try blob(part.model), layout: shared)
            var memory = try part.memory.map { try SlotMemory(decoding: try blob($0)) } ?? SlotMemory()
            let update = try recipe.aggregation.combine(batch, count: shared.count, memory: &memory.aggregation)
            recipe.server.apply(update, to: &model.values, memory: &memory.server)
            // Finite updates can still add up past Float32; such a step is left out, and the model stays what it was.
            guard Kernels.isFinite(model.values), memory.isFinite else { continue }
            out[part.slot] = FoldedSlot(
                model: try store(model.safetensors(metadata: [:])),
                memory: memory.isEmpty ? nil : try store(memory.encoded()), norm: Kernels.norm(update))
        }
        return out
    }
}

/// What a slot's rules remember between rounds, as a blob.
private struct SlotMemory {
    var aggregation: [Float]?
    var server: [Float]?

    init() {}

    init(decoding bytes: [UInt8]) throws {
        let file = try Safetensors(parsing: bytes)
        func values(_ name: String) throws -> [Float]? {
            file.names.contains(name) ? try file.tensor(name).floats() : nil
        }
        aggregation = try values("aggregation")
        server = try values("server")
    }

    var isEmpty: Bool { aggregation == nil && server == nil }
    var isFinite: Bool { [aggregation, server].allSatisfy { $0.map(Kernels.isFinite) ?? true } }

    func encoded() -> [UInt8] {
        let parts = [("aggregation", aggregation), ("server", server)].compactMap { name, values in
            values.map { Safetensors.Tensor(name: name, shape: [$0.count], floats: $0[...]) }
        }
        return Safetensors.serialise(parts, metadata: [:])
    }
}

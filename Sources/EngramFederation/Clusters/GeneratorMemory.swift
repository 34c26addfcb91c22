// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire

/// What a hypernetwork is between rounds: φ, the agents' embeddings, the velocities of both, and the model that it adds to.
struct GeneratorMemory {
    let base: [Float]
    var parameters: [Float]
    var move: [Float] = []
    var embeddings: [SlotID: [Float]]
    var embeddingMoves: [SlotID: [Float]] = [:]

    init(base: [Float], parameters: [Float], embeddings: [SlotID: [Float]]) {
        self.base = base
        self.parameters = parameters
        self.embeddings = embeddings
    }

    /// Reads what `vectors` gave; nil if there is nothing.
    init?(_ vectors: [String: [Float]]) throws {
        if vectors.isEmpty { return nil }
        guard let base = vectors["base"], let parameters = vectors["parameters"] else {
            throw TensorError.malformed(format: "hypernetwork", reason: "its parameters are missing")
        }
        self.init(base: base, parameters: parameters, embeddings: [:])
        move = vectors["velocity"] ?? []
        for name in vectors.keys.sorted() {
            let parts = name.split(separator: "/").map(String.init)
            guard parts.count == 2, let slot = SlotID(parts[1]) else { continue }
            if parts[0] == "embedding" { embeddings[slot] = vectors[name] }
            if parts[0] == "embedding-velocity" { embeddingMoves[slot] = vectors[name] }
        }
    }

    var vectors: [String: [Float]] {
        var out = ["base": base, "parameters": parameters, "velocity": move]
        for (slot, values) in embeddings { out["embedding/\(slot)"] = values }
        for (slot, values) in embeddingMoves { out["embedding-velocity/\(slot)"] = values }
        return out.filter { !$0.value.isEmpty }
    }

    var embeddingSize: Int { embeddings.sorted { $0.key < $1.key }.first?.value.count ?? 1 }

    /// Gives those that have none yet the mean embedding: the model that is least wrong for an unknown agent.
    mutating func place(_ slots: [SlotID]) {
        let known = embeddings.keys.sorted().compactMap { embeddings[$0] }
        var mean = [Double](repeating: 0, count: embeddingSize)
        for embedding in known where embedding.count == mean.count { Kernels.accumulate(embedding, weight: 1, into: &mean) }
        let middle = Kernels.narrow(mean, times: 1 / Double(max(1, known.count)))
        for slot in slots where embeddings[slot] == nil { embeddings[slot] = middle }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// What a slot's rules remember between rounds, as a blob.
struct SlotMemory {
    var aggregation: [Float]?
    var server: [Float]?
    /// What agents have not been told yet of how far the model moved (`StepCoding`).
    var residual: [Float]?

    init() {}

    init(decoding bytes: [UInt8]) throws {
        let file = try Safetensors(parsing: bytes)
        func values(_ name: String) throws -> [Float]? {
            file.names.contains(name) ? try file.tensor(name).floats() : nil
        }
        aggregation = try values("aggregation")
        server = try values("server")
        residual = try values("residual")
    }

    var isEmpty: Bool { aggregation == nil && server == nil && residual == nil }
    var isFinite: Bool { [aggregation, server, residual].allSatisfy { $0.map(Kernels.isFinite) ?? true } }

    func encoded() -> [UInt8] {
        let parts = [("aggregation", aggregation), ("server", server), ("residual", residual)].compactMap { name, values in
            values.map { Safetensors.Tensor(name: name, shape: [$0.count], floats: $0[...]) }
        }
        return Safetensors.serialise(parts, metadata: [:])
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// What a slot's rules remember between rounds, as a blob.
struct SlotMemory {
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

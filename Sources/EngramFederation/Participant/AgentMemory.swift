// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
package import EngramWire

/// What an agent keeps between rounds and never sends: versioned by the round that it belongs to.
///
/// A round's memory becomes the base of the next one only when the coordinator counted that round's upload, so an update that was lost or
/// late leaves no trace: neither in the models nor here.
package struct AgentMemory: Equatable, Sendable {
    package let run: RunID
    package var round: Int
    /// Per slot, the whole model as this agent would use it; with partial sharing, its private tensors are these.
    package var personal: [SlotID: ParameterSet] = [:]
    /// Per slot, what lossy coding has left out so far (error feedback), over the shared tensors.
    package var residual: [SlotID: [Float]] = [:]
    /// Per slot, the method's own vectors.
    package var vectors: [SlotID: [String: [Float]]] = [:]
    /// The model that never met another agent.
    package var local: ParameterSet?

    package init(run: RunID, round: Int) {
        self.run = run
        self.round = round
    }

    /// Whether it can be read again: what is not finite cannot.
    var isFinite: Bool {
        personal.values.allSatisfy { Kernels.isFinite($0.values) } && residual.values.allSatisfy { Kernels.isFinite($0) }
            && vectors.values.allSatisfy { $0.values.allSatisfy { Kernels.isFinite($0) } }
            && local.map { Kernels.isFinite($0.values) } ?? true
    }

    /// Keeps nothing of slots that are no longer trained.
    package mutating func forget(allBut living: Set<SlotID>) {
        personal = personal.filter { living.contains($0.key) }
        residual = residual.filter { living.contains($0.key) }
        vectors = vectors.filter { living.contains($0.key) }
    }

    /// The memory as a safetensors file: `personal/SLOT/TENSOR`, `residual/SLOT`, `vector/SLOT/NAME`, `local/TENSOR`.
    package func safetensors() -> [UInt8] {
        var tensors: [Safetensors.Tensor] = []
        func add(_ prefix: String, _ set: ParameterSet) {
            for spec in set.layout.tensors {
                guard let values = set[spec.name] else { continue }
                tensors.append(.init(name: "\(prefix)/\(spec.name)", shape: spec.shape, floats: values))
            }
        }
        for slot in personal.keys.sorted() { if let set = personal[slot] { add("personal/\(slot)", set) } }
        for slot in residual.keys.sorted() {
            if let values = residual[slot] {
                tensors.append(.init(name: "residual/\(slot)", shape: [values.count], floats: values[...]))
            }
        }
        for slot in vectors.keys.sorted() {
            for (name, values) in (vectors[slot] ?? [:]).sorted(by: { $0.key < $1.key }) {
                tensors.append(.init(name: "vector/\(slot)/\(name)", shape: [values.count], floats: values[...]))
            }
        }
        if let local { add("local", local) }
        return Safetensors.serialise(tensors, metadata: ["engram.run": run.rawValue, "engram.round": String(round)])
    }

    /// Reads a memory; `layout` is that of the whole model.
    package init(safetensors bytes: [UInt8], layout: ParameterLayout) throws(TensorError) {
        let file = try Safetensors(parsing: bytes)
        guard let run = file.metadata["engram.run"].flatMap({ RunID($0) }),
            let round = file.metadata["engram.round"].flatMap({ Int($0) })
        else { throw .malformed(format: "agent memory", reason: "it does not say its run and round") }
        self.init(run: run, round: round)
        var slots: Set<SlotID> = []
        for name in file.names {
            let parts = name.split(separator: "/", maxSplits: 2).map(String.init)
            switch parts.first {
            case "personal" where parts.count == 3:
                guard let slot = SlotID(parts[1]) else { throw .unexpected(name) }
                slots.insert(slot)
            case "residual" where parts.count == 2:
                guard let slot = SlotID(parts[1]) else { throw .unexpected(name) }
                residual[slot] = try Self.finite(file, name)
            case "vector" where parts.count == 3:
                guard let slot = SlotID(parts[1]) else { throw .unexpected(name) }
                vectors[slot, default: [:]][parts[2]] = try Self.finite(file, name)
            case "local": continue
            default: throw .unexpected(name)
            }
        }
        for slot in slots { personal[slot] = try Self.set(in: file, "personal/\(slot)", layout) }
        if file.names.contains(where: { $0.hasPrefix("local/") }) { local = try Self.set(in: file, "local", layout) }
    }

    private static func set(in file: Safetensors, _ prefix: String, _ layout: ParameterLayout) throws(TensorError) -> ParameterSet
    {
        var values: [Float] = []
        values.reserveCapacity(layout.count)
        for spec in layout.tensors {
            let tensor = try file.tensor("\(prefix)/\(spec.name)")
            guard tensor.shape == spec.shape else {
                throw .wrongShape(name: "\(prefix)/\(spec.name)", expected: spec.shape, found: tensor.shape)
            }
            values += try finite(file, tensor.name)
        }
        return try ParameterSet(layout: layout, values: values)
    }

    /// A NaN that crept into the file would otherwise make every later update of this agent unusable.
    private static func finite(_ file: Safetensors, _ name: String) throws(TensorError) -> [Float] {
        let tensor = try file.tensor(name)
        guard tensor.type == .f32 else { throw .wrongType(name: name, expected: "F32", found: tensor.type.rawValue) }
        let values = tensor.floats()
        guard Kernels.isFinite(values) else {
            throw .malformed(format: "agent memory", reason: "'\(name)' holds a value that is not finite")
        }
        return values
    }
}

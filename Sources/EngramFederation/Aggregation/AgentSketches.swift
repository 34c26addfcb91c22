// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramTensors
import EngramWire

/// The sum of each agent's updates over the rounds as a seeded random projection, which keeps cosines to about 1/√512.
///
/// Kept in a rule's memory as one row of numbers for each agent that was ever heard: four numbers that name it, then the sketch.
struct AgentSketches {
    private static let size = 512
    /// 64 bits of the digest of an agent's id, as four numbers that Float32 holds exactly.
    private static let nameParts = 4

    private var rows: [[Float]: [Float]] = [:]

    /// From a rule's memory; empty if there is none or it is not whole.
    init(_ memory: [Float]?) {
        let stride = Self.nameParts + Self.size
        guard let memory, memory.count % stride == 0 else { return }
        for start in Swift.stride(from: 0, to: memory.count, by: stride) {
            let row = memory[start..<(start + stride)]
            rows[Array(row.prefix(Self.nameParts))] = Array(row.suffix(Self.size))
        }
    }

    /// What the rule remembers: rows in the order of their names.
    var memory: [Float] {
        rows.keys.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { name in name + (rows[name] ?? []) }
    }

    /// Adds an agent's update of this round, and gives the sketch of all of them.
    mutating func add(_ update: [Float], of agent: AgentID) -> [Float] {
        let bytes = Digest(of: Array(agent.rawValue.utf8)).bytes
        let name = (0..<Self.nameParts).map { Float(bytes[2 * $0]) * 256 + Float(bytes[2 * $0 + 1]) }
        var sketch = rows[name] ?? [Float](repeating: 0, count: Self.size)
        Kernels.axpy(1, Kernels.signProjection(update, size: Self.size, seed: 0), into: &sketch)
        rows[name] = sketch
        return sketch
    }
}

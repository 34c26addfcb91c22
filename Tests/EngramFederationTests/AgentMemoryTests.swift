// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct AgentMemoryTests {
    let layout: ParameterLayout

    init() throws {
        layout = try ParameterLayout(tensors: [
            TensorSpec(name: "layers.0.weight", shape: [2, 3]), TensorSpec(name: "layers.0.bias", shape: [2]),
        ])
    }

    private func sample() throws -> AgentMemory {
        var memory = AgentMemory(run: RunID(checked: "run-1"), round: 12)
        memory.personal[.cluster(2)] = try ParameterSet(layout: layout, values: (0..<8).map { Float($0) / 3 })
        memory.personal[.reference] = ParameterSet(zeros: layout)
        memory.residual[.cluster(2)] = [1e-30, -2, 3]
        memory.local = try ParameterSet(layout: layout, values: (0..<8).map { Float(-$0) })
        return memory
    }

    @Test func comesBackAsItWas() throws {
        let memory = try sample()
        let bytes = memory.safetensors()
        let back = try AgentMemory(safetensors: bytes, layout: layout)
        #expect(back == memory)
        #expect(back.safetensors() == bytes)
        let empty = AgentMemory(run: RunID(checked: "r"), round: 0)
        #expect(try AgentMemory(safetensors: empty.safetensors(), layout: layout) == empty)
    }

    private func file(_ tensors: [Safetensors.Tensor], _ metadata: [String: String] = ["engram.run": "r", "engram.round": "1"])
        -> [UInt8]
    {
        Safetensors.serialise(tensors, metadata: metadata)
    }

    @Test func hostileFilesAreRefused() throws {
        let bias = Safetensors.Tensor(name: "personal/c1/layers.0.bias", shape: [2], floats: [1, 2])
        let wrong = Safetensors.Tensor(name: "personal/c1/layers.0.weight", shape: [3, 2], floats: [1, 2, 3, 4, 5, 6])
        let files: [[UInt8]] = [
            [], Array("garbage".utf8), file([], [:]), file([], ["engram.run": "../x", "engram.round": "1"]),
            file([], ["engram.run": "r", "engram.round": "one"]), file([bias]), file([bias, wrong]),
            file([.init(name: "stray", shape: [1], floats: [0])]),
            file([.init(name: "residual/no slot!", shape: [1], floats: [0])]),
            file([.init(name: "residual/c1", shape: [1], floats: [.nan])]),
            file([.init(name: "local/layers.0.bias", shape: [2], floats: [1, 2])]),
            file([.init(name: "residual/c1", shape: [1], integers: [4])]),
        ]
        for bytes in files { #expect(throws: TensorError.self) { try AgentMemory(safetensors: bytes, layout: layout) } }
    }

    @Test func everyTruncationAndManyFlipsAreSurvived() throws {
        let bytes = try sample().safetensors()
        for length in 0..<bytes.count {
            #expect(throws: TensorError.self) { try AgentMemory(safetensors: Array(bytes[..<length]), layout: layout) }
        }
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<500 {
            var hurt = bytes
            hurt[generator.below(hurt.count)] ^= UInt8(1 << generator.below(8))
            // Either it is refused, or only a value or a name has changed: it never traps.
            if let memory = try? AgentMemory(safetensors: hurt, layout: layout) { #expect(memory.personal.count <= 2) }
        }
    }
}

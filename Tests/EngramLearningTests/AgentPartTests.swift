// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Agent parts", .timeLimit(.minutes(5)))
struct AgentPartTests {
    @Test("quarter turns go counter-clockwise; four of them change nothing")
    func turns() throws {
        let data = try Dataset(
            features: .bytes([1, 2, 3, 4, 5, 6, 7, 8, 9], scale: 1, offset: 0), dimension: 9, targets: .classes([0]))
        #expect(data.turned(quarters: 1)?.floats(rows: [0]) == [3, 6, 9, 2, 5, 8, 1, 4, 7])
        #expect(data.turned(quarters: 2)?.floats(rows: [0]) == [9, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(data.turned(quarters: -1)?.floats(rows: [0]) == data.turned(quarters: 3)?.floats(rows: [0]))
        #expect(data.turned(quarters: 4)?.floats(rows: [0]) == data.floats(rows: [0]))
        #expect(try Toy.data(.classes, rows: 2, inputs: 8).turned(quarters: 1) == nil)
    }

    @Test("a shard holds the part's rows only, altered")
    func shard() throws {
        let data = try Dataset(
            features: .float32((0..<24).map { Float($0) }), dimension: 4, targets: .classes([0, 1, 2, 0, 1, 2]))
        let part = AgentPart(truth: "p1", alteration: .relabelled(map: [2, 0, 1]), train: [5, 0], validation: [3], test: [1])
        let shard = try part.shard(
            from: data, observer: "o", task: .classes, classes: 3, memorability: [0, 0.1, 0.2, 0.3, 0.4, 0.5])
        #expect(shard.data.count == 4)
        #expect(shard.data.floats(rows: [0]) == [20, 21, 22, 23])
        #expect(shard.data.classes == [1, 2, 2, 0])
        #expect((shard.train, shard.validation, shard.test) == ([0, 1], [2], [3]))
        #expect(shard.memorability == [0.5, 0, 0.3, 0.1])
        #expect(shard.truth == "p1")
        let turned = AgentPart(alteration: .turned(quarters: 1), train: [0], validation: [], test: [])
        #expect(try turned.shard(from: data, observer: "o", task: .classes, classes: 3).data.floats(rows: [0]) == [1, 3, 0, 2])
        let outside = AgentPart(train: [6], validation: [], test: [])
        #expect(throws: ShardError.self) { try outside.shard(from: data, observer: "o", task: .classes, classes: 3) }
        let short = AgentPart(alteration: .relabelled(map: [0]), train: [1], validation: [], test: [])
        #expect(throws: ShardError.self) { try short.shard(from: data, observer: "o", task: .classes, classes: 3) }
    }
}

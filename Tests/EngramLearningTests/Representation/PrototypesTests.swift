// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

@Suite("Prototypes", .timeLimit(.minutes(5)))
struct PrototypesTests {
    @Test("means of keys, the absent ones known")
    func means() {
        let prototypes = Prototypes.sums([1, 2, 3, 4, 10, 20], width: 2, keys: [2, 2, 0], count: 4)
        #expect(prototypes.counts == [1, 0, 2, 0])
        #expect(prototypes.means == [10, 20, 0, 0, 2, 3, 0, 0])
        #expect(prototypes.present == [0, 2])
        #expect(!prototypes.isPresent(1))
    }

    @Test("agents' prototypes merge to those of all rows, whole or by way of their means")
    func merges() throws {
        let latents = Latents.random(40, width: 3)
        let keys = (0..<40).map { $0 * $0 % 5 }
        let all = Prototypes.sums(latents, width: 3, keys: keys, count: 5)
        var merged = Prototypes.sums(Array(latents[..<33]), width: 3, keys: Array(keys[..<11]), count: 5)
        let other = Prototypes.sums(Array(latents[33...]), width: 3, keys: Array(keys[11...]), count: 5)
        merged.merge(try Prototypes(means: other.means, counts: other.counts, width: 3))
        #expect(merged.counts == all.counts)
        #expect(zip(merged.means, all.means).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(all.present == [0, 1, 4])
    }

    @Test("refuses means that cannot be")
    func refused() {
        #expect(throws: LearningError.self) { try Prototypes(means: [1, 2, 3], counts: [1, 1], width: 2) }
        #expect(throws: LearningError.self) { try Prototypes(means: [1, .nan], counts: [1], width: 2) }
        #expect(throws: LearningError.self) { try Prototypes(means: [1, 2], counts: [-1], width: 2) }
        #expect(throws: LearningError.self) { try Prototypes(means: [1, 2], counts: [.max], width: 2) }
        #expect(throws: LearningError.self) { try Prototypes(means: [], counts: [1], width: 0) }
        #expect(throws: LearningError.self) { try Prototypes(means: [1], counts: [1, 1], width: .max) }
    }

    @Test("keys are classes, or classes cut by memorability; scores have bins alone")
    func keys() throws {
        let memorability: [Float] = [0, 0.49, 0.5, 1]
        func shard(_ task: Task, _ memorability: [Float]?) throws -> Shard {
            let targets: Dataset.Targets = task == .scores ? .scores([1, 2, 3, 4]) : .classes([0, 1, 1, 0])
            let data = try Dataset(features: .float32([1, 2, 3, 4]), dimension: 1, targets: targets)
            return try Shard(
                observer: "o", task: task, classes: 3, data: data, train: [0, 1], validation: [2], test: [3],
                memorability: memorability)
        }
        #expect(try PrototypeKeys(classes: 3, bins: 1).keys(of: shard(.classes, nil)) == [0, 1, 1, 0])
        #expect(try PrototypeKeys(classes: 3, bins: 2).keys(of: shard(.classes, memorability)) == [0, 2, 3, 1])
        #expect(try PrototypeKeys(classes: 1, bins: 4).keys(of: shard(.scores, memorability)) == [0, 1, 2, 3])
        #expect(PrototypeKeys(classes: 3, bins: 4).count == 12)
        #expect(throws: LearningError.self) { try PrototypeKeys(classes: 3, bins: 2).keys(of: shard(.classes, nil)) }
    }

    @Test("without the bins they are the prototypes of classes")
    func bins() {
        let latents = Latents.random(30, width: 2)
        let fine = (0..<30).map { $0 % 6 }
        let merged = Prototypes.sums(latents, width: 2, keys: fine, count: 6).merging(groupsOf: 2)
        let coarse = Prototypes.sums(latents, width: 2, keys: fine.map { $0 / 2 }, count: 3)
        #expect(merged.counts == coarse.counts)
        #expect(zip(merged.means, coarse.means).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("the head answers with the nearest present prototype")
    func head() throws {
        let network = Toy.network(.classes, inputs: 4, hidden: [5])
        let data = try Toy.data(.classes, rows: 80, inputs: 4)
        var parameters = Toy.parameters(network)
        let rows = Array(0..<80)
        let latents = network.latents(parameters, data, rows: rows)
        let seen = rows.filter { data.classes[$0] != 1 }
        let prototypes = Prototypes.sums(
            seen.flatMap { latents[$0 * 5..<$0 * 5 + 5] }, width: 5, keys: seen.map { Int(data.classes[$0]) }, count: 3)
        try parameters.replace(with: prototypes.head(for: network))
        let outputs = network.outputs(parameters, data, rows: rows)
        let means = prototypes.means
        for row in rows {
            func distance(_ key: Int) -> Float { (0..<5).reduce(0) { $0 + square(latents[row * 5 + $1] - means[key * 5 + $1]) } }
            let answers = outputs[row * 3..<row * 3 + 3].map { $0 }
            #expect((answers[0] > answers[2]) == (distance(0) < distance(2)))
            #expect(abs((answers[0] - answers[2]) - (distance(2) - distance(0))) < 1e-3)
            #expect(answers[1] < min(answers[0], answers[2]))
        }
        #expect(Kernels.isFinite(parameters.values))
    }

    @Test("remembered or not has one output; scores have no head")
    func otherHeads() throws {
        let network = Toy.network(.remembered, inputs: 2, hidden: [])
        let prototypes = try Prototypes(means: [0, 0, 2, 0], counts: [3, 1], width: 2)
        let head = try prototypes.head(for: network)
        // |h - (0, 0)|² - |h - (2, 0)|² = 4 h₀ - 4.
        #expect(head.values == [4, 0, -4])
        #expect(head.layout == network.layout)
        #expect(throws: LearningError.self) { try prototypes.head(for: Toy.network(.scores, inputs: 2, hidden: [])) }
        #expect(throws: LearningError.self) { try prototypes.head(for: Toy.network(.classes, inputs: 2, hidden: [])) }
        #expect(throws: LearningError.self) { try prototypes.head(for: Toy.network(.remembered, inputs: 3, hidden: [])) }
    }

    private func square(_ x: Float) -> Float { x * x }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Testing

@testable import EngramFederation

/// Small separable data: the class is the largest of three coordinates (and three more are noise); the second group calls the classes
/// by other names.
struct ToyFederation {
    static let inputs = 6
    static let classes = 3

    private(set) var shards: [AgentID: Shard]

    /// Agents a0, a1, …; agent i belongs to group `groups[i]`, and those after them have every second row of group 1 and the others of 0.
    init(
        groups: [Int], mixed: Int = 0, train: Int = 24, validation: Int = 30, test: Int = 12, seed: UInt64 = 7
    ) throws {
        var shards: [AgentID: Shard] = [:]
        for (i, group) in (groups + [Int](repeating: -1, count: mixed)).enumerated() {
            let name = "a\(i)"
            var generator = SeededGenerator(seed: seed, "toy", name)
            var features: [Float] = []
            var labels: [Int32] = []
            for number in 0..<(train + validation + test) {
                let row = (0..<Self.inputs).map { _ in Float(generator.normal()) }
                let largest = (0..<Self.classes).reduce(0) { row[$1] > row[$0] ? $1 : $0 }
                features += row
                labels.append(Int32((largest + (group < 0 ? number % 2 : group)) % Self.classes))
            }
            let data = try Dataset(features: .float32(features), dimension: Self.inputs, targets: .classes(labels))
            shards[AgentID(checked: name)] = try Shard(
                observer: name, task: .classes, classes: Self.classes, truth: "g\(group)", data: data, train: Array(0..<train),
                validation: Array(train..<(train + validation)), test: Array((train + validation)..<(train + validation + test)))
        }
        self.shards = shards
    }

    init(shards: [AgentID: Shard]) { self.shards = shards }

    /// Changes every shard, by its agent's number.
    mutating func change(_ body: (Int, inout Shard) throws -> Void) rethrows {
        for (number, id) in shards.keys.sorted().enumerated() {
            guard var shard = shards[id] else { continue }
            try body(number, &shard)
            shards[id] = shard
        }
    }

    static let profile = AgentProfile(
        task: .classes, inputs: inputs, classes: classes, train: 24, validation: 30, test: 12, truth: "g0")

    /// A small quick recipe.
    static func recipe(_ change: (inout Recipe) -> Void = { _ in }) -> Recipe {
        var recipe = Recipe()
        recipe.hidden = []
        recipe.rounds = 4
        recipe.optimiser = SGD(rate: 0.3, batch: 8, epochs: 2)
        recipe.globalReference = false
        recipe.localReference = false
        recipe.signatureSize = 64
        change(&recipe)
        return recipe
    }
}

extension AgentID {
    static func toy(_ number: Int) -> AgentID { AgentID(checked: "a\(number)") }
}

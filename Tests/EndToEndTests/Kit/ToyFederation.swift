// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramTensors
import EngramWire

/// Small shards of separable data, in planted groups whose labels are permuted.
enum ToyFederation {
    static func shards(agents: Int, groups: Int = 1, rows: Int = 48, inputs: Int = 6, seed: UInt64 = 7) throws -> [(
        id: AgentID, shard: Shard
    )] {
        try (0..<agents).map { index in
            var generator = SeededGenerator(seed: seed, "toy", String(index))
            var features: [Float] = []
            var classes: [Int32] = []
            let group = index % groups
            for _ in 0..<rows {
                let kind = generator.below(3)
                for column in 0..<inputs { features.append(Float(generator.normal() * 0.5 + (column % 3 == kind ? 2 : 0))) }
                classes.append(Int32((kind + group) % 3))
            }
            let data = try Dataset(features: .float32(features), dimension: inputs, targets: .classes(classes))
            let shard = try Shard(
                observer: "toy-\(index)", task: .classes, classes: 3, truth: "g\(group)", data: data, train: Array(0..<rows / 2),
                validation: Array(rows / 2..<3 * rows / 4), test: Array(3 * rows / 4..<rows))
            return (AgentID(checked: "agent-\(index)"), shard)
        }
    }

    /// The preset on these data; a linear one stays linear. Nobody is late, however many tests share the processors.
    static func recipe(
        _ preset: String = "constellation", agents: Int, rounds: Int = 6, _ extra: String = "", order: String? = nil
    ) throws -> Recipe {
        let hidden = try Preset.recipe(preset).hidden.isEmpty ? "[]" : "[8]"
        return try Recipe(
            yaml: """
                preset: \(preset)
                rounds: \(rounds)
                model: {hidden: \(hidden)}
                rounds_close: {agents: \(agents), deadline: 600\(order.map { ", order: \($0)" } ?? "")}
                \(extra)
                """)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning

extension Suite {
    /// What is lost when less is sent.
    static let bytes = Section(
        name: "bytes", title: "Bytes: what less traffic costs",
        text: """
            Updates as 32-bit and 16-bit numbers, as 8-bit ones and coarser, and only some of them, with what was left out added
            to the next update. Fashion-MNIST over 24 agents in four rotations. Models go down as 32-bit numbers, but for the last
            rows: *both ways* also sends down only how far a model moved, in the same steps. Bytes are encoded sizes of all agents
            together.
            """,
        tables: [
            .measures(
                "Accuracy and bytes",
                [
                    .figure(.cluster, .weighted), .figure(.cluster, .worstTenth), .roundsTo(0.75), .rand, .megabytesUp,
                    .megabytesDown,
                ])
        ],
        figures: [.trade("Accuracy for megabytes sent", .figure(.cluster, .weighted), for: .megabytesUp)]
    ) { scale in
        let codecs = [
            ("float32", "[float32]"), ("float16", "[float16]"), ("int8", "[int8]"), ("4 bits", "['qsgd(7)']"),
            ("2 bits", "['hsq(8,8)']"), ("a tenth, int8", "[topK(0.1), int8]"), ("a hundredth, int8", "[topK(0.01), int8]"),
            ("a random tenth", "[randomK(0.1)]"),
        ]
        let methods = ["fedavg", "constellation"].flatMap { preset in
            codecs.map { name, steps in Contestant(preset, "codec.steps=\(steps)", as: "\(preset), \(name)", row: .cluster) }
        }
        let bothWays = ["fedavg", "constellation"].flatMap { preset in
            [("int8", "[int8]"), ("a tenth, int8", "['topK(0.1)', int8]")].map { name, steps in
                Contestant(
                    preset, "codec.steps=\(steps)", "codec.down=\(steps)", as: "\(preset), \(name) both ways", row: .cluster)
            }
        }
        return [clothes("rotated", turned: true, methods + bothWays, scale)]
    }

    /// The federation on which costs are compared: 24 agents, as in `make demo`.
    static func clothes(_ name: String, turned: Bool, _ methods: [Contestant], _ scale: Section.Scale) -> Section.Case {
        .init(
            name,
            ShiftedImages(.fashion, agents: 24, sizes: .counts(train: 300, validation: 75, test: 75), turned: turned),
            settings: ["reference.global=false", "reference.local=false", "rounds=\(scale == .full ? 60 : 4)"], methods,
            seeds: scale == .full ? [1, 2, 3] : [1])
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Foundation

/// The toy agents as a federation of the suite.
struct ToyBuilder: FederationBuilder {
    var needs: [EvidenceData.Need] = []
    /// Throws instead of building, as a file does that went away.
    var isBroken = false
    var size: Double { 360 }

    func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        if isBroken { throw OperatorError.badInput("the toy is broken") }
        return try Toy.agents()
    }
}

enum ToyEvidence {
    static func section(
        _ contestants: [Contestant], _ builder: ToyBuilder = ToyBuilder(), more: [Section.Case] = []
    ) -> Section {
        Section(
            name: "toy", title: "Toy", text: "Points on a plane.",
            tables: [
                .measures(
                    "Figures", [.figure(nil, .weighted), .afterRound(1), .rand, .worseThanLocal],
                    peers: [.init("plane", "a peer", "0.5", "", "", "")]),
                .matrix("Own rows", .figure(nil, .mean)), .paired("Against the first", against: nil),
                .paired("Against alone", against: .local),
            ],
            figures: [
                .bars("Bars", .figure(nil, .weighted)), .curves("Curves"),
                .trade("Trade", .figure(.cluster, .weighted), for: .megabytesUp),
            ]
        ) { scale in
            [
                .init(
                    "plane", builder, settings: ["rounds=\(scale == .full ? 3 : 1)", "model.hidden=[4]"], contestants,
                    seeds: [1, 2])
            ] + more
        }
    }

    /// Data sets of images of 2 by 2 pixels, 10 classes in turn, under the names of the real ones.
    static func images(in folder: String, train: Int, test: Int) throws {
        func header(_ sizes: [Int]) -> [UInt8] {
            [0, 0, 8, UInt8(sizes.count)]
                + sizes.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } }
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (part, count) in [("train", train), ("t10k", test)] {
            var pixels: [UInt8] = []
            for row in 0..<count { pixels += [UInt8(row % 10), UInt8(row / 256), UInt8(row % 256), 200] }
            let labels = (0..<count).map { UInt8($0 % 10) }
            let files: [(String, [UInt8])] = [
                ("images-idx3", header([count, 2, 2]) + pixels), ("labels-idx1", header([count]) + labels),
            ]
            for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(part)-\(name)-ubyte.gz")) }
        }
    }
}

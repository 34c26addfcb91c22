// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import EngramWire
import Foundation
import Testing

@testable import EngramOperator

/// What docs/from-python.md tells people to write.
@Suite(
    .timeLimit(.minutes(5)), .enabled(if: Python.has("numpy", "safetensors"), "python3 has no numpy or no safetensors"))
struct FromPythonTests {
    /// The page's blocks of Python, in order.
    private static func blocks() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/from-python.md"), encoding: .utf8)
        return text.components(separatedBy: "```python\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }

    @Test func itsFoldersAreRead() throws {
        let temporary = try TemporaryFolder()
        let blocks = try Self.blocks()
        let script =
            blocks[0] + blocks[1] + """

                import sys
                draws = np.random.default_rng(0)
                shards = {}
                for number in range(3):
                    labels = draws.integers(0, 4, 50)
                    shards[f"site-{number}"] = (draws.normal(size=(50, 6)), labels, np.repeat([0, 1, 2], [30, 10, 10]))
                write_federation(sys.argv[1], "toy", "classes", 4, shards)
                """
        #expect(try Python.run(script, temporary.path + "/toy").status == 0)
        let folder = try FederationFolder(reading: temporary.path + "/toy")
        #expect(folder.ids.map(\.rawValue) == ["site-0", "site-1", "site-2"])
        let agents = try folder.agents()
        #expect(agents.allSatisfy { $0.shard.train.count == 30 && $0.shard.data.dimension == 6 && $0.shard.classes == 4 })
    }

    @Test func itsNetworkIsOurs() throws {
        let temporary = try TemporaryFolder()
        let network = Network(ModelSpec(inputs: 5, hidden: [7, 4], outputs: 3, task: .classes))
        var generator = SeededGenerator(seed: 4)
        let parameters = network.initial(using: &generator)
        let file = try temporary.write(parameters.safetensors(metadata: [:]), "model.safetensors")
        let rows = (0..<40).map { _ in Float(generator.normal()) }
        let data = try Dataset(features: .float32(rows), dimension: 5, targets: .classes([Int32](repeating: 0, count: 8)))
        let script =
            "import numpy as np\n" + (try Self.blocks()[3]) + """

                import sys, json
                rows = np.array(json.loads(sys.argv[2]), dtype=np.float32).reshape(-1, 5)
                print(json.dumps(outputs(sys.argv[1], rows).ravel().tolist()))
                """
        let (status, output) = try Python.run(script, file, "\(rows)")
        #expect(status == 0)
        let theirs = try JSONDecoder().decode([Float].self, from: Data(output.utf8))
        for (a, b) in zip(network.outputs(parameters, data, rows: Array(0..<8)), theirs) { #expect(abs(a - b) <= 1e-5) }
        #expect(theirs.count == 24)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Foundation

/// A folder for one test, removed after it.
struct TemporaryFolder: ~Copyable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("engram-operator-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
        return path + "/" + name
    }

    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    func replace(_ old: String, by new: String, in name: String) throws {
        let text = try String(contentsOfFile: path + "/" + name, encoding: .utf8)
        _ = try write(text.replacing(old, with: new), name)
    }
}

/// Points on a plane; in group "b" the classes have each other's names.
enum Toy {
    static func shard(_ number: Int, group: String) throws -> Shard {
        var generator = SeededGenerator(seed: 7, "toy", String(number))
        var features: [Float] = [], labels: [Int32] = []
        for _ in 0..<60 {
            let point = (generator.normal(), generator.normal())
            features += [Float(point.0), Float(point.1)]
            labels.append(((point.0 + 0.5 * point.1 > 0) == (group == "a")) ? 1 : 0)
        }
        let data = try Dataset(features: .float32(features), dimension: 2, targets: .classes(labels))
        return try Shard(
            observer: "toy\(number)", task: .classes, classes: 2, truth: group, data: data, train: Array(0..<30),
            validation: Array(30..<45), test: Array(45..<60))
    }

    static func agents(_ count: Int = 6) throws -> [(id: AgentID, shard: Shard)] {
        try FederationFolder.numbered(count).enumerated().map { ($1, try shard($0, group: $0 % 2 == 0 ? "a" : "b")) }
    }

    static func folder(in path: String, _ name: String = "toy") throws -> FederationFolder {
        try FederationFolder.write(agents(), to: path + "/" + name, name: "toy", origin: .init(command: "test", seed: 7))
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramFederation
import EngramLearning
import EngramTensors
import Foundation
import Logging

/// What tests of trainers need: interpreters that may not be there, examples of this repository, programs that misbehave.
enum TrainerKit {
    /// The Python to use: ENGRAM_PYTHON names one with more libraries than the system's.
    static let python = ProcessInfo.processInfo.environment["ENGRAM_PYTHON"] ?? "python3"

    /// Whether Python is there, with a library.
    static func hasPython(_ library: String = "json") -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "\(python) -c 'import \(library)' >/dev/null 2>&1"]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// The command of an example.
    static func example(_ path: String, _ arguments: String = "") -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent()
        return "'\(python)' '\(root.path)/Examples/\(path)' \(arguments)"
    }

    /// The plain example with `change` made to its answers: Python that may call `plain(trainer, fields, tensors)`.
    static func faulty(_ change: String, in folder: String) throws -> String {
        let file = folder + "/faulty.py"
        let example = example("plain/two_layers.py").split(separator: "'")[2]
        let text = """
            import os, sys, time
            sys.path.insert(0, os.path.dirname('\(example)'))
            from two_layers import answer as plain, main
            def once(path):
                \"\"\"True the first time that anybody asks.\"\"\"
                if os.path.exists(path): return False
                open(path, 'w').close()
                return True
            def answer(trainer, fields, tensors):
            \(change.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
                return plain(trainer, fields, tensors)
            main(answer)
            """
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try DurableFile.write(Array(text.utf8), to: file)
        return "'\(python)' '\(file)'"
    }

    /// A temporary folder for `body`.
    static func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
        // What a program does not read any more must not end the tests.
        signal(SIGPIPE, SIG_IGN)
        let folder = FileManager.default.temporaryDirectory.path + "/engram-trainer-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    /// A learner on a toy shard.
    static func learner(
        _ command: String, in folder: String, notes: LogNotes = LogNotes(), change: (inout TrainerLimits) -> Void = { _ in }
    ) throws -> ExternalTrainer {
        let shard = try ToyFederation.shards(agents: 1)[0].shard
        let file = folder + "/shard.safetensors"
        try DurableFile.write(shard.safetensors(), to: file)
        return ExternalTrainer(
            command: command, place: .init(shardPath: file, shard: shard, agent: "toy"), limits: limits(change),
            log: notes.logger("trainer"))
    }

    /// Limits that do not keep a test waiting.
    static func limits(_ change: (inout TrainerLimits) -> Void = { _ in }) -> TrainerLimits {
        var limits = TrainerLimits()
        limits.firstPauseSeconds = 0.01
        limits.restarts = 1
        // What has ended is heard of when a processor is free.
        limits.stopSeconds = 60
        change(&limits)
        return limits
    }

    static func model(_ learner: ExternalTrainer) throws -> (ExternalModel, ParameterSet) {
        let model = try ExternalModel(file: learner.firstModel(seed: 1))
        var draws = SeededGenerator(seed: 1)
        return (model, model.initial(0, using: &draws))
    }

    static func lesson(_ rows: [Int], frozen: [String] = [], seed: UInt32 = 5) -> Lesson {
        Lesson(rows: rows, sgd: SGD(batch: 8, epochs: 2), rate: 0.1, frozen: frozen, seed: seed)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Foundation
import Testing

@testable import EngramAgent

/// Programs that fail in every way that a program can: each gives a clear error, within its limits, and leaves nothing behind.
@Suite(.timeLimit(.minutes(5))) struct ExternalTrainerTests {
    @Test(arguments: [
        ("exit 3", "code 3"), ("echo 'no such library' >&2; exit 1", "no such library"), ("kill -9 $$", "code 137"),
        ("/no/such/program", "code 127"), ("echo Loading the model, please wait", "Loading the model"),
        ("head -c 100 /dev/zero", "cannot be used"), ("head -c 4 /dev/zero", "code 0"), ("cat", "no tensors"),
    ])
    func programsThatCannotSpeakAreNamed(_ command: String, _ words: String) async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner(command, in: folder)
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(learner.failure?.contains(words) == true, "\(learner.failure ?? "")")
            // It is over: nothing is started any more.
            #expect(learner.outputs(ParameterSet(zeros: ParameterLayout()), rows: [0, 1]) == [0, 0, 0, 0, 0, 0])
        }
    }

    @Test func startsAreCounted() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner("echo x >>'\(folder)/starts'; exit 1", in: folder) { $0.restarts = 2 }
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(try String(contentsOfFile: folder + "/starts", encoding: .utf8) == "x\nx\nx\n")
            #expect(learner.failure?.contains("3 times") == true)
        }
    }

    @Test func aProgramThatHangsIsKilledWithAllThatItStarted() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner("sleep 1000 & echo $! >'\(folder)/pid'; wait", in: folder) {
                // Time enough for a shell that shares the processors with a thousand tests.
                $0.startSeconds = 10
                $0.restarts = 0
            }
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(learner.failure?.contains("--trainer-start-seconds") == true)
            let text = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
            let grandchild = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            // Its new parent may take a moment to bury it.
            while let state = try? String(contentsOfFile: "/proc/\(grandchild)/stat", encoding: .utf8), !state.contains(") Z ") {
                await _Concurrency.Task.yield()
            }
        }
    }

    @Test func aProgramThatOnlyComplainsRunsOutOfTime() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner("yes 'no luck' >&2", in: folder) {
                $0.startSeconds = 1
                $0.restarts = 0
            }
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(learner.failure?.contains("--trainer-start-seconds") == true, "\(learner.failure ?? "")")
        }
    }

    @Test func whatIsWaitedForCanBeStopped() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner("sleep 1000", in: folder)
            let thread = Thread { learner.stop() }
            thread.start()
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(learner.failure == TrainerError.stopped.description)
        }
    }

    @Test func whatItSaysGoesToTheLog() async throws {
        try await TrainerKit.withFolder { folder in
            let notes = LogNotes()
            let learner = try TrainerKit.learner("printf 'one\\ntwo' >&2; exit 1", in: folder, notes: notes) { $0.restarts = 0 }
            #expect(throws: TrainerError.self) { try learner.firstModel(seed: 1) }
            #expect(notes.holds("says=one") && notes.holds("says=two"))
            #expect(learner.failure?.contains("two") == true)
        }
    }
}

/// The example that needs nothing but Python, sound and with faults.
@Suite(.timeLimit(.minutes(5)), .enabled(if: TrainerKit.hasPython(), "python3 is not here"))
struct PlainTrainerTests {
    @Test func itTrainsRepeatably() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner(TrainerKit.example("plain/two_layers.py"), in: folder)
            let (model, first) = try TrainerKit.model(learner)
            #expect(model.head == ["head"])
            #expect(learner.skills == [.freeze])
            #expect(learner.objection(to: model) == nil)
            var (a, b, c) = (first, first, first)
            let rows = Array(0..<24)
            let before = learner.train(&a, TrainerKit.lesson(rows))
            let again = learner.train(&b, TrainerKit.lesson(rows))
            #expect(again == before && a == b && a != first)
            _ = learner.train(&c, TrainerKit.lesson(rows, seed: 6))
            #expect(c != a)
            for _ in 0..<8 { _ = learner.train(&a, TrainerKit.lesson(rows)) }
            let after = learner.train(&a, TrainerKit.lesson(rows))
            #expect(after < before)
            #expect(learner.outputs(a, rows: [3, 1]).count == 6)
            #expect(Array(learner.outputs(a, rows: [3, 1])[3...]) == learner.outputs(a, rows: [1]))
            learner.close()
            #expect(learner.failure == nil)
        }
    }

    @Test func frozenTensorsStayWhateverTheProgramDoes() async throws {
        try await TrainerKit.withFolder { folder in
            let command = try TrainerKit.faulty("fields.pop('frozen', None)", in: folder)
            let learner = try TrainerKit.learner(command, in: folder)
            var (_, set) = try TrainerKit.model(learner)
            let first = set
            _ = learner.train(&set, TrainerKit.lesson(Array(0..<24), frozen: ["head"]))
            #expect(set["head"] == first["head"] && set["base"] != first["base"])
            learner.close()
        }
    }

    @Test(arguments: [
        ("if fields['verb'] == 'train': return {}, plain(trainer, fields, tensors)[1]", "engram.loss"),
        ("if fields['verb'] == 'train': return {'loss': 1}, {'model/base': ([1], [0])}", "base"),
        ("if fields['verb'] == 'train': return {'loss': 1}, {}", "model/base"),
        ("if fields['verb'] == 'train': return {'error': 'no memory left'}, {}", "no memory left"),
        ("if fields['verb'] == 'train': raise ValueError('a bad day')", "a bad day"),
        ("if fields['verb'] == 'train': time.sleep(1000)", "--trainer-seconds"),
        ("if fields['verb'] == 'train': os.write(1, b'rubbish'); os._exit(4)", "code 4"),
    ])
    func faultsInTrainingAreNamed(_ change: String, _ words: String) async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner(try TrainerKit.faulty(change, in: folder), in: folder) {
                if change.contains("sleep") { $0.answerSeconds = 10 }
            }
            var (_, set) = try TrainerKit.model(learner)
            let first = set
            _ = learner.train(&set, TrainerKit.lesson([0, 1, 2]))
            #expect(learner.failure?.contains(words) == true, "\(learner.failure ?? "none")")
            #expect(set == first)
            learner.close()
        }
    }

    @Test(arguments: [
        ("if fields['verb'] == 'outputs': return {}, {'outputs': ([1, 3], [float('nan')] * 3)}", "not finite"),
        ("if fields['verb'] == 'outputs': return {}, {'outputs': ([3], [0] * 3)}", "shape"),
        ("if fields['verb'] == 'outputs': return {}, {}", "outputs"),
    ])
    func faultsInOutputsAreNamed(_ change: String, _ words: String) async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner(try TrainerKit.faulty(change, in: folder), in: folder)
            let (_, set) = try TrainerKit.model(learner)
            #expect(learner.outputs(set, rows: [0]) == [0, 0, 0])
            #expect(learner.failure?.contains(words) == true, "\(learner.failure ?? "none")")
            learner.close()
        }
    }

    @Test func aCrashIsMadeGoodByAFreshStart() async throws {
        try await TrainerKit.withFolder { folder in
            let notes = LogNotes()
            let crash = "if fields['verb'] == 'train' and once('\(folder)/once'): os._exit(9)"
            let learner = try TrainerKit.learner(try TrainerKit.faulty(crash, in: folder), in: folder, notes: notes)
            var (_, set) = try TrainerKit.model(learner)
            let calm = try TrainerKit.learner(TrainerKit.example("plain/two_layers.py"), in: folder)
            var expected = set
            _ = calm.train(&expected, TrainerKit.lesson(Array(0..<24)))
            _ = learner.train(&set, TrainerKit.lesson(Array(0..<24)))
            #expect(learner.failure == nil && set == expected)
            #expect(notes.holds("starting it again", "code 9"))
            learner.close()
            calm.close()
        }
    }

    @Test func anotherModelIsRefused() async throws {
        try await TrainerKit.withFolder { folder in
            let learner = try TrainerKit.learner(TrainerKit.example("plain/two_layers.py"), in: folder)
            func model(_ tensors: [Safetensors.Tensor]) throws -> ExternalModel {
                try ExternalModel(file: Safetensors.serialise(tensors, metadata: [:]))
            }
            let base = Safetensors.Tensor(name: "base", shape: [4, 6], floats: [Float](repeating: 0, count: 24)[...])
            let narrow = Safetensors.Tensor(name: "head", shape: [2, 4], floats: [Float](repeating: 0, count: 8)[...])
            #expect(learner.objection(to: try model([base]))?.contains("“head”") == true)
            #expect(learner.objection(to: try model([base, narrow]))?.contains("shape") == true)
            let other = Safetensors.Tensor(name: "tail", shape: [1], floats: ([0] as [Float])[...])
            #expect(learner.objection(to: try model([base, other]))?.contains("“tail”") == true)
            learner.close()
        }
    }

    /// The end of its input is the end of a program: an agent that was killed says no goodbye.
    @Test func itEndsWhenTheAgentIsGone() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec " + TrainerKit.example("plain/two_layers.py")]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }
}

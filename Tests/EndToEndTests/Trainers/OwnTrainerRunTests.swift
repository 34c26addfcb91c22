// SPDX-License-Identifier: Apache-2.0
import EngramAgent
import EngramFederation
import EngramLearning
import EngramOperator
import EngramTensors
import EngramWire
import Foundation
import Testing

/// Whole runs whose agents train by programs of their own.
@Suite(.timeLimit(.minutes(5)), .serialized, .enabled(if: TrainerKit.hasPython(), "python3 is not here"))
struct OwnTrainerRunTests {
    private func report(
        _ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)], _ command: (Int) -> String, wiring: Wiring = .memory
    ) async throws -> Report {
        try await deployed(wiring, recipe, shards) { place, agent in
            agent.trainer = command(place)
            agent.trainerLimits = TrainerKit.limits()
        }
    }

    private func recipe(_ text: String, agents: Int, _ command: String, in folder: String, shard: EngramShard) throws -> Recipe {
        var recipe = try Recipe(yaml: text)
        recipe.agents = agents
        try DurableFile.write(shard.safetensors(), to: folder + "/model-shard.safetensors")
        let learner = ExternalTrainer(
            command: command, place: .init(shardPath: folder + "/model-shard.safetensors", shard: shard, agent: "model"),
            limits: TrainerKit.limits(), log: LogNotes().logger("model"))
        defer { learner.close() }
        recipe.external = try ExternalModel(file: learner.firstModel(seed: 1))
        try recipe.validate()
        return recipe
    }

    @Test func constellationFindsTheGroupsAndACrashLeavesNoTrace() async throws {
        try await TrainerKit.withFolder { folder in
            let shards = try ToyFederation.shards(agents: 6, groups: 2)
            let command = TrainerKit.example("plain/two_layers.py")
            let recipe = try recipe(
                "{preset: constellation, rounds: 16, optimiser: {rate: 0.2, batch: 8}, rounds_close: {deadline: 120}}", agents: 6,
                command, in: folder, shard: shards[0].shard)
            let crash = "if fields['verb'] == 'train' and fields['round'] == '3' and once('\(folder)/once'): os._exit(9)"
            let faulty = try TrainerKit.faulty(crash, in: folder)
            let calm = try await report(recipe, shards, { _ in command })
            let shaken = try await report(recipe, shards, { $0 == 1 ? faulty : command })
            #expect(FileManager.default.fileExists(atPath: folder + "/once"))
            #expect(calm.models == shaken.models)
            #expect(calm.summary.clusterCount == 2)
            #expect(calm.summary.adjustedRandIndex == 1)
        }
    }

    @Test func headsStayPrivateAndLossyCodecsWork() async throws {
        try await TrainerKit.withFolder { folder in
            let shards = try ToyFederation.shards(agents: 3)
            let command = TrainerKit.example("plain/two_layers.py")
            let recipe = try recipe(
                "{preset: fedper, rounds: 3, aggregation: median, codec: {steps: [int8]}, rounds_close: {deadline: 120}}",
                agents: 3,
                command, in: folder, shard: shards[0].shard)
            let report = try await report(recipe, shards, { _ in command }, wiring: .tls)
            #expect(report.rounds.count == 3)
            #expect(report.agents.count == 3)
        }
    }

    @Test func anAgentWhoseTrainerGivesUpStops() async throws {
        try await TrainerKit.withFolder { folder in
            let shards = try ToyFederation.shards(agents: 2)
            let command = TrainerKit.example("plain/two_layers.py")
            let recipe = try recipe("{preset: fedavg, rounds: 3}", agents: 2, command, in: folder, shard: shards[0].shard)
            let daemon = try TestDaemon(.memory)
            try await daemon.start()
            let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
            let broken = try TrainerKit.faulty("if fields['verb'] == 'train': os._exit(7)", in: folder)
            for (agent, trainer) in zip(agents, [command, broken]) {
                agent.trainer = trainer
                agent.trainerLimits = TrainerKit.limits()
                try await agent.start(daemon)
            }
            let console = try await Console(daemon)
            try await console.start(recipe, as: "run")
            let end = await agents[1].result()
            guard case .failure(let error as AgentError) = end, case .trainerFailed(let why) = error else {
                Issue.record("\(String(describing: end))")
                return
            }
            #expect(why.contains("code 7"))
            console.leave()
            for agent in agents { await agent.stop() }
            await daemon.kill()
        }
    }

    @Test func aRunThatNamesAModelNeedsTheFile() async throws {
        try await TrainerKit.withFolder { folder in
            let daemon = try TestDaemon(.memory)
            try await daemon.start()
            let console = try await Console(daemon)
            let recipe = try Recipe(
                yaml: "model: {external: {tensors: ['w[2]'], initial: '\(String(repeating: "ab", count: 32))'}}")
            await #expect(throws: Admin.Failure.self) { try await console.start(recipe, as: "run") }
            console.leave()
            await daemon.kill()
        }
    }
}

/// The examples with libraries, each in a run of a few rounds; skipped where the library is not installed.
@Suite(.timeLimit(.minutes(5)), .serialized) struct ExampleTrainerTests {
    /// Bright squares in one of three places of a 28×28 image.
    private func shards(_ agents: Int) throws -> [(id: AgentID, shard: EngramShard)] {
        try (0..<agents).map { agent in
            var draws = SeededGenerator(seed: 3, "squares", String(agent))
            var (features, labels): ([Float], [Int32]) = ([], [])
            for _ in 0..<60 {
                let kind = draws.below(3)
                var image = (0..<784).map { _ in Float(draws.uniform() * 0.2) }
                for y in 0..<6 { for x in 0..<6 { image[(4 + 7 * kind + y) * 28 + 4 + 7 * kind + x] += 1 } }
                features += image
                labels.append(Int32(kind))
            }
            let data = try Dataset(features: .float32(features), dimension: 784, targets: .classes(labels))
            let shard = try EngramShard(
                observer: "squares-\(agent)", task: .classes, classes: 3, data: data, train: Array(0..<30),
                validation: Array(30..<45), test: Array(45..<60))
            return (AgentID(checked: "agent-\(agent)"), shard)
        }
    }

    private func learns(_ command: String, _ text: String) async throws {
        try await TrainerKit.withFolder { folder in
            let shards = try shards(2)
            let data = folder + "/shard.safetensors"
            try DurableFile.write(shards[0].shard.safetensors(), to: data)
            let learner = ExternalTrainer(
                command: command, place: .init(shardPath: data, shard: shards[0].shard, agent: "model"), limits: TrainerLimits(),
                log: LogNotes().logger("model"))
            var recipe = try Recipe(yaml: text)
            recipe.agents = 2
            recipe.external = try ExternalModel(file: learner.firstModel(seed: 1))
            try recipe.validate()
            let daemon = try TestDaemon(.memory)
            try await daemon.start()
            let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
            for agent in agents {
                agent.trainer = command
                try await agent.start(daemon)
            }
            // The same seed gives the same bytes, in another process too.
            var (a, b) = (try TrainerKit.model(learner).1, try TrainerKit.model(learner).1)
            _ = learner.train(&a, TrainerKit.lesson(Array(0..<30)))
            learner.close()
            _ = learner.train(&b, TrainerKit.lesson(Array(0..<30)))
            #expect(a == b && learner.failure == nil)
            learner.close()
            let console = try await Console(daemon)
            try await console.start(recipe, as: "run")
            let line = try await console.wait(for: "run")
            #expect(line.state == "finished", "\(line.failure ?? "")")
            let report = try await console.report(of: "run")
            #expect(report.summary.mean[.personal] ?? 0 > 0.8, "\(report.summary.mean)")
            console.leave()
            for agent in agents { await agent.stop() }
            await daemon.kill()
        }
    }

    @Test(.enabled(if: TrainerKit.hasPython("torch, numpy"), "PyTorch is not here (ENGRAM_PYTHON names a Python that has it)"))
    func torchTrainsWithPrivateHeads() async throws {
        try await learns(
            TrainerKit.example("pytorch/cnn.py"),
            "{preset: fedper, training: ditto, rounds: 8, optimiser: {rate: 0.1, momentum: 0.9, batch: 10}, rounds_close: {deadline: 200}}"
        )
    }

    @Test(
        .enabled(
            if: TrainerKit.hasPython("sklearn, numpy"), "scikit-learn is not here (ENGRAM_PYTHON names a Python that has it)"))
    func scikitTrains() async throws {
        try await learns(
            TrainerKit.example("sklearn/mlp.py", "16"),
            "{preset: constellation, rounds: 8, optimiser: {rate: 0.05, batch: 10}, rounds_close: {deadline: 200}}")
    }
}

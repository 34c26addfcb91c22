// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramOperator
import EngramTransport
import EngramWire
import Foundation
import Testing

/// One recipe, one data set, one seed: one result, however the agents are reached, in which order they come, and who dies on the way.
@Suite(.timeLimit(.minutes(5)), .serialized) struct SameModelsTests {
    func simulated(
        _ recipe: Recipe, _ agents: [(id: AgentID, shard: EngramShard)], attack: AttackPlan? = nil
    ) throws -> [Report.Model] {
        var simulation = Simulation(recipe: recipe, agents: agents, attack: attack)
        return try simulation.run().models
    }

    func deployed(
        _ wiring: Wiring, _ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)], shuffled: Bool = false,
        attack: AttackPlan? = nil
    ) async throws -> Report {
        try await EndToEndTests.deployed(wiring, recipe, shards, shuffled: shuffled) { _, agent in
            agent.attacker = attack?.attacker(agent.id, shards: shards)
        }
    }

    @Test(arguments: Wiring.allCases) func simulationAndDeploymentAgree(_ wiring: Wiring) async throws {
        let shards = try ToyFederation.shards(agents: 6, groups: 2)
        let recipe = try ToyFederation.recipe(agents: 6, rounds: 14)
        let expected = try simulated(recipe, shards)
        let report = try await deployed(wiring, recipe, shards)
        #expect(report.models == expected)
        #expect(report.rounds.count == 14)
        #expect(report.cost.bytesUp > 0 && report.cost.bytesDown > 0)
        #expect(try await deployed(wiring, recipe, shards, shuffled: true).models == expected)
    }

    /// Those whose rounds close by arrival follow from it; they are run in declared order (`declaredDevicesAgree`).
    @Test(arguments: Preset.all.map(\.name)) func everyPresetAgrees(_ preset: String) async throws {
        let shards = try ToyFederation.shards(agents: 4, groups: 2)
        // Noise that nobody may foresee is drawn when a run starts; with its seed named, it can be compared.
        let noise = try Preset.recipe(preset).privacy is CentralPrivacy ? "privacy: {noise_seed: 5}" : ""
        let recipe = try ToyFederation.recipe(preset, agents: 4, rounds: 5, noise)
        #expect(try await deployed(.memory, recipe, shards).models == simulated(recipe, shards))
    }

    /// Slow and narrow agents, declared: who counts, and when, follows from the shards alone.
    @Test(arguments: ["over-selected", "fedbuff", "twin-polling", "energy-aware", "heterofl"])
    func declaredDevicesAgree(_ preset: String) async throws {
        var shards = try ToyFederation.shards(agents: 6)
        for place in shards.indices {
            var device = DeviceProfile()
            device.rowsPerSecond = [100, 9, 30, 14, 55, 21][place]
            shards[place].shard.circumstances = Circumstances(
                device: device, joins: place == 1 ? 3 : nil, budget: [1, 0.5, 0.25][place % 3])
        }
        let extra =
            [
                "fedbuff": "cohort: {goal: 2, concurrency: 4}", "twin-polling": "cohort: {messages: 2}",
                "energy-aware": "cohort: {edges: 2, capacity: 2}",
            ][preset] ?? ""
        let recipe = try ToyFederation.recipe(preset, agents: 6, rounds: 8, extra)
        let expected = try simulated(recipe, shards)
        let report = try await deployed(.memory, recipe, shards)
        #expect(report.models == expected)
        #expect(report.rounds.allSatisfy { ($0.energyJoules ?? 0) > 0 })
    }

    @Test func lossyCodecsAgreeToo() async throws {
        let shards = try ToyFederation.shards(agents: 4, groups: 2)
        let recipe = try ToyFederation.recipe(agents: 4, rounds: 6, "codec: {steps: ['topK(0.1)', int8], deflate: true}")
        #expect(try await deployed(.memory, recipe, shards).models == simulated(recipe, shards))
    }

    /// Connections that are cut in mid-transfer, delayed, and split into odd pieces: everything is resumed, nothing counts twice.
    @Test(arguments: [11, 12] as [UInt64]) func faultsOnTheWireLeaveNoTrace(_ seed: UInt64) async throws {
        let shards = try ToyFederation.shards(agents: 4, groups: 2)
        let recipe = try ToyFederation.recipe(agents: 4, rounds: 12)
        let expected = try simulated(recipe, shards)
        let daemon = try TestDaemon(.memory)
        daemon.faults = FaultPlan(seed: seed)
        daemon.faults.cutAfter = 12_000...60_000
        daemon.faults.splitsWrites = true
        daemon.faults.longestDelay = 3
        try await daemon.start()
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        let console = try await Console(daemon)
        try await console.start(recipe, as: "run")
        let line = try await console.wait(for: "run")
        #expect(line.state == "finished", "\(line.failure ?? "")")
        let report = try await console.report(of: "run")
        #expect(report.models == expected)
        #expect(report.rounds.allSatisfy { $0.participants == 4 })
        let connections = await daemon.switchboard.connections
        #expect(shards.contains { (connections[$0.id.rawValue] ?? 0) > 1 }, "no connection was cut: the test tests nothing")
        console.leave()
        for agent in agents { await agent.stop() }
        await daemon.kill()
    }

    /// Runs a recipe to its end, over so many deaths of the coordinator and one of an agent.
    func run(_ recipe: Recipe, on daemon: TestDaemon, _ agents: [TestAgent], deaths: Int) async throws -> Console {
        let first = try await Console(daemon)
        try await first.start(recipe, as: "run")
        first.leave()
        for death in 0..<deaths {
            try await progress(daemon, past: 3 + 6 * death)
            await daemon.kill()
            if death == 1 { await agents[1].stop() }
            try await daemon.start()
            if death == 1 { try await agents[1].start(daemon) }
        }
        let console = try await Console(daemon)
        let line = try await console.wait(for: "run")
        #expect(line.state == "finished", "\(line.failure ?? "")")
        return console
    }

    @Test(arguments: Wiring.allCases) func deathsLeaveNoTrace(_ wiring: Wiring) async throws {
        let shards = try ToyFederation.shards(agents: 5, groups: 2)
        let recipe = try ToyFederation.recipe(agents: 5, rounds: 30)
        let expected = try simulated(recipe, shards)
        let daemon = try TestDaemon(wiring)
        try await daemon.start()
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        let console = try await run(recipe, on: daemon, agents, deaths: 4)
        #expect(try await console.report(of: "run").models == expected)
        console.leave()
        for agent in agents { await agent.stop() }
        await daemon.kill()
    }

    /// In order of arrival the bytes follow from who comes first; but every round has what it asked for, across a death too.
    @Test(arguments: ["over-selected", "fedbuff"]) func byArrivalEveryRoundCloses(_ preset: String) async throws {
        let shards = try ToyFederation.shards(agents: 6)
        let cohort = preset == "fedbuff" ? "cohort: {goal: 2, concurrency: 5}" : "cohort: {goal: 3, factor: 2}"
        let recipe = try ToyFederation.recipe(
            preset, agents: 6, rounds: 24, "\(cohort)\ncodec: {steps: ['topK(0.2)', int8], deflate: true}", order: "arrival")
        let daemon = try TestDaemon(.memory)
        try await daemon.start()
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        do {
            let console = try await Console(daemon)
            try await console.start(recipe, as: "run")
            console.leave()
        }
        try await progress(daemon, past: 5)
        await daemon.kill()
        try await daemon.start()
        let console = try await Console(daemon)
        let line = try await console.wait(for: "run")
        #expect(line.state == "finished", "\(line.failure ?? "")")
        let report = try await console.report(of: "run")
        #expect(report.rounds.map(\.participants) == [Int](repeating: preset == "fedbuff" ? 2 : 3, count: 24))
        console.leave()
        for agent in agents { await agent.stop() }
        await daemon.kill()
    }

    /// Until the run has committed a round.
    func progress(_ daemon: TestDaemon, past round: Int) async throws {
        let console = try await Console(daemon)
        defer { console.leave() }
        while true {
            let line = try await console.ask(.showRun, Admin.RunName(run: RunID("run")), Admin.RunDetail.self).line
            if line.round >= round || line.state == "finished" { return }
            await _Concurrency.Task.yield()
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramWire
import Foundation
import Testing

/// Models that travel as steps: the same bytes whether an agent rebuilds a model or fetches it.
extension SameModelsTests {
    /// A model of more bytes than its steps.
    private func shards(_ agents: Int) throws -> [(id: AgentID, shard: EngramShard)] {
        try ToyFederation.shards(agents: agents, groups: 2, inputs: 90)
    }

    private static let coded = "codec: {down: ['topK(0.1)', int8], deflate: true}"

    @Test(arguments: Wiring.allCases) func stepsAgree(_ wiring: Wiring) async throws {
        let shards = try shards(5)
        for preset in ["constellation", "scaffold"] {
            let recipe = try ToyFederation.recipe(preset, agents: 5, rounds: 8, Self.coded)
            let report = try await deployed(wiring, recipe, shards, shuffled: true)
            #expect(report.models == (try simulated(recipe, shards)))
            let whole = try await deployed(wiring, ToyFederation.recipe(preset, agents: 5, rounds: 8), shards)
            #expect(report.models != whole.models)
            #expect(report.cost.bytesDown < whole.cost.bytesDown)
        }
    }

    /// Steps among the coordinator's blobs.
    private func steps(in daemon: TestDaemon) -> Int {
        let folder = daemon.folder + "/coordinator/blobs"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.count { FileManager.default.contents(atPath: folder + "/" + $0)?.starts(with: Array("EGP1".utf8)) ?? false }
    }

    /// A coordinator that dies again and again, and an agent that forgets what it held.
    @Test(arguments: Wiring.allCases) func deathsLeaveNoTraceInSteps(_ wiring: Wiring) async throws {
        let shards = try shards(4)
        let recipe = try ToyFederation.recipe(agents: 4, rounds: 24, "codec: {down: ['randomK(0.2)', 'qsgd(7)']}")
        let expected = try simulated(recipe, shards)
        let daemon = try TestDaemon(wiring)
        try await daemon.start()
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        let console = try await run(recipe, on: daemon, agents, deaths: 3)
        #expect(try await console.report(of: "run").models == expected)
        #expect(agents.allSatisfy { $0.notes.holds("model rebuilt") })
        // Two models or more in 24 rounds; of each the last step is kept.
        #expect((2..<12).contains(steps(in: daemon)))
        console.leave()
        for agent in agents { await agent.stop() }
        await daemon.kill()
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramOperator
import EngramWire
import Testing

/// An honest run on a daemon that has been through something: it must end in the models of a simulation.
enum Honest {
    static func shards(_ count: Int = 2) throws -> [(id: AgentID, shard: EngramShard)] {
        try ToyFederation.shards(agents: count, rows: 24).enumerated().map { (AgentID(checked: "honest-\($0)"), $1.shard) }
    }

    static func models(_ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)]) throws -> [Report.Model] {
        var simulation = Simulation(recipe: recipe, agents: shards)
        return try simulation.run().models
    }

    /// Asks for a whole run once everyone else is gone.
    static func isServed(
        by daemon: TestDaemon, as run: String = "honest", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let shards = try shards()
        let recipe = try ToyFederation.recipe("fedavg", agents: shards.count, rounds: 2)
        let console = try await Console(daemon)
        defer { console.leave() }
        while try await console.ask(.status, Admin.Nothing(), Admin.Status.self).connectedAgents > 0 {
            await _Concurrency.Task.yield()
        }
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents { try await agent.start(daemon) }
        try await console.start(recipe, as: run)
        let line = try await console.wait(for: run)
        #expect(line.state == "finished", "\(line.failure ?? "")", sourceLocation: sourceLocation)
        #expect(try await console.report(of: run).models == models(recipe, shards), sourceLocation: sourceLocation)
        for agent in agents { await agent.stop() }
    }

    /// A daemon, something done to it, and the honest run.
    static func afterwards(
        _ daemon: TestDaemon, sourceLocation: SourceLocation = #_sourceLocation, _ body: (TestDaemon) async throws -> Void
    ) async throws {
        try await daemon.start()
        try await body(daemon)
        try await isServed(by: daemon, sourceLocation: sourceLocation)
        await daemon.kill()
    }
}

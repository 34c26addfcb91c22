// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramWire
import Testing

/// A whole run through a daemon and agents of its own, to its report; `prepare` changes an agent before it starts.
func deployed(
    _ wiring: Wiring, _ recipe: Recipe, _ shards: [(id: AgentID, shard: EngramShard)], shuffled: Bool = false,
    prepare: (Int, TestAgent) -> Void
) async throws -> Report {
    let daemon = try TestDaemon(wiring)
    try await daemon.start()
    let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
    for (place, agent) in agents.enumerated() { prepare(place, agent) }
    for agent in shuffled ? agents.reversed() : agents { try await agent.start(daemon) }
    let console = try await Console(daemon)
    try await console.start(recipe, as: "run")
    let line = try await console.wait(for: "run")
    #expect(line.state == "finished", "\(line.failure ?? "")")
    let report = try await console.report(of: "run")
    console.leave()
    for agent in agents { await agent.stop() }
    await daemon.kill()
    return report
}

// SPDX-License-Identifier: Apache-2.0
import EngramCoordinator
import EngramFederation
import EngramSockets
import EngramStatus
import EngramStore
import EngramTransport
import EngramWire
import Foundation
import Logging
import Testing

/// What a coordinator shows of itself while it works, and what it writes down of those who tell it what to do.
@Suite(.timeLimit(.minutes(5)), .serialized) struct StatusTests {
    private func watch(_ daemon: TestDaemon) throws -> CoordinatorStatus {
        var limits = StatusLimits()
        // A coordinator that shares the processors with a thousand tests is not unready.
        limits.readinessSeconds = 60
        return CoordinatorStatus(
            try #require(daemon.coordinator), folder: try #require(daemon.state), address: "here:1", limits: limits)
    }

    /// Waits for a change after which the snapshot is as wanted.
    private func wait(
        _ source: CoordinatorStatus, for wanted: (StatusSnapshot) -> Bool
    ) async throws -> StatusSnapshot {
        var snapshot = await source.snapshot()
        if wanted(snapshot) { return snapshot }
        for await _ in source.changes {
            snapshot = await source.snapshot()
            if wanted(snapshot) { return snapshot }
        }
        throw CancellationError()
    }

    @Test func aRunIsSeenFromBeginningToEnd() async throws {
        let shards = try ToyFederation.shards(agents: 6, groups: 2)
        let daemon = try TestDaemon(.memory)
        try await daemon.start()
        let source = try watch(daemon)
        let console = try await Console(daemon)
        try await console.start(try ToyFederation.recipe(agents: 6, rounds: 12), as: "run")
        let agents = shards.map { TestAgent($0.id, $0.shard, in: daemon) }
        for agent in agents.dropLast() { try await agent.start(daemon) }
        let gathering = try await wait(source) { $0.runs.first?.phase.arrived.count == 5 }
        #expect(gathering.daemon.agentsConnected == 5 && gathering.daemon.agentsEnrolled == 5)
        #expect(gathering.daemon.operatorsConnected == 1 && gathering.daemon.address == "here:1")
        let waiting = try #require(gathering.runs.first)
        #expect(waiting.state == "waiting" && waiting.phase.name == .gathering && waiting.phase.goal == 6)
        #expect(waiting.agents.isEmpty && waiting.metricName == nil)

        try await agents[5].start(daemon)
        let middle = try await wait(source) { $0.runs.first.map { $0.round >= 2 && $0.phase.name == .collecting } ?? false }
        let run = try #require(middle.runs.first)
        #expect(run.state == "running" && run.rounds == 12 && run.metricName == "accuracy" && run.grouping == "constellation")
        #expect(run.phase.round == run.round + 1 && run.phase.goal == 6)
        #expect(Set(run.phase.arrived + run.phase.awaited).count == 6)
        #expect(try #require(run.phase.deadline) - (try #require(run.phase.started)) > 50)
        #expect(run.history.map(\.round) == Array(1...run.round))
        #expect(run.history.allSatisfy { $0.bytesUp > 0 && $0.participants == 6 && $0.loss > 0 })
        #expect(run.agents.map(\.id) == shards.map(\.id).sorted())
        #expect(run.agents.allSatisfy { $0.connected && $0.position?.count == 2 && $0.lastRound >= run.round })
        #expect(run.clusters.flatMap(\.members).sorted() == shards.map(\.id).sorted())

        _ = try await console.wait(for: "run")
        let end = await source.snapshot()
        let over = try #require(end.runs.first)
        #expect(over.state == "finished" && over.phase.name == .over && over.round == 12 && over.phase.awaited.isEmpty)
        #expect(over.uploadsAccepted == 13 * 6 && over.uploadsRefused == 0)
        #expect(over.metric[.deployed] != nil && over.agents.allSatisfy { $0.chosen != nil && $0.metric.count == 6 })
        let report = try await console.report(of: "run")
        #expect(over.metric == report.summary.weighted)
        #expect(over.history.count == report.rounds.count)
        for (shown, told) in zip(over.history, report.rounds) {
            #expect(told.metric.allSatisfy { shown.metric[$0.key] == $0.value } && shown.metric[.cluster] != nil)
        }
        #expect(over.lineage == report.lineage)
        #expect(try StatusSnapshot(json: end.json()) == end)
        let served = try await source.report(of: RunID(checked: "run"))
        #expect(try Report(json: Data(try #require(served))).models == report.models)
        #expect(try await source.report(of: RunID(checked: "none")) == nil)
        if let path = ProcessInfo.processInfo.environment["ENGRAM_STATUS_SAMPLE"] {
            try middle.json().write(to: URL(fileURLWithPath: path))
        }
        console.leave()
        for agent in agents { await agent.stop() }
        #expect(await source.readiness().filter { !$0.ok } == [])
        await daemon.kill()
        #expect(await source.readiness().filter { !$0.ok }.map(\.name) == ["running"])
    }

    @Test func mutatingVerbsAreWrittenDown() async throws {
        let daemon = try TestDaemon(.tls)
        try await daemon.start()
        let shards = try ToyFederation.shards(agents: 1)
        let agent = TestAgent(shards[0].id, shards[0].shard, in: daemon)
        try await agent.start(daemon)
        let console = try await Console(daemon)
        try await console.start(try ToyFederation.recipe(agents: 5), as: "audited")
        _ = try await console.ask(.listRuns, Admin.Nothing(), [Admin.RunLine].self)
        await #expect(throws: Admin.Failure.self) {
            try await console.ask(.cancelRun, Admin.RunName(run: RunID("nothing")), Admin.RunLine.self)
        }
        _ = try await console.ask(.revokeAgent, Admin.Revocation(name: "agent-0", reason: "lost"), Admin.Revoked.self)
        console.leave()
        await agent.stop()
        let path = AuditLog(in: try #require(daemon.state)).path()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let decoder = JSONDecoder()
        let entries = try text.split(separator: "\n").map { try decoder.decode(AuditEntry.self, from: Data($0.utf8)) }
        #expect(
            entries.map(\.verb) == ["token.create", "enrol", "run.start", "run.cancel", "agent.revoke"],
            "asking is not written down")
        #expect(entries.map(\.outcome) == ["ok", "ok", "ok", "refused", "ok"])
        #expect(entries[0].who.name == "operator" && entries[0].who.role == "operator")
        #expect(entries.filter { $0.verb != "enrol" }.allSatisfy { $0.who.fingerprint?.count == 64 })
        #expect(entries[1].who.name == nil && entries[1].arguments == ["name": "agent-0"])
        #expect(entries[2].arguments["run"] == "audited" && entries[2].arguments["recipe_sha256"]?.count == 64)
        #expect(entries[3].reason?.contains("nothing") == true)
        #expect(entries[4].arguments == ["name": "agent-0", "reason": "lost"])
        #expect(!text.contains("engram1-") && !text.contains("BEGIN"), "no token, no key")
        await daemon.kill()
    }
}

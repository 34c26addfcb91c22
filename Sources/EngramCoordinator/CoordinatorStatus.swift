// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
import EngramLocks
import EngramSockets
package import EngramStatus
package import EngramStore
package import EngramWire

/// A coordinator as the status server sees it. Everything that takes long happens on the caller's thread, on copies.
package final class CoordinatorStatus: StatusSource {
    private let coordinator: Coordinator
    private let folder: StateFolder
    private let address: String
    private let limits: StatusLimits
    /// Maps are drawn once a round.
    private let maps = Mutex<[RunID: (round: Int, map: SignatureMap)]>([:])

    package init(_ coordinator: Coordinator, folder: StateFolder, address: String, limits: StatusLimits) {
        self.coordinator = coordinator
        self.folder = folder
        self.address = address
        self.limits = limits
    }

    package var revision: Int { coordinator.changes.revision }
    package var changes: AsyncStream<Void> { coordinator.changes.rings }

    package func snapshot() async -> StatusSnapshot {
        let view = await coordinator.view()
        let daemon = StatusSnapshot.Daemon(
            version: CoordinatorSoftware.version, started: view.started, uptimeSeconds: max(0, view.time - view.started),
            address: address, agentsEnrolled: view.enrolledAgents, agentsConnected: view.connectedAgents.count,
            operatorsConnected: view.connectedOperators, connections: view.connections, bytesUp: view.bytesUp,
            bytesDown: view.bytesDown, peakRssBytes: PeakMemory.bytes, runCount: view.runCount)
        return StatusSnapshot(
            revision: view.revision, time: view.time, daemon: daemon, runs: view.runs, connected: view.connectedAgents,
            positions: positions(view.runs), limits: limits.snapshot)
    }

    package func report(of run: RunID) async throws -> [UInt8]? {
        guard let view = await coordinator.view(of: run) else { return nil }
        return [UInt8](try view.report.json())
    }

    package func readiness() async -> [ReadinessCheck] {
        let life = coordinator.life.withLock { $0 }
        var disk: String?
        do throws(StoreError) { try folder.checkWritable() } catch { disk = "\(error)" }
        return [
            ReadinessCheck("listening", life == .starting ? "the federated port is not open yet" : nil),
            ReadinessCheck("running", life == .stopping ? "the daemon is stopping" : nil),
            ReadinessCheck("store", disk),
            ReadinessCheck(
                "coordinator", await answers() ? nil : "the coordinator has not answered for \(limits.readinessSeconds) seconds"),
        ]
    }

    private func positions(_ runs: [RunView]) -> [RunID: SignatureMap] {
        let known = maps.withLock { $0 }
        var drawn: [RunID: (round: Int, map: SignatureMap)] = [:]
        for view in runs {
            let round = view.machine.state.round
            if let old = known[view.run], old.round == round {
                drawn[view.run] = old
            } else {
                drawn[view.run] = (round, SignatureMap(view.notes.signatures, fitting: limits.snapshot.mapped))
            }
        }
        maps.withLock { [drawn] in $0 = drawn }
        return drawn.mapValues(\.map)
    }

    /// Whether the coordinator's thread gets round to a question in time.
    private func answers() async -> Bool {
        let (answers, answer) = AsyncStream<Bool>.makeStream()
        let question = _Concurrency.Task { [coordinator] in
            await coordinator.answer()
            answer.yield(true)
        }
        let patience = _Concurrency.Task { [limits] in
            try? await _Concurrency.Task.sleep(for: .seconds(limits.readinessSeconds))
            answer.yield(false)
        }
        defer {
            question.cancel()
            patience.cancel()
        }
        for await first in answers { return first }
        return false
    }
}

extension RunView {
    /// As `engram run report` gives it. Agents' memory is theirs: the coordinator does not ask.
    var report: Report {
        var cost = Report.Cost()
        cost.wallSeconds = summaries.reduce(0) { $0 + $1.seconds }
        cost.coordinatorPeakRssBytes = PeakMemory.bytes
        return Report(state: machine.state, recipe: machine.recipe, summaries: summaries, engine: .coordinator, cost: cost)
    }
}

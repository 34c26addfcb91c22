// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramOperator
import EngramWire
import Foundation
import Testing

/// Real processes, killed at the worst moment: the run ends in the same bytes as one that nobody disturbed.
@Suite(.timeLimit(.minutes(5)), .serialized) struct KilledProcessesTests {
    /// Signals when a run has committed a round, from the progress lines that the federation reports.
    private actor Rounds {
        private var latest = 0
        private var waiting: [(round: Int, continuation: CheckedContinuation<Void, Never>)] = []

        func reached(_ round: Int) {
            latest = max(latest, round)
            for waiter in waiting where waiter.round <= latest { waiter.continuation.resume() }
            waiting.removeAll { $0.round <= latest }
        }

        func wait(for round: Int) async {
            if latest >= round { return }
            await withCheckedContinuation { waiting.append((round, $0)) }
        }
    }

    private func executables() throws -> LocalExecutables {
        // Tests and programs are built into one folder.
        let test = Bundle.allBundles.map(\.bundlePath).first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        var folder = URL(fileURLWithPath: test)
        while folder.path.count > 1 {
            folder.deleteLastPathComponent()
            if let found = try? LocalExecutables(in: folder.path) { return found }
        }
        return try LocalExecutables(in: ".build/debug")
    }

    private func temporary() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("engram-killed-" + UUID().uuidString).path
    }

    @Test func daemonAndAgentsAreKilledInMidRun() async throws {
        let shards = try ToyFederation.shards(agents: 6, groups: 2, rows: 80)
        let recipe = try ToyFederation.recipe(agents: 6, rounds: 36)
        var simulation = Simulation(recipe: recipe, agents: shards)
        let expected = try simulation.run().models

        let folder = temporary()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let data = try FederationFolder.write(shards, to: folder, name: "toy", origin: .init(command: "test", seed: 7))
        let federation = try LocalFederation(data, executables: executables(), orderSeed: 5)
        let report = try await LocalFederation.with(federation) { federation in
            let rounds = Rounds()
            let run = try await federation.begin(recipe)
            async let followed: Void = federation.follow(run) { line in
                let round = line.line.round
                _Concurrency.Task { await rounds.reached(round) }
            }
            for (round, agents) in [(3, []), (11, [0, 4]), (27, [])] as [(Int, [Int])] {
                await rounds.wait(for: round)
                await federation.killDaemon()
                for agent in agents { await federation.killAgent(agent) }
                try await federation.startDaemon()
                for agent in agents { try await federation.startAgent(agent) }
            }
            try await followed
            return try await federation.report(of: run)
        }
        #expect(report.models == expected)
        #expect(report.rounds.map(\.round) == Array(1...36))
        #expect(report.rounds.allSatisfy { $0.participants == 6 && $0.lost == 0 })
    }
}

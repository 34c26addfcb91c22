// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLearning
import EngramTLS
import EngramTransport
import EngramWire
import Foundation

/// An operator in a test.
final class Console: Sendable {
    private let client: CoordinatorClient
    private let running: _Concurrency.Task<SessionEnd, Never>

    init(_ daemon: TestDaemon) async throws {
        let transport = try await daemon.client("operator", .operator)
        let client = CoordinatorClient(try await transport.connect(), role: .operator, software: "test", limits: WireLimits())
        self.client = client
        running = _Concurrency.Task { await client.run() }
        _ = try await client.opened()
    }

    func ask<Answer: Decodable>(_ verb: Verb, _ body: some Encodable, _ answer: Answer.Type) async throws -> Answer {
        let (status, data) = try await client.request(verb.rawValue, [UInt8](try JSONEncoder().encode(body)))
        guard status == 200 else { throw try JSONDecoder().decode(Admin.Failure.self, from: Data(data)) }
        return try JSONDecoder().decode(Answer.self, from: Data(data))
    }

    func start(_ recipe: Recipe, as run: String) async throws {
        if let file = recipe.external?.file {
            // In small pieces: most models fit into one.
            for start in stride(from: 0, to: file.count, by: 100) {
                let piece = Admin.ModelPiece(offset: start, bytes: Data(file[start..<min(start + 100, file.count)]))
                _ = try await ask(.putModel, piece, Admin.ModelHeld.self)
            }
        }
        _ = try await ask(.startRun, Admin.StartRun(recipe: recipe.yaml, run: RunID(run)), Admin.RunLine.self)
    }

    /// Waits until the run is over; returns its last line.
    func wait(for run: String) async throws -> Admin.RunLine {
        _ = try await client.request(
            Verb.watchRun.rawValue, [UInt8](try JSONEncoder().encode(Admin.RunName(run: RunID(run))))
        ) { _, _ in }
        return try await ask(.showRun, Admin.RunName(run: RunID(run)), Admin.RunDetail.self).line
    }

    func report(of run: String) async throws -> Report {
        let (status, data) = try await client.request(
            Verb.report.rawValue, [UInt8](try JSONEncoder().encode(Admin.RunName(run: RunID(run)))))
        guard status == 200 else { throw try JSONDecoder().decode(Admin.Failure.self, from: Data(data)) }
        return try Report(json: Data(data))
    }

    func leave() { client.leave() }
}

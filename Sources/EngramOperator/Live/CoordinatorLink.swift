// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramFederation
import EngramLocks
import EngramSockets
package import EngramTransport
import EngramWire
import Foundation

/// An operator's connection to a coordinator, as typed questions.
package struct CoordinatorLink: Sendable {
    private let client: CoordinatorClient

    /// Connects, runs `body`, and leaves; every error comes out as an `OperatorError`.
    package static func with<T: Sendable>(
        _ identity: IdentityFolder, coordinator: String? = nil,
        _ body: @Sendable @escaping (CoordinatorLink) async throws -> T
    ) async throws(OperatorError) -> T {
        do {
            guard identity.exists else {
                throw OperatorError.badInput(
                    "\(identity.path): there is no operator's identity; enrol with engram enroll --token TOKEN --coordinator HOST:PORT, "
                        + "or name another folder with --identity (engramd init makes STATE/operator)")
            }
            let limits = WireLimits()
            let reactor = try Reactor()
            let transport = try identity.transport(to: coordinator, reactor: reactor, limits: limits)
            let client = CoordinatorClient(
                try await transport.connect(), role: .operator, software: SoftwareVersion.name, limits: limits)
            let result = try await withTaskCancellationHandler {
                try await converse(client, body)
            } onCancel: {
                // Pending calls do not hear of cancellation; they end with the connection.
                Task { await client.cut() }
            }
            await reactor.shutDown()
            return result
        } catch {
            if Task.isCancelled { throw .interrupted }
            throw OperatorError(error)
        }
    }

    private static func converse<T: Sendable>(
        _ client: CoordinatorClient, _ body: @Sendable @escaping (CoordinatorLink) async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                _ = await client.run()
                return nil
            }
            group.addTask {
                _ = try await client.opened()
                let result = try await body(CoordinatorLink(client: client))
                client.leave()
                return result
            }
            do {
                var result: T?
                for try await part in group { if let part { result = part } }
                guard let result else { throw CancellationError() }
                return result
            } catch {
                await client.cut()
                throw error
            }
        }
    }

    /// Asks and reads the answer.
    package func ask<Answer: Decodable>(
        _ verb: Verb, _ body: some Encodable, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(try await raw(verb, body)))
    }

    package func report(_ run: Admin.RunName) async throws -> Report { try Report(json: Data(try await raw(.report, run))) }

    package func fetch(_ digest: Digest) async throws -> [UInt8] { try await client.fetch(digest) }

    /// Follows a run; returns when the coordinator has sent the last line.
    package func watch(_ run: Admin.RunName, _ progress: @escaping @Sendable (Admin.Progress) -> Void) async throws {
        let buffer = Mutex<[UInt8]>([])
        let problem = Mutex<(any Error)?>(nil)
        let status = try await client.request(Verb.watchRun.rawValue, try Self.encode(run)) { status, piece in
            let lines = buffer.withLock { held -> [[UInt8]] in
                held += piece
                guard status < 300, let end = held.lastIndex(of: 0x0a) else { return [] }
                defer { held.removeSubrange(...end) }
                return held[..<end].split(separator: 0x0a).map(Array.init)
            }
            for line in lines {
                do {
                    progress(try JSONDecoder().decode(Admin.Progress.self, from: Data(line)))
                } catch {
                    problem.withLock { $0 = error }
                }
            }
        }
        guard (200..<300).contains(status) else { throw Self.failure(status, buffer.withLock { $0 }) }
        if let problem = problem.withLock({ $0 }) { throw problem }
    }

    private func raw(_ verb: Verb, _ body: some Encodable) async throws -> [UInt8] {
        let (status, answer) = try await client.request(verb.rawValue, try Self.encode(body))
        guard (200..<300).contains(status) else { throw Self.failure(status, answer) }
        return answer
    }

    private static func encode(_ body: some Encodable) throws -> [UInt8] { [UInt8](try JSONEncoder().encode(body)) }

    /// A status as an error: 400 is our request's fault, 5xx the coordinator's, the rest a refusal.
    package static func failure(_ status: UInt16, _ body: [UInt8]) -> OperatorError {
        let text = (try? JSONDecoder().decode(Admin.Failure.self, from: Data(body)))?.error ?? "status \(status)"
        return switch status {
        case 400: .badInput(text)
        case 500...: .failed("the coordinator failed: \(text)")
        default: .refused(text)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramSockets

/// Runs `operation`, and cancels it when the deadline passes: then throws `SocketError.timedOut`.
///
/// For the in-memory transport and for composed operations; sockets have deadlines of their own in the reactor.
package func withDeadline<Result: Sendable>(
    _ deadline: ContinuousClock.Instant, _ what: String, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(until: deadline, clock: .continuous)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw SocketError.timedOut(what) }
        return result
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLocks
package import EngramTLS

import struct Synchronization.Atomic

/// A server and its clients in one process, without sockets: same contract as TLS, with seeded faults.
package final class MemoryTransport: ServerTransport {
    private struct State: Sendable {
        var waiting: [MemoryStream] = []
        var acceptor: CheckedContinuation<Void, Never>?
        var isClosed = false
    }

    private let capacity: Int
    private let identity: PeerIdentity?
    private let state = Mutex(State())

    /// `capacity`: bytes that may be under way in each direction of a connection. `identity`: what clients see as their peer.
    package init(capacity: Int = 256 << 10, identity: PeerIdentity? = nil) {
        self.capacity = capacity
        self.identity = identity
    }

    package var address: String { "memory" }

    /// A client of this server with a given identity and faults. Its connections are numbered 0, 1, …: each has its own faults.
    package func client(as identity: PeerIdentity?, faults: FaultPlan = .none) -> MemoryClientTransport {
        MemoryClientTransport(server: self, identity: identity, faults: faults)
    }

    package func serve(_ handler: @escaping @Sendable (any ByteStream) async -> Void) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                while let stream = try await accept() {
                    group.addTask {
                        await handler(stream)
                        await stream.close()
                    }
                }
            }
        } catch {
            await close()
            throw error
        }
    }

    package func close() async {
        let refused = change { state in
            state.isClosed = true
            let refused = state.waiting
            state.waiting = []
            return refused
        }
        for stream in refused { stream.abort() }
    }

    fileprivate func connect(_ identity: PeerIdentity?, _ faults: FaultPlan, _ number: Int) throws -> MemoryStream {
        guard !faults.refuses(connection: number) else { throw TransportError.connectionRefused }
        let (client, server) = MemoryStream.pair(
            capacity: capacity, clientIdentity: identity, serverIdentity: self.identity, faults: faults, connection: number)
        let accepted = change { state in
            guard !state.isClosed else { return false }
            state.waiting.append(server)
            return true
        }
        guard accepted else { throw TransportError.connectionRefused }
        return client
    }

    private func accept() async throws -> MemoryStream? {
        while true {
            try Task.checkCancellation()
            let (stream, closed) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
            }
            if let stream { return stream }
            if closed { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let stored = state.withLock { state in
                        guard state.waiting.isEmpty, !state.isClosed else { return false }
                        state.acceptor = continuation
                        return true
                    }
                    if !stored { return continuation.resume() }
                    if Task.isCancelled { change { _ in } }
                }
            } onCancel: {
                change { _ in }
            }
        }
    }

    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, acceptor) = state.withLock { state in
            let result = body(&state)
            let acceptor = state.acceptor
            state.acceptor = nil
            return (result, acceptor)
        }
        acceptor?.resume()
        return result
    }
}

/// A client of a `MemoryTransport`.
package final class MemoryClientTransport: ClientTransport {
    private let server: MemoryTransport
    private let identity: PeerIdentity?
    private let faults: FaultPlan
    private let connections = Atomic<Int>(0)

    fileprivate init(server: MemoryTransport, identity: PeerIdentity?, faults: FaultPlan) {
        self.server = server
        self.identity = identity
        self.faults = faults
    }

    package var destination: String { "memory" }

    package func connect() async throws -> any ByteStream {
        let number = connections.add(1, ordering: .relaxed).oldValue
        return try server.connect(identity, faults, number)
    }
}

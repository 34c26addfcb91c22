// SPDX-License-Identifier: Apache-2.0

/// Tells tasks when sockets are ready: one epoll thread, which is also the actor's executor.
///
/// Each descriptor is registered once, edge-triggered, for both directions; readiness that nobody waits for is remembered. System
/// calls on the sockets run on the callers' tasks. The thread ends when the reactor is released.
package actor Reactor {
    private nonisolated let thread: ReactorThread
    /// The thread that looks host names up.
    package nonisolated let resolver: ThreadExecutor

    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    package init(name: String = "engram-reactor") throws(SocketError) {
        thread = try ReactorThread(name: name)
        resolver = ThreadExecutor(name: "engram-resolver")
    }

    deinit { thread.stop() }

    /// The number of registered sockets.
    package var socketCount: Int { thread.table.descriptorCount }

    package func register(_ socket: Socket) throws(SocketError) -> ReactorToken {
        try socket.use { (descriptor) throws(SocketError) in try thread.register(descriptor) }
    }

    /// Forgets the socket and wakes whoever waits on it with `SocketError.closed`. To be called before the socket is closed.
    package func deregister(_ token: ReactorToken) { thread.deregister(token) }

    /// `deregister` without waiting for it to be done.
    package nonisolated func forget(_ token: ReactorToken) { thread.post(.forget(token)) }

    /// Wakes every waiter with `SocketError.shutDown`; later waits and registrations end so too.
    package func shutDown() { thread.table.shutDown() }

    /// Returns when the socket may be ready; to be called after a transfer would have blocked.
    ///
    /// One task at a time per direction. Throws when the deadline passes, the socket is closed, the task is cancelled or the
    /// reactor shut down.
    package nonisolated func wait(
        _ token: ReactorToken, for interest: Interest, until deadline: ContinuousClock.Instant? = nil
    ) async throws(SocketError) {
        let wait = ReactorWait(token: token, interest: interest, deadline: deadline, ignoresReadiness: false)
        try await run(wait, expiry: .timedOut(interest == .read ? "waiting for data" : "sending"))
    }

    /// Sleeps until the deadline; ends early with an error if the socket is closed, the task cancelled or the reactor shut down.
    package nonisolated func pause(_ token: ReactorToken, until deadline: ContinuousClock.Instant) async throws(SocketError) {
        try await run(ReactorWait(token: token, interest: .read, deadline: deadline, ignoresReadiness: true), expiry: nil)
    }

    /// Sleeps until the deadline; ends early with an error if the task is cancelled or the reactor shut down.
    package nonisolated func sleep(until deadline: ContinuousClock.Instant) async throws(SocketError) {
        try await run(ReactorWait(token: nil, interest: .read, deadline: deadline, ignoresReadiness: true), expiry: nil)
    }

    private nonisolated func run(_ wait: ReactorWait, expiry: SocketError?) async throws(SocketError) {
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { thread.post(.park(wait, $0)) }
        } onCancel: {
            wait.cancel()
            thread.post(.cancel(wait))
        }
        switch outcome {
        case .ready: return
        case .expired: if let expiry { throw expiry }
        case .closed: throw .closed
        case .cancelled: throw .cancelled
        case .shutDown: throw .shutDown
        case .busy: throw .busy
        }
    }
}

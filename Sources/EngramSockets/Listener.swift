// SPDX-License-Identifier: Apache-2.0
import Glibc

import struct Synchronization.Atomic

/// Accepts TCP connections; outlives bursts that exhaust descriptors or memory.
package final class Listener: Sendable {
    package struct Options: Sendable {
        /// Connections that the system keeps waiting.
        package var backlog: Int32 = 1024
        /// Accepts in a row before other tasks get their turn.
        package var acceptsPerWakeup = 64
        /// The pause after an exhausted resource: doubled from the first to the second.
        package var firstPause: Duration = .milliseconds(5)
        package var longestPause: Duration = .seconds(1)
        package init() {}
    }

    /// The address in use: with port 0 asked for, the one that the system chose.
    package let address: SocketAddress
    private let socket: Socket
    private let reactor: Reactor
    private let token: ReactorToken
    private let options: Options
    private let acceptNext: @Sendable (Socket) throws(SocketError) -> (Socket, SocketAddress)?
    private let acceptedInARow = Atomic<Int>(0)
    private let pauses = Atomic<Int>(0)

    /// Binds and listens. Throws `SocketError.cannotListen` with what to do about it.
    package convenience init(on address: SocketAddress, reactor: Reactor, options: Options = Options()) async throws(SocketError)
    {
        try await self.init(on: address, reactor: reactor, options: options) { (socket) throws(SocketError) in try socket.accept()
        }
    }

    /// With the accept call as an argument, so that tests can make it fail as an exhausted machine does.
    init(
        on address: SocketAddress, reactor: Reactor, options: Options,
        acceptNext: @escaping @Sendable (Socket) throws(SocketError) -> (Socket, SocketAddress)?
    ) async throws(SocketError) {
        socket = try Socket(address.family)
        try socket.bind(address)
        try socket.listen(backlog: options.backlog)
        self.address = try socket.localAddress()
        self.reactor = reactor
        self.options = options
        self.acceptNext = acceptNext
        token = try await reactor.register(socket)
    }

    deinit {
        reactor.forget(token)
        socket.close()
    }

    /// How often accepting had to pause because descriptors or memory ran out.
    package var pauseCount: Int { pauses.load(ordering: .relaxed) }

    /// The next connection; nil once the listener is closed. One task at a time.
    ///
    /// Throws only on cancellation, reactor shutdown and programming errors: a connection that was reset before it was accepted
    /// is skipped, and exhausted descriptors or memory lead to a pause.
    package func accept() async throws(SocketError) -> TCPStream? {
        var pause = options.firstPause
        while true {
            if acceptedInARow.load(ordering: .relaxed) >= options.acceptsPerWakeup {
                acceptedInARow.store(0, ordering: .relaxed)
                await Task.yield()
            }
            if Task.isCancelled { throw .cancelled }
            do throws(SocketError) {
                guard let (accepted, remote) = try acceptNext(socket) else {
                    acceptedInARow.store(0, ordering: .relaxed)
                    try await reactor.wait(token, for: .read)
                    continue
                }
                acceptedInARow.add(1, ordering: .relaxed)
                do throws(SocketError) {
                    return try await TCPStream(accepted, remote: remote, reactor: reactor)
                } catch .shutDown {
                    throw .shutDown
                } catch {
                    // The connection died between accept and registration: it concerns nobody else.
                    continue
                }
            } catch .closed {
                return nil
            } catch .system("accept", let code) where Self.isTransient(code) {
                continue
            } catch .system("accept", let code) where Self.isExhaustion(code) {
                pauses.add(1, ordering: .relaxed)
                do throws(SocketError) {
                    try await reactor.pause(token, until: .now + pause)
                } catch .closed {
                    return nil
                }
                pause = min(pause * 2, options.longestPause)
            }
        }
    }

    /// Stops listening now; a waiting `accept` returns nil.
    package func close() async {
        await reactor.deregister(token)
        socket.close()
    }

    /// Errors of one connection, which Linux passes on through accept (accept(2), "Error handling").
    private static func isTransient(_ code: Int32) -> Bool {
        [ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM].contains(
            code)
    }

    private static func isExhaustion(_ code: Int32) -> Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}

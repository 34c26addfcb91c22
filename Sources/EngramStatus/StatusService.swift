// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLocks
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle

/// The status server as a service of the process: HTTP/1.1, read-only.
package struct StatusService: Service {
    private let source: any StatusSource
    private let host: String
    private let port: Int
    private let hosts: HostPolicy
    private let limits: StatusLimits
    private let log: Logger
    private let onListening: @Sendable (_ address: String) throws -> Void

    /// `names` are further names that clients may use beside addresses; `onListening` hears the address with its real port.
    package init(
        source: any StatusSource, host: String, port: Int, names: [String], limits: StatusLimits, log: Logger,
        onListening: @escaping @Sendable (_ address: String) throws -> Void
    ) {
        self.source = source
        self.host = host
        self.port = port
        hosts = HostPolicy(names: names)
        self.limits = limits
        self.log = log
        self.onListening = onListening
    }

    /// Serves until cancelled or asked to shut down gracefully. Throws `StatusError` if the address cannot be had.
    package func run() async throws {
        let board = StatusBoard(source: source, limits: limits, log: log)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await board.follow() }
                group.addTask { try await board.beat() }
                group.addTask { try await end(board) }
                group.addTask { try await serve(board) }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch is CancellationError {
            return
        }
    }

    private func serve(_ board: StatusBoard) async throws {
        let opening = Opening()
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: limits.headerFieldBytes, maxHeaderListSize: limits.headerBytes,
            maxHeaderFieldCount: limits.headerFields)
        // The library tells of every connection: that is for those who look for its faults.
        var quiet = log
        quiet.logLevel = max(log.logLevel, .warning)
        let application = Application(
            responder: StatusResponder(board: board, traffic: StatusTraffic(), hosts: hosts, limits: limits),
            server: .http1(
                configuration: .init(
                    idleTimeout: .nanoseconds(Int64(limits.idleSeconds * 1e9)), httpDecoderConfiguration: decoder)),
            configuration: .init(
                address: .hostname(host, port: port), backlog: limits.backlog,
                availableConnectionsDelegate: MaximumAvailableConnections(limits.connections, logger: quiet)),
            onServerRunning: { channel in
                do {
                    let address = channel.localAddress.flatMap { $0.port }.map { Self.text(host, $0) } ?? host
                    log.notice("status page", metadata: ["address": "http://\(address)/"])
                    try onListening(address)
                    opening.state.withLock { $0 = .open }
                } catch {
                    opening.state.withLock { $0 = .failed(error) }
                    channel.close(promise: nil)
                }
            }, logger: quiet)
        do {
            try await application.run()
        } catch {
            switch opening.state.withLock({ $0 }) {
            case .failed(let reason): throw reason
            case .open: throw error
            case .waiting:
                guard !(error is CancellationError) else { throw error }
                throw StatusError.cannotListen(address: Self.text(host, port), reason: "\(error)")
            }
        }
    }

    /// Once the process is to end, readers are told; what is still open after a while is cut off.
    private func end(_ board: StatusBoard) async throws {
        try await gracefulShutdown()
        await board.close()
        try await _Concurrency.Task.sleep(for: .seconds(limits.shutdownSeconds))
    }

    private static func text(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// How far the server has come, told by its own task.
private final class Opening: Sendable {
    enum State: Sendable {
        case waiting, open
        case failed(any Error)
    }

    let state = Mutex(State.waiting)
}

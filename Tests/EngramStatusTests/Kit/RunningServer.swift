// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramStatus
import Foundation
import Logging
import ServiceLifecycle

extension StatusLimits {
    /// For tests in which nobody is sent away for being late: a thousand others share the processors with them.
    static var patient: StatusLimits {
        var limits = StatusLimits()
        limits.idleSeconds = 600
        limits.stallSeconds = 600
        limits.readinessSeconds = 60
        return limits
    }
}

/// A status server in this process, on a free port of loopback.
final class RunningServer: Sendable {
    let source: MadeUpSource
    let port: UInt16
    let reactor: Reactor
    private let running: _Concurrency.Task<Void, any Error>
    private let group: ServiceGroup

    init(_ limits: StatusLimits = .patient, names: [String] = []) async throws {
        let source = try MadeUpSource()
        self.source = source
        reactor = try Reactor()
        let (addresses, address) = AsyncStream<String>.makeStream()
        var log = Logger(label: "status", factory: { _ in SwiftLogNoOpLogHandler() })
        log.logLevel = .critical
        let service = StatusService(source: source, host: "127.0.0.1", port: 0, names: names, limits: limits, log: log) {
            address.yield($0)
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: log))
        self.group = group
        running = _Concurrency.Task {
            defer { address.finish() }
            try await group.run()
        }
        var iterator = addresses.makeAsyncIterator()
        guard let text = await iterator.next(), let port = text.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw CocoaError(.featureUnsupported)
        }
        self.port = port
    }

    func client() async throws -> RawClient {
        RawClient(
            try await TCPStream.connect(to: .loopback(port: port), reactor: reactor, deadline: .now + .seconds(30)))
    }

    /// One request on a connection of its own.
    func get(_ path: String, _ headers: String...) async throws -> RawClient.Reply {
        let client = try await client()
        try await client.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers.map { $0 + "\r\n" }.joined())\r\n")
        return try await client.reply()
    }

    /// Asks it to end as a signal would; returns when it has.
    func shutDown() async throws {
        await group.triggerGracefulShutdown()
        try await running.value
    }

    func stop() async {
        running.cancel()
        _ = await running.result
        await reactor.shutDown()
    }
}

/// Runs a test against a server, and ends it.
func withServer(
    _ limits: StatusLimits = .patient, names: [String] = [], _ body: (RunningServer) async throws -> Void
) async throws {
    let server = try await RunningServer(limits, names: names)
    do {
        try await body(server)
    } catch {
        await server.stop()
        throw error
    }
    await server.stop()
}

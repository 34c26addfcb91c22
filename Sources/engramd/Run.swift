// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import EngramSockets
import EngramStore
import EngramTransport
import EngramWire
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the daemon until stopped; whatever it had committed, it goes on from.")

    @Option(help: "The folder that 'init' made.") var state: String
    @Option(help: "Where to listen, HOST:PORT; port 0 takes any free one.") var listen = "127.0.0.1:7443"
    @Option(help: "A file that gets the real HOST:PORT once the daemon listens.") var portFile: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: LogLevel.parse) var logLevel = Logger
        .Level.info

    private func makeLog() -> Logger {
        var log = Logger(label: "engramd", factory: { StreamLogHandler.standardError(label: $0) })
        log.logLevel = logLevel
        return log
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        let log = makeLog()
        let folder = try CoordinatorFolder(opening: state)
        let limits = WireLimits()
        let coordinator = Coordinator(
            store: try SQLiteStateStore(in: folder.state, maximumBytes: nil), blobs: try BlobStore(in: folder.state),
            spool: try UploadSpool(
                in: folder.state, limits: SpoolLimits(uploadBytes: limits.maxUploadBytes, totalBytes: limits.maxSpoolBytes)),
            authority: try folder.authority(), limits: limits, log: log)
        let reactor = try Reactor()
        let endpoint = try Endpoint(listen, defaultPort: IdentityFolder.defaultPort)
        let address = try await endpoint.resolve(on: reactor.resolver)[0]
        let transport = try await TLSServerTransport(on: address, reactor: reactor, context: try folder.context(), limits: limits)
        {
            remote, reason in
            log.info("connection refused", metadata: ["connection.remote": "\(remote)", "error": "\(reason)"])
        }
        try await coordinator.start()
        if let portFile {
            // Whole or not there: whoever waits for the file reads a complete address.
            try Data((transport.address + "\n").utf8).write(to: URL(fileURLWithPath: portFile), options: .atomic)
        }
        log.notice("listening", metadata: ["address": "\(transport.address)", "state": "\(state)"])
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: CoordinatorService(coordinator: coordinator, transport: transport, log: log))],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
        await reactor.shutDown()
    }
}

/// Log levels on the command line.
private enum LogLevel {
    static func parse(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("--log-level \(text): use \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}

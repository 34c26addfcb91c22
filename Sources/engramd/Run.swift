// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import EngramLogging
import EngramSockets
import EngramStatus
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
    @OptionGroup var status: StatusOptions
    @OptionGroup var logging: LogOptions

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        let log = logging.logger("engramd")
        let statusEndpoint = try status.endpoint()
        let folder = try CoordinatorFolder(opening: state)
        let limits = WireLimits()
        let shown = StatusLimits()
        let coordinator = Coordinator(
            store: try SQLiteStateStore(in: folder.state, maximumBytes: nil), blobs: try BlobStore(in: folder.state),
            spool: try UploadSpool(
                in: folder.state, limits: SpoolLimits(uploadBytes: limits.maxUploadBytes, totalBytes: limits.maxSpoolBytes)),
            authority: try folder.authority(), audit: AuditLog(in: folder.state), limits: limits, shown: shown.snapshot, log: log)
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
            try PortFile.write(transport.address, to: portFile)
        }
        log.notice("listening", metadata: ["address": "\(transport.address)", "state": "\(state)"])
        // Services end in the reverse order: the status page can say that the coordinator stops.
        var services: [any Service] = [CoordinatorService(coordinator: coordinator, transport: transport, log: log)]
        if let statusEndpoint {
            let source = CoordinatorStatus(coordinator, folder: folder.state, address: transport.address, limits: shown)
            services.insert(status.service(of: source, on: statusEndpoint, limits: shown, log: log), at: 0)
        }
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
        try await group.run()
        await reactor.shutDown()
    }
}

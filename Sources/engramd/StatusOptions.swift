// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import EngramCoordinator
import EngramSockets
import EngramStatus
import Foundation
import Logging

/// Where the status page is served, if it is.
struct StatusOptions: ParsableArguments {
    @Option(help: "Where the status page listens, HOST:PORT, or off. It is read-only and has no password: keep it on loopback.")
    var status = "127.0.0.1:7480"
    @Option(help: "A further name by which clients may call the status page, behind a proxy; may be repeated.") var statusName:
        [String] = []
    @Option(help: "A file that gets the real HOST:PORT of the status page.") var statusPortFile: String?

    /// Nil for off.
    func endpoint() throws -> Endpoint? { status == "off" ? nil : try Endpoint(status, defaultPort: 7480) }

    func service(of source: CoordinatorStatus, on endpoint: Endpoint, limits: StatusLimits, log: Logger) -> StatusService {
        let file = statusPortFile
        return StatusService(
            source: source, host: endpoint.host, port: Int(endpoint.port), names: statusName + [endpoint.host], limits: limits,
            log: log
        ) { address in
            if let file { try PortFile.write(address, to: file) }
        }
    }
}

/// Tells scripts where something listens.
enum PortFile {
    /// Whole or not there: whoever waits for the file reads a complete address.
    static func write(_ address: String, to path: String) throws {
        try Data((address + "\n").utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramWire
package import Foundation

/// A coordinator at one moment, for people and their tools to look at: what the status page draws (docs/status.md).
///
/// Keys are in snake case; times are seconds since 1970; a field without a value is null. `docs/status.schema.json` says the same to machines.
package struct StatusSnapshot: Codable, Equatable, Sendable {
    package static let schemaName = "engram.status/1"

    package var schema = StatusSnapshot.schemaName
    /// Grows with every change of the coordinator since it was started.
    package var revision: Int
    package var time: Double
    package var daemon: Daemon
    /// In the order of their start; the newest is last.
    package var runs: [Run]

    package init(revision: Int, time: Double, daemon: Daemon, runs: [Run]) {
        self.revision = revision
        self.time = time
        self.daemon = daemon
        self.runs = runs
    }

    package func json() throws -> Data { try StatusJSON.encoder.encode(self) }

    package init(json data: Data) throws { self = try StatusJSON.decoder.decode(StatusSnapshot.self, from: data) }

    package struct Daemon: Codable, Equatable, Sendable {
        package var version: String
        package var started: Double
        package var uptimeSeconds: Double
        /// HOST:PORT for agents and operators.
        package var address: String
        /// Agents whose certificate is valid.
        package var agentsEnrolled: Int
        package var agentsConnected: Int
        package var operatorsConnected: Int
        /// Connections of the federated port, newcomers included.
        package var connections: Int
        /// Socket bytes from and to agents since the start.
        package var bytesUp: Int
        package var bytesDown: Int
        package var peakRssBytes: Int
        /// Runs there are; the snapshot may show fewer.
        package var runCount: Int

        package init(
            version: String, started: Double, uptimeSeconds: Double, address: String, agentsEnrolled: Int, agentsConnected: Int,
            operatorsConnected: Int, connections: Int, bytesUp: Int, bytesDown: Int, peakRssBytes: Int, runCount: Int
        ) {
            self.version = version
            self.started = started
            self.uptimeSeconds = uptimeSeconds
            self.address = address
            self.agentsEnrolled = agentsEnrolled
            self.agentsConnected = agentsConnected
            self.operatorsConnected = operatorsConnected
            self.connections = connections
            self.bytesUp = bytesUp
            self.bytesDown = bytesDown
            self.peakRssBytes = peakRssBytes
            self.runCount = runCount
        }
    }
}

/// What has changed between two snapshots: each run in it takes the place of the one of the same name.
package struct StatusChange: Codable, Equatable, Sendable {
    package var schema = StatusSnapshot.schemaName
    package var revision: Int
    package var time: Double
    package var daemon: StatusSnapshot.Daemon
    /// Runs that are new or not as they were.
    package var runs: [StatusSnapshot.Run]
    /// Names of runs that are no longer shown.
    package var gone: [RunID]

    /// From one snapshot to a later one.
    package init(from old: StatusSnapshot, to new: StatusSnapshot) {
        let known = Dictionary(old.runs.map { ($0.run, $0) }) { first, _ in first }
        let living = Set(new.runs.map(\.run))
        revision = new.revision
        time = new.time
        daemon = new.daemon
        runs = new.runs.filter { known[$0.run] != $0 }
        gone = old.runs.map(\.run).filter { !living.contains($0) }
    }

    package func json() throws -> Data { try StatusJSON.encoder.encode(self) }
}

/// One line, keys in snake case and in order.
enum StatusJSON {
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

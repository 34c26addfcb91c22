// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramWire
import Foundation
import Testing

@testable import EngramStore

/// A folder of its own for a test, removed with this object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/engram-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { path + "/" + name }
}

/// The implementations that the contract holds for.
enum Backing: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory
    case folder

    var testDescription: String { rawValue }

    func withStore<Result>(_ body: (any StateStore) throws -> Result) throws -> Result {
        switch self {
        case .memory:
            return try body(SQLiteStateStore(inMemory: "test", maximumBytes: nil))
        case .folder:
            let temporary = try TemporaryFolder()
            defer { withExtendedLifetime(temporary) {} }
            return try body(SQLiteStateStore(in: StateFolder(creating: temporary("state")), maximumBytes: nil))
        }
    }
}

/// Short spellings for values of the tests.
enum Sample {
    static func run(_ text: String = "run-1") throws -> RunID { try #require(RunID(text)) }
    static func agent(_ text: String) throws -> AgentID { try #require(AgentID(text)) }

    static func key(_ agent: String, round: Int = 1, run: String = "run-1") throws -> UploadKey {
        UploadKey(run: try Self.run(run), round: round, agent: try Self.agent(agent))
    }

    static func upload(_ agent: String, round: Int = 1, run: String = "run-1", bytes: [UInt8] = [1]) throws -> UploadRecord {
        UploadRecord(key: try key(agent, round: round, run: run), digest: Digest(of: bytes), size: bytes.count, file: "f")
    }

    static func commit(_ round: Int, state: RunState = .running, lineage: [String] = []) throws -> RoundCommit {
        RoundCommit(
            run: try run(), round: round, snapshot: [UInt8(truncatingIfNeeded: round)], summary: "{\"round\":\(round)}",
            lineage: lineage, state: state, at: Double(round))
    }

    static func token(
        _ secret: String, label: String = "site", role: IdentityRole = .agent, created: Double = 0, expires: Double = 100
    ) -> EnrolmentToken {
        EnrolmentToken(secretHash: Digest(of: Array(secret.utf8)), label: label, role: role, created: created, expires: expires)
    }

    static func identity(_ name: String, _ serial: String, role: IdentityRole = .agent, issued: Double = 1) -> Identity {
        Identity(name: name, role: role, serial: serial, fingerprint: "fp-\(serial)", issued: issued, expires: 1000)
    }

    static func bytes(_ count: Int, seed: UInt8 = 7) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ ($0 >> 8)) ^ seed }
    }

    static func startedRun(in store: any StateStore, _ id: String = "run-1") throws {
        try store.createRun(run(id), name: "name", recipe: "preset: fedavg", seed: 1, at: 0)
        try store.setRunState(run(id), .running, failure: nil, at: 1)
    }
}

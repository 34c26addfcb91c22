// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramLocks
import EngramStatus
import EngramWire
import Foundation

/// A coordinator that is not there: shows the example, changed as a test likes.
final class MadeUpSource: StatusSource {
    private let shown: Mutex<StatusSnapshot>
    private let problem = Mutex<String?>(nil)
    private let looked = Mutex(0)
    private let ringing: AsyncStream<Void>.Continuation
    let changes: AsyncStream<Void>

    init() throws {
        shown = Mutex(try StatusSnapshot(json: Samples.snapshot()))
        (changes, ringing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    var revision: Int { shown.withLock { $0.revision } }
    /// How often it was asked.
    var looks: Int { looked.withLock { $0 } }

    func change(_ body: (inout StatusSnapshot) -> Void) {
        shown.withLock { snapshot in
            body(&snapshot)
            snapshot.revision += 1
        }
        ringing.yield()
    }

    func fail(_ what: String?) { problem.withLock { $0 = what } }

    func snapshot() async -> StatusSnapshot {
        looked.withLock { $0 += 1 }
        return shown.withLock { $0 }
    }

    func report(of run: RunID) async throws -> [UInt8]? {
        shown.withLock { $0.runs.contains { $0.run == run } } ? Array("{\"schema\":\"engram.report/1\"}".utf8) : nil
    }

    func readiness() async -> [ReadinessCheck] {
        [ReadinessCheck("listening", nil), ReadinessCheck("store", problem.withLock { $0 })]
    }
}

/// Files of the tests and of the repository.
enum Samples {
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static var snapshotPath: String { repository + "/Tests/EngramStatusTests/Samples/snapshot.json" }
    static var schemaPath: String { repository + "/docs/status.schema.json" }

    static func snapshot() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: snapshotPath)) }
    static func text(_ path: String) throws -> String { try String(contentsOfFile: repository + "/" + path, encoding: .utf8) }
}

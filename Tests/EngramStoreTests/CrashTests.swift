// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramStore
import EngramWire
import Foundation
import Testing

/// A coordinator that dies after any step finds a state from which it can go on.
///
/// The folder is copied while the store is open, after every step of a script: that is what a killed process leaves. Each copy is
/// opened, compared with the live store, and checked for the invariants that the round machine relies on.
@Suite(.timeLimit(.minutes(5)))
struct CrashTests {
    private func copy(_ path: String, to copy: String) throws {
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        // Shared memory does not survive the processes that had it mapped.
        try? FileManager.default.removeItem(atPath: copy + "/engram.sqlite-shm")
    }

    /// One step: what a coordinator does with the store.
    private typealias Step = (name: String, run: (any StateStore, UploadSpool, BlobStore) throws -> Void)

    private func script() throws -> [Step] {
        let run = try Sample.run()
        let token = Sample.token("a")
        var steps: [Step] = [
            ("token", { store, _, _ in try store.createToken(token) }),
            (
                "enrol",
                { store, _, _ in
                    try store.enrol(Sample.identity("a", "01"), with: token.secretHash, superseding: false, at: 1)
                }
            ),
            ("rotate", { store, _, _ in try store.issueIdentity(Sample.identity("a", "02", issued: 2), superseding: true) }),
            ("create", { store, _, _ in try store.createRun(run, name: "n", recipe: "r", seed: 1, at: 2) }),
            ("start", { store, _, _ in try store.setRunState(run, .running, failure: nil, at: 3) }),
            ("snapshot", { store, _, _ in try store.saveSnapshot([0], of: run, after: 0, at: 3) }),
        ]
        for round in 1...3 {
            for name in ["b", "a"] {
                let key = try Sample.key(name, round: round)
                let bytes = Sample.bytes(5000 + round, seed: UInt8(round))
                steps += [
                    (
                        "begin \(name) \(round)",
                        { _, spool, _ in
                            _ = try spool.begin(key, digest: Digest(of: bytes), size: bytes.count)
                            try spool.append(bytes[..<2000], at: 0, to: key)
                        }
                    ),
                    (
                        "rest \(name) \(round)",
                        { store, spool, _ in
                            try spool.append(bytes[2000...], at: 2000, to: key)
                            let record = try spool.finish(key)
                            try store.recordUpload(record)
                        }
                    ),
                ]
            }
            steps += [
                ("model \(round)", { _, _, blobs in _ = try blobs.put([UInt8(round)], durable: true) }),
                (
                    "commit \(round)",
                    { store, _, _ in
                        try store.commitRound(
                            Sample.commit(round, state: round == 3 ? .finished : .running, lineage: ["l\(round)"]))
                    }
                ),
                ("clean \(round)", { _, spool, _ in try spool.remove(run, upTo: round) }),
                (
                    "report \(round)",
                    { store, _, _ in
                        try store.saveReport(AgentReport(agent: Sample.agent("a"), report: "\(round)"), of: run)
                    }
                ),
            ]
        }
        steps += [
            ("revoke", { store, _, _ in try store.revoke("a", reason: "end") })
        ]
        return steps
    }

    private func sameState(_ left: any StateStore, _ right: any StateStore, _ step: String) throws {
        let run = try Sample.run()
        #expect(try left.tokens() == right.tokens(), "\(step)")
        #expect(try left.identities() == right.identities(), "\(step)")
        #expect(try left.runs() == right.runs(), "\(step)")
        #expect(try left.snapshot(of: run) == right.snapshot(of: run), "\(step)")
        #expect(try left.roundSummaries(of: run) == right.roundSummaries(of: run), "\(step)")
        #expect(try left.lineage(of: run) == right.lineage(of: run), "\(step)")
        #expect(try left.reports(of: run) == right.reports(of: run), "\(step)")
        for round in 1...3 {
            #expect(try left.uploads(of: run, round: round) == right.uploads(of: run, round: round), "\(step)")
        }
    }

    private func invariants(_ store: any StateStore, _ spool: UploadSpool, _ blobs: BlobStore, _ step: String) throws {
        for run in try store.runs() {
            let summaries = try store.roundSummaries(of: run.id)
            #expect(summaries.map(\.round) == Array(1..<(run.round + 1)), "\(step)")
            if run.round > 0 {
                #expect(try store.snapshot(of: run.id) == [UInt8(run.round)], "\(step)")
                // The model was put before the commit that speaks of it.
                #expect(try blobs.read(Digest(of: [UInt8(run.round)])) == [UInt8(run.round)], "\(step)")
            }
            #expect(try store.lineage(of: run.id).count == run.round, "\(step)")
            for round in 0...run.round { #expect(try store.uploads(of: run.id, round: round).isEmpty, "\(step)") }
            for upload in try store.uploads(of: run.id, round: run.round + 1) {
                #expect(try spool.read(upload).count == upload.size, "\(step)")
            }
        }
        let active = try store.identities().filter { $0.status == .active }.map(\.name)
        #expect(Set(active).count == active.count, "\(step)")
    }

    @Test func everyPrefixIsAStateToGoOnFrom() throws {
        let temporary = try TemporaryFolder()
        let live = temporary("live")
        let folder = try StateFolder(creating: live)
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        let spool = try UploadSpool(in: folder, limits: .standard)
        let blobs = try BlobStore(in: folder)
        for (index, step) in try script().enumerated() {
            try step.run(store, spool, blobs)
            let path = temporary("copy-\(index)")
            try copy(live, to: path)
            let copied = try StateFolder(opening: path)
            let reopened = try SQLiteStateStore(in: copied, maximumBytes: nil)
            let reopenedSpool = try UploadSpool(in: copied, limits: .standard)
            try sameState(store, reopened, step.name)
            let committed = Dictionary(uniqueKeysWithValues: try reopened.runs().map { ($0.id, $0.round) })
            try reopenedSpool.sweep(committed: committed)
            try invariants(reopened, reopenedSpool, BlobStore(in: copied), step.name)
        }
    }

    @Test func theScriptGoesOnAcrossAReopenAfterEveryStep() throws {
        let temporary = try TemporaryFolder()
        let path = temporary("state")
        do { _ = try SQLiteStateStore(in: StateFolder(creating: path), maximumBytes: nil) }
        for step in try script() {
            let folder = try StateFolder(opening: path)
            let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
            let spool = try UploadSpool(in: folder, limits: .standard)
            let blobs = try BlobStore(in: folder)
            // A restarted coordinator begins every open transfer again.
            if step.name.hasPrefix("rest ") {
                let words = step.name.split(separator: " ")
                let round = try #require(Int(words[2]))
                let bytes = Sample.bytes(5000 + round, seed: UInt8(round))
                let key = try Sample.key(String(words[1]), round: round)
                #expect(try spool.begin(key, digest: Digest(of: bytes), size: bytes.count) == 2000)
            }
            try step.run(store, spool, blobs)
            try invariants(store, spool, blobs, step.name)
            try store.close()
        }
        let folder = try StateFolder(opening: path)
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        #expect(try store.run(Sample.run())?.state == .finished)
        #expect(try UploadSpool(in: folder, limits: .standard).usedBytes == 0)
    }

    /// The write-ahead log cut anywhere, as by a loss of power before it was flushed: an earlier state, never a mixture.
    @Test func aCutLogIsAnEarlierState() throws {
        let temporary = try TemporaryFolder()
        let live = temporary("live")
        let folder = try StateFolder(creating: live)
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        try Sample.startedRun(in: store)
        for round in 1...3 {
            try store.recordUpload(Sample.upload("a", round: round))
            try store.commitRound(Sample.commit(round, lineage: ["l"]))
        }
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.databasePath + "-wal"))
        var rounds: Set<Int> = []
        for (index, cut) in stride(from: 0, to: log.count, by: 2345).enumerated() {
            let path = temporary("copy-\(index)")
            try copy(live, to: path)
            try log.prefix(cut).write(to: URL(fileURLWithPath: path + "/engram.sqlite-wal"))
            let copied = try StateFolder(opening: path)
            let reopened = try SQLiteStateStore(in: copied, maximumBytes: nil)
            for run in try reopened.runs() {
                rounds.insert(run.round)
                #expect(try reopened.roundSummaries(of: run.id).count == run.round)
                #expect(try reopened.lineage(of: run.id).count == run.round)
                #expect(try reopened.snapshot(of: run.id) == (run.round == 0 ? nil : [UInt8(run.round)]))
            }
        }
        #expect(rounds.isSuperset(of: [0, 1, 2]))
    }
}

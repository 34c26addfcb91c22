// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import Testing

@testable import EngramStore

/// What only a database file can go wrong with.
@Suite(.timeLimit(.minutes(5)))
struct SQLiteStateStoreTests {
    private func withDatabase(_ path: String, _ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write(body)
        try queue.close()
    }

    @Test func usesTheWriteAheadLog() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        try Sample.startedRun(in: store)
        #expect(FileManager.default.fileExists(atPath: folder.databasePath + "-wal"))
        try store.close()
        #expect(throws: StoreError.self) { try store.runs() }
    }

    @Test func waitsForTheDiskWhenItSaysSo() throws {
        let temporary = try TemporaryFolder()
        let store = try SQLiteStateStore(in: StateFolder(creating: temporary("state")), maximumBytes: nil)
        func level(_ durability: SQLiteStateStore.Durability) throws -> Int? {
            try store.write(durability) { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
        }
        // 2 is FULL, 1 is NORMAL (sqlite.org, PRAGMA synchronous).
        #expect(try level(.full) == 2)
        #expect(try level(.relaxed) == 1)
        #expect(try level(.full) == 2)
    }

    @Test func aNewerSchemaIsRefusedAndLeftAlone() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        try SQLiteStateStore(in: folder, maximumBytes: nil).close()
        try withDatabase(folder.databasePath) { db in
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('999-future')")
        }
        #expect(throws: StoreError.newerSchema(path: folder.databasePath, unknown: ["999-future"])) {
            try SQLiteStateStore(in: folder, maximumBytes: nil)
        }
    }

    @Test func aFileThatIsNoDatabaseIsDamaged() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: folder.databasePath))
        let refusal = #expect(throws: StoreError.self) { try SQLiteStateStore(in: folder, maximumBytes: nil) }
        guard case .damaged(folder.databasePath, _) = refusal else {
            Issue.record("opened junk: \(String(describing: refusal))")
            return
        }
    }

    @Test func valuesThatNoVersionWroteAreDamage() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        try store.issueIdentity(Sample.identity("edge-1", "01"), superseding: false)
        try store.close()
        try withDatabase(folder.databasePath) { try $0.execute(sql: "UPDATE identities SET role = 'king'") }
        let again = try SQLiteStateStore(in: folder, maximumBytes: nil)
        #expect(throws: StoreError.damaged(path: folder.databasePath, detail: "impossible value in identities")) {
            try again.identity(serial: "01")
        }
    }

    @Test(arguments: Backing.allCases)
    func aFullDiskLosesNothing(_ backing: Backing) throws {
        let temporary = try TemporaryFolder()
        let limit = 400_000
        let store =
            switch backing {
            case .memory: try SQLiteStateStore(inMemory: "test", maximumBytes: limit)
            case .folder: try SQLiteStateStore(in: StateFolder(creating: temporary("state")), maximumBytes: limit)
            }
        try Sample.startedRun(in: store)
        try store.recordUpload(Sample.upload("a", round: 2))
        try store.commitRound(Sample.commit(1))
        var big = try Sample.commit(2, lineage: ["never"])
        big.snapshot = Sample.bytes(1_000_000)
        let refusal = #expect(throws: StoreError.self) { try store.commitRound(big) }
        guard case .diskFull = refusal else {
            Issue.record("committed beyond the limit: \(String(describing: refusal))")
            return
        }
        let run = try Sample.run()
        #expect(try store.run(run)?.round == 1)
        #expect(try store.snapshot(of: run) == [1])
        #expect(try store.uploads(of: run, round: 2).count == 1)
        #expect(try store.lineage(of: run).isEmpty)
        // With room again it goes on.
        try store.commitRound(Sample.commit(2))
        #expect(try store.run(run)?.round == 2)
    }

    @Test func anotherWriterIsNamedWhenItNeverLetsGo() throws {
        let error = StoreError(DatabaseError(resultCode: .SQLITE_BUSY), path: "p")
        #expect(error == .locked(path: "p", by: "another program that has the database open"))
    }

    @Test func readersDoNotWaitForAWriter() throws {
        let temporary = try TemporaryFolder()
        let folder = try StateFolder(creating: temporary("state"))
        let store = try SQLiteStateStore(in: folder, maximumBytes: nil)
        try Sample.startedRun(in: store)
        try store.write(.full) { db in
            try db.execute(sql: "UPDATE runs SET name = 'changed'")
            // Seen from another connection while the transaction is open.
            #expect(try store.run(Sample.run())?.name == "name")
        }
        #expect(try store.run(Sample.run())?.name == "changed")
    }
}

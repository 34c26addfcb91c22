// SPDX-License-Identifier: Apache-2.0
import GRDB

/// A coordinator's state in one SQLite database (WAL), each table's statements in an extension of its own.
///
/// Readers never wait for a commit: several connections read while one writes. Safe to use from several threads.
package final class SQLiteStateStore: StateStore {
    /// Whether a transaction waits for the disk.
    enum Durability: String {
        /// Survives a loss of power once the verb returned.
        case full = "FULL"
        /// Survives a crash of the process; on a loss of power the newest such transactions may be undone, in order.
        case relaxed = "NORMAL"
    }

    private let database: any DatabaseWriter
    private let path: String
    // Held, not used: the folder's lock must outlive the connections.
    private let folder: StateFolder?

    /// Opens the database in the folder, makes it on the first start, and brings an older one up to date.
    /// - Parameter maximumBytes: beyond which the database does not grow (`.diskFull`); nil for as far as the disk goes.
    /// - Throws: `.newerSchema`, `.damaged`, `.readOnly`, `.diskFull`, `.locked`
    package convenience init(in folder: StateFolder, maximumBytes: Int?) throws(StoreError) {
        let path = folder.databasePath
        let database: DatabasePool
        do {
            database = try DatabasePool(path: path, configuration: Self.configuration)
        } catch {
            throw StoreError(error, path: path)
        }
        try self.init(database, path: path, folder: folder, maximumBytes: maximumBytes)
    }

    /// A store that is gone with the process: for tests and simulations.
    package convenience init(inMemory name: String, maximumBytes: Int?) throws(StoreError) {
        let database: DatabaseQueue
        do {
            database = try DatabaseQueue(configuration: Self.configuration)
        } catch {
            throw StoreError(error, path: name)
        }
        try self.init(database, path: name, folder: nil, maximumBytes: maximumBytes)
    }

    private init(_ database: any DatabaseWriter, path: String, folder: StateFolder?, maximumBytes: Int?) throws(StoreError) {
        self.database = database
        self.path = path
        self.folder = folder
        do {
            if let maximumBytes {
                try database.writeWithoutTransaction { db in
                    let page = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
                    try db.execute(sql: "PRAGMA max_page_count = \(max(1, maximumBytes / page))")
                }
            }
            try Migrations.apply(to: database, path: path)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "engram.state"
        configuration.foreignKeysEnabled = true
        // The folder's lock keeps other engramds out; this is for a person with the sqlite3 tool.
        configuration.busyMode = .timeout(5)
        return configuration
    }

    /// Closes the connections; later verbs throw. The folder stays locked until its last owner lets go of it.
    package func close() throws(StoreError) {
        do {
            try database.close()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    // MARK: Transactions

    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try database.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    func write<Result>(_ durability: Durability, _ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try database.writeWithoutTransaction { db in
                // Cannot be changed inside a transaction. FULL also flushes what relaxed transactions left in the WAL: it is one
                // file.
                try db.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
                var result: Result?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { throw DatabaseError(resultCode: .SQLITE_INTERNAL) }
                return result
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The error for a row that no version of this code wrote.
    func damaged(_ what: String) -> StoreError {
        .damaged(path: path, detail: "impossible value in \(what)")
    }
}

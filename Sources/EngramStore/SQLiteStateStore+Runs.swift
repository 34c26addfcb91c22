// SPDX-License-Identifier: Apache-2.0
package import EngramWire
import Foundation
import GRDB

extension SQLiteStateStore {
    package func createRun(_ id: RunID, name: String, recipe: String, seed: UInt64, at time: Double) throws(StoreError) {
        try write(.full) { db in
            guard try find(id, in: db) == nil else { throw StoreError.runExists(id) }
            try db.execute(
                sql: """
                    INSERT INTO runs (id, name, recipe, seed, state, created, updated, round)
                    VALUES (?, ?, ?, ?, 'waiting', ?, ?, 0)
                    """,
                arguments: [id.rawValue, name, recipe, Int64(bitPattern: seed), time, time])
        }
    }

    package func run(_ id: RunID) throws(StoreError) -> RunRecord? {
        try read { db in try find(id, in: db) }
    }

    package func runs() throws(StoreError) -> [RunRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT \(Self.runColumns) FROM runs ORDER BY created, id").map(record)
        }
    }

    package func setRunState(_ id: RunID, _ state: RunState, failure: String?, at time: Double) throws(StoreError) {
        try write(.full) { db in
            let run = try existing(id, in: db)
            guard run.state.canBecome(state) else { throw StoreError.runCannotBecome(id, from: run.state, to: state) }
            try db.execute(
                sql: "UPDATE runs SET state = ?, failure = ?, updated = ? WHERE id = ?",
                arguments: [state.rawValue, failure, time, id.rawValue])
        }
    }

    package func snapshot(of run: RunID) throws(StoreError) -> [UInt8]? {
        try read { db in
            try Data.fetchOne(db, sql: "SELECT snapshot FROM runs WHERE id = ?", arguments: [run.rawValue]).map { [UInt8]($0) }
        }
    }

    package func saveSnapshot(
        _ snapshot: [UInt8], of run: RunID, after round: Int, at time: Double
    ) throws(StoreError) {
        try write(.full) { db in
            let last = try open(run, in: db).round
            guard round == last else { throw StoreError.roundOutOfOrder(run, expected: last, got: round) }
            try db.execute(
                sql: "UPDATE runs SET snapshot = ?, updated = ? WHERE id = ?",
                arguments: [Data(snapshot), time, run.rawValue])
        }
    }

    // MARK: Inside the caller's transaction

    private static var runColumns: String { "id, name, recipe, seed, state, created, updated, round, failure" }

    func find(_ id: RunID, in db: Database) throws -> RunRecord? {
        try Row.fetchOne(
            db, sql: "SELECT \(Self.runColumns) FROM runs WHERE id = ?", arguments: [id.rawValue]
        ).map(record)
    }

    func existing(_ id: RunID, in db: Database) throws -> RunRecord {
        guard let run = try find(id, in: db) else { throw StoreError.runUnknown(id) }
        return run
    }

    /// The run, if it may still change.
    func open(_ id: RunID, in db: Database) throws -> RunRecord {
        let run = try existing(id, in: db)
        guard !run.state.isOver else { throw StoreError.runOver(id, run.state) }
        return run
    }

    private func record(_ row: Row) throws -> RunRecord {
        let seed: Int64 = row["seed"]
        guard let id = RunID(row["id"]), let state = RunState(rawValue: row["state"]) else { throw damaged("runs") }
        return RunRecord(
            id: id, name: row["name"], recipe: row["recipe"], seed: UInt64(bitPattern: seed), state: state,
            created: row["created"], updated: row["updated"], round: row["round"], failure: row["failure"])
    }
}

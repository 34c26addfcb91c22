// SPDX-License-Identifier: Apache-2.0
package import EngramWire
import Foundation
import GRDB

extension SQLiteStateStore {
    package func commitRound(_ commit: RoundCommit) throws(StoreError) {
        let id = commit.run.rawValue
        try write(.full) { db in
            let run = try open(commit.run, in: db)
            guard commit.round == run.round + 1 else {
                throw StoreError.roundOutOfOrder(commit.run, expected: run.round + 1, got: commit.round)
            }
            guard run.state.canBecome(commit.state) else {
                throw StoreError.runCannotBecome(commit.run, from: run.state, to: commit.state)
            }
            try db.execute(
                sql: "UPDATE runs SET snapshot = ?, round = ?, state = ?, updated = ? WHERE id = ?",
                arguments: [Data(commit.snapshot), commit.round, commit.state.rawValue, commit.at, id])
            try db.execute(
                sql: "INSERT INTO rounds (run, round, committed_at, summary) VALUES (?, ?, ?, ?)",
                arguments: [id, commit.round, commit.at, commit.summary])
            let last = try Int.fetchOne(db, sql: "SELECT max(seq) FROM lineage WHERE run = ?", arguments: [id]) ?? 0
            for (index, entry) in commit.lineage.enumerated() {
                try db.execute(
                    sql: "INSERT INTO lineage (run, seq, round, entry) VALUES (?, ?, ?, ?)",
                    arguments: [id, last + 1 + index, commit.round, entry])
            }
            try db.execute(
                sql: "DELETE FROM uploads WHERE run = ? AND round <= ?", arguments: [id, commit.round])
        }
    }

    package func roundSummaries(of run: RunID) throws(StoreError) -> [RoundSummary] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT round, committed_at, summary FROM rounds WHERE run = ? ORDER BY round",
                arguments: [run.rawValue]
            ).map { RoundSummary(round: $0["round"], committed: $0["committed_at"], summary: $0["summary"]) }
        }
    }

    package func lineage(of run: RunID) throws(StoreError) -> [LineageRecord] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT seq, round, entry FROM lineage WHERE run = ? ORDER BY seq", arguments: [run.rawValue]
            ).map { LineageRecord(sequence: $0["seq"], round: $0["round"], entry: $0["entry"]) }
        }
    }
}

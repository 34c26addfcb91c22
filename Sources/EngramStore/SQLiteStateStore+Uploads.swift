// SPDX-License-Identifier: Apache-2.0
import EngramBytes
package import EngramWire
import Foundation
import GRDB

extension SQLiteStateStore {
    @discardableResult
    package func recordUpload(_ upload: UploadRecord) throws(StoreError) -> Bool {
        let key = upload.key
        return try write(.relaxed) { db in
            let run = try open(key.run, in: db)
            guard key.round > run.round else { throw StoreError.roundCommitted(key.run, round: key.round) }
            let kept = try Row.fetchOne(
                db, sql: "SELECT * FROM uploads WHERE run = ? AND round = ? AND agent = ?",
                arguments: [key.run.rawValue, key.round, key.agent.rawValue]
            ).map { try record($0, of: key.run) }
            if let kept {
                guard kept.digest == upload.digest else {
                    throw StoreError.uploadConflict(key, kept: kept.digest, got: upload.digest)
                }
                return false
            }
            try db.execute(
                sql: "INSERT INTO uploads (run, round, agent, digest, size, file) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    key.run.rawValue, key.round, key.agent.rawValue, Data(upload.digest.bytes), upload.size, upload.file,
                ])
            return true
        }
    }

    package func uploads(of run: RunID, round: Int) throws(StoreError) -> [UploadRecord] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM uploads WHERE run = ? AND round = ? ORDER BY agent",
                arguments: [run.rawValue, round]
            ).map { try record($0, of: run) }
        }
    }

    package func forgetUpload(_ key: UploadKey) throws(StoreError) {
        try write(.relaxed) { db in
            try db.execute(
                sql: "DELETE FROM uploads WHERE run = ? AND round = ? AND agent = ?",
                arguments: [key.run.rawValue, key.round, key.agent.rawValue])
        }
    }

    private func record(_ row: Row, of run: RunID) throws -> UploadRecord {
        let bytes: Data = row["digest"]
        guard let agent = AgentID(row["agent"]), let digest = Digest(bytes: bytes) else { throw damaged("uploads") }
        return UploadRecord(
            key: UploadKey(run: run, round: row["round"], agent: agent), digest: digest, size: row["size"], file: row["file"])
    }
}

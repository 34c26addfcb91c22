// SPDX-License-Identifier: Apache-2.0
import GRDB

extension SQLiteStateStore {
    package func appendAudit(_ record: AuditRecord) throws(StoreError) {
        try write(.full) { db in
            try db.execute(
                sql: "INSERT INTO audit (at, who, verb, detail) VALUES (?, ?, ?, ?)",
                arguments: [record.at, record.who, record.verb, record.detail])
        }
    }

    package func audit(limit: Int) throws(StoreError) -> [AuditRecord] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT at, who, verb, detail FROM audit ORDER BY id DESC LIMIT ?", arguments: [max(0, limit)]
            ).map { AuditRecord(at: $0["at"], who: $0["who"], verb: $0["verb"], detail: $0["detail"]) }
        }
    }
}

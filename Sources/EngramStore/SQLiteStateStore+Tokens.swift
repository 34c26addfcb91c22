// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
import Foundation
import GRDB

extension SQLiteStateStore {
    package func createToken(_ token: EnrolmentToken) throws(StoreError) {
        try write(.full) { db in
            let hash = Data(token.secretHash.bytes)
            let exists = try Bool.fetchOne(db, sql: "SELECT 1 FROM tokens WHERE secret_hash = ?", arguments: [hash])
            guard exists == nil else { throw StoreError.tokenExists }
            try db.execute(
                sql: """
                    INSERT INTO tokens (secret_hash, label, role, created, expires, used_by, used_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    hash, token.label, token.role.rawValue, token.created, token.expires, token.usedBy, token.usedAt,
                ])
        }
    }

    @discardableResult
    package func redeemToken(
        _ secretHash: Digest, for name: String, role: IdentityRole, at time: Double
    ) throws(StoreError) -> EnrolmentToken {
        try write(.full) { db in try redeem(secretHash, for: name, role: role, at: time, in: db) }
    }

    package func enrol(
        _ identity: Identity, with secretHash: Digest, superseding: Bool, at time: Double
    ) throws(StoreError) {
        try write(.full) { db in
            try redeem(secretHash, for: identity.name, role: identity.role, at: time, in: db)
            try issue(identity, superseding: superseding, in: db)
        }
    }

    package func tokens() throws(StoreError) -> [EnrolmentToken] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM tokens ORDER BY created, secret_hash").map(token)
        }
    }

    @discardableResult
    package func withdrawTokens(labelled label: String) throws(StoreError) -> Int {
        try write(.full) { db in
            try db.execute(sql: "DELETE FROM tokens WHERE label = ? AND used_by IS NULL", arguments: [label])
            return db.changesCount
        }
    }

    @discardableResult
    private func redeem(
        _ secretHash: Digest, for name: String, role: IdentityRole, at time: Double, in db: Database
    ) throws -> EnrolmentToken {
        let hash = Data(secretHash.bytes)
        guard let row = try Row.fetchOne(db, sql: "SELECT * FROM tokens WHERE secret_hash = ?", arguments: [hash]) else {
            throw StoreError.tokenUnknown
        }
        var found = try token(row)
        // Used comes before expired: that is what the one who holds it must hear.
        if let holder = found.usedBy, let usedAt = found.usedAt { throw StoreError.tokenUsed(by: holder, at: usedAt) }
        guard time < found.expires else { throw StoreError.tokenExpired(at: found.expires) }
        guard found.role == role else { throw StoreError.tokenForOtherRole(found.role) }
        try db.execute(
            sql: "UPDATE tokens SET used_by = ?, used_at = ? WHERE secret_hash = ?", arguments: [name, time, hash])
        found.usedBy = name
        found.usedAt = time
        return found
    }

    private func token(_ row: Row) throws -> EnrolmentToken {
        let hash: Data = row["secret_hash"]
        guard let digest = Digest(bytes: hash), let role = IdentityRole(rawValue: row["role"]) else { throw damaged("tokens") }
        return EnrolmentToken(
            secretHash: digest, label: row["label"], role: role, created: row["created"], expires: row["expires"],
            usedBy: row["used_by"], usedAt: row["used_at"])
    }
}

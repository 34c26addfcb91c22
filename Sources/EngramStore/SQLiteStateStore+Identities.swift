// SPDX-License-Identifier: Apache-2.0
import GRDB

extension SQLiteStateStore {
    package func issueIdentity(_ identity: Identity, superseding: Bool) throws(StoreError) {
        try write(.full) { db in try issue(identity, superseding: superseding, in: db) }
    }

    @discardableResult
    package func revoke(_ name: String, reason: String) throws(StoreError) -> [Identity] {
        try write(.full) { db in
            let all = try Row.fetchAll(
                db, sql: "SELECT * FROM identities WHERE name = ? ORDER BY issued, serial", arguments: [name]
            ).map(identity)
            guard !all.isEmpty else { throw StoreError.identityUnknown(name) }
            try db.execute(
                sql: "UPDATE identities SET status = 'revoked', reason = ? WHERE name = ? AND status != 'revoked'",
                arguments: [reason, name])
            return all.filter { $0.status != .revoked }.map { old in
                var revoked = old
                revoked.status = .revoked
                revoked.reason = reason
                return revoked
            }
        }
    }

    package func identity(serial: String) throws(StoreError) -> Identity? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM identities WHERE serial = ?", arguments: [serial]).map(identity)
        }
    }

    package func activeIdentity(named name: String) throws(StoreError) -> Identity? {
        try read { db in try active(name, in: db) }
    }

    package func identities() throws(StoreError) -> [Identity] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM identities ORDER BY name, issued, serial").map(identity)
        }
    }

    /// Inside the caller's transaction.
    func issue(_ new: Identity, superseding: Bool, in db: Database) throws {
        let known = try Bool.fetchOne(db, sql: "SELECT 1 FROM identities WHERE serial = ?", arguments: [new.serial])
        guard known == nil else { throw StoreError.serialInUse(new.serial) }
        if new.status == .active, let old = try active(new.name, in: db) {
            // A token for agents must never take an operator's name over.
            guard superseding, old.role == new.role else { throw StoreError.nameInUse(new.name) }
            try db.execute(
                sql: "UPDATE identities SET status = 'superseded', reason = ? WHERE serial = ?",
                arguments: ["superseded by \(new.serial)", old.serial])
        }
        try db.execute(
            sql: """
                INSERT INTO identities (serial, name, role, fingerprint, issued, expires, status, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                new.serial, new.name, new.role.rawValue, new.fingerprint, new.issued, new.expires, new.status.rawValue,
                new.reason,
            ])
    }

    private func active(_ name: String, in db: Database) throws -> Identity? {
        try Row.fetchOne(
            db, sql: "SELECT * FROM identities WHERE name = ? AND status = 'active'", arguments: [name]
        ).map(identity)
    }

    private func identity(_ row: Row) throws -> Identity {
        guard let role = IdentityRole(rawValue: row["role"]), let status = IdentityStatus(rawValue: row["status"]) else {
            throw damaged("identities")
        }
        return Identity(
            name: row["name"], role: role, serial: row["serial"], fingerprint: row["fingerprint"], issued: row["issued"],
            expires: row["expires"], status: status, reason: row["reason"])
    }
}

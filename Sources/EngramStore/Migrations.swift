// SPDX-License-Identifier: Apache-2.0
import GRDB

/// The schema's history. A migration that was released is never edited: add the next one.
package enum Migrations {
    /// Of all, the oldest first.
    package static var names: [String] { migrator.migrations }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("001-tables") { db in
            for statement in tables { try db.execute(sql: statement) }
        }
        return migrator
    }

    static func apply(to database: any DatabaseWriter, path: String) throws {
        let migrator = migrator
        let known = Set(migrator.migrations)
        let applied = try database.read { db in
            try db.tableExists("grdb_migrations") ? String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations") : []
        }
        let unknown = applied.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else { throw StoreError.newerSchema(path: path, unknown: unknown) }
        try migrator.migrate(database)
    }

    // STRICT: a value of another type is refused when it is written, so that reading a row can never meet one.
    // Texts compare as bytes (BINARY), which is the order of the identifiers.
    private static let tables = [
        """
        CREATE TABLE tokens (
            secret_hash BLOB PRIMARY KEY NOT NULL CHECK (length(secret_hash) = 32),
            label TEXT NOT NULL, role TEXT NOT NULL, created REAL NOT NULL, expires REAL NOT NULL,
            used_by TEXT, used_at REAL, CHECK ((used_by IS NULL) = (used_at IS NULL))
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE identities (
            serial TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, fingerprint TEXT NOT NULL,
            issued REAL NOT NULL, expires REAL NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'revoked', 'superseded')), reason TEXT
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX identities_active ON identities (name) WHERE status = 'active'",
        "CREATE INDEX identities_name ON identities (name)",
        // The snapshot is the last column: listing runs does not walk over its pages.
        """
        CREATE TABLE runs (
            id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, recipe TEXT NOT NULL, seed INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'finished', 'failed', 'cancelled')),
            created REAL NOT NULL, updated REAL NOT NULL, round INTEGER NOT NULL CHECK (round >= 0),
            failure TEXT, snapshot BLOB
        ) STRICT
        """,
        """
        CREATE TABLE rounds (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, round INTEGER NOT NULL CHECK (round > 0),
            committed_at REAL NOT NULL, summary TEXT NOT NULL, PRIMARY KEY (run, round)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE uploads (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, round INTEGER NOT NULL, agent TEXT NOT NULL,
            digest BLOB NOT NULL CHECK (length(digest) = 32), size INTEGER NOT NULL, file TEXT NOT NULL,
            PRIMARY KEY (run, round, agent)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE lineage (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, seq INTEGER NOT NULL, round INTEGER NOT NULL,
            entry TEXT NOT NULL, PRIMARY KEY (run, seq)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE agent_reports (
            run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, agent TEXT NOT NULL, report TEXT NOT NULL,
            PRIMARY KEY (run, agent)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY, at REAL NOT NULL, who TEXT NOT NULL, verb TEXT NOT NULL, detail TEXT NOT NULL
        ) STRICT
        """,
    ]
}

// SPDX-License-Identifier: Apache-2.0
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct IdentitiesTests {
    @Test(arguments: Backing.allCases)
    func findsBySerialAndName(_ backing: Backing) throws {
        try backing.withStore { store in
            let identity = Sample.identity("edge-1", "0A")
            try store.issueIdentity(identity, superseding: false)
            #expect(try store.identity(serial: "0A") == identity)
            #expect(try store.identity(serial: "0B") == nil)
            #expect(try store.activeIdentity(named: "edge-1") == identity)
            #expect(throws: StoreError.serialInUse("0A")) {
                try store.issueIdentity(Sample.identity("edge-2", "0A"), superseding: true)
            }
        }
    }

    @Test(arguments: Backing.allCases)
    func reenrolmentSupersedes(_ backing: Backing) throws {
        try backing.withStore { store in
            try store.issueIdentity(Sample.identity("edge-1", "01"), superseding: false)
            #expect(throws: StoreError.nameInUse("edge-1")) {
                try store.issueIdentity(Sample.identity("edge-1", "02"), superseding: false)
            }
            try store.issueIdentity(Sample.identity("edge-1", "02", issued: 2), superseding: true)
            #expect(try store.identity(serial: "01")?.status == .superseded)
            #expect(try store.activeIdentity(named: "edge-1")?.serial == "02")
            #expect(try store.identities().map(\.serial) == ["01", "02"])
        }
    }

    @Test(arguments: Backing.allCases)
    func anotherRoleNeverTakesANameOver(_ backing: Backing) throws {
        try backing.withStore { store in
            try store.issueIdentity(Sample.identity("ada", "01", role: .operator), superseding: false)
            #expect(throws: StoreError.nameInUse("ada")) {
                try store.issueIdentity(Sample.identity("ada", "02", role: .agent), superseding: true)
            }
            #expect(try store.activeIdentity(named: "ada")?.role == .operator)
        }
    }

    @Test(arguments: Backing.allCases)
    func revocationReachesSupersededOnes(_ backing: Backing) throws {
        try backing.withStore { store in
            try store.issueIdentity(Sample.identity("edge-1", "01"), superseding: false)
            try store.issueIdentity(Sample.identity("edge-1", "02", issued: 2), superseding: true)
            try store.issueIdentity(Sample.identity("edge-2", "03"), superseding: false)
            #expect(try store.revoke("edge-1", reason: "lost").map(\.serial) == ["01", "02"])
            #expect(try store.revoke("edge-1", reason: "again").isEmpty)
            let revoked = try #require(try store.identity(serial: "02"))
            #expect(revoked.status == .revoked && revoked.reason == "lost")
            #expect(try store.activeIdentity(named: "edge-1") == nil)
            #expect(try store.activeIdentity(named: "edge-2")?.serial == "03")
            #expect(throws: StoreError.identityUnknown("nobody")) { try store.revoke("nobody", reason: "") }
            // The name is free again.
            try store.issueIdentity(Sample.identity("edge-1", "04", issued: 3), superseding: false)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramBytes
import EngramStore
import Testing

@Suite(.timeLimit(.minutes(5)))
struct TokensTests {
    @Test(arguments: Backing.allCases)
    func worksOnce(_ backing: Backing) throws {
        try backing.withStore { store in
            let token = Sample.token("a")
            try store.createToken(token)
            let used = try store.redeemToken(token.secretHash, for: "edge-1", role: .agent, at: 5)
            #expect(used.usedBy == "edge-1" && used.usedAt == 5)
            #expect(try store.tokens() == [used])
            #expect(throws: StoreError.tokenUsed(by: "edge-1", at: 5)) {
                try store.redeemToken(token.secretHash, for: "edge-2", role: .agent, at: 6)
            }
            // Used wins over expired.
            #expect(throws: StoreError.tokenUsed(by: "edge-1", at: 5)) {
                try store.redeemToken(token.secretHash, for: "edge-2", role: .agent, at: 600)
            }
        }
    }

    @Test(arguments: Backing.allCases)
    func refusalsAreTold(_ backing: Backing) throws {
        try backing.withStore { store in
            let token = Sample.token("a", role: .operator)
            try store.createToken(token)
            #expect(throws: StoreError.tokenExists) { try store.createToken(token) }
            #expect(throws: StoreError.tokenUnknown) {
                try store.redeemToken(Digest(of: [9]), for: "edge-1", role: .agent, at: 5)
            }
            #expect(throws: StoreError.tokenForOtherRole(.operator)) {
                try store.redeemToken(token.secretHash, for: "edge-1", role: .agent, at: 5)
            }
            #expect(throws: StoreError.tokenExpired(at: 100)) {
                try store.redeemToken(token.secretHash, for: "ada", role: .operator, at: 100)
            }
            // None of the refusals used it up.
            try store.redeemToken(token.secretHash, for: "ada", role: .operator, at: 99.9)
        }
    }

    @Test(arguments: Backing.allCases)
    func enrolmentIsBothOrNeither(_ backing: Backing) throws {
        try backing.withStore { store in
            let token = Sample.token("a")
            try store.createToken(token)
            try store.issueIdentity(Sample.identity("edge-1", "01"), superseding: false)
            #expect(throws: StoreError.nameInUse("edge-1")) {
                try store.enrol(Sample.identity("edge-1", "02"), with: token.secretHash, superseding: false, at: 5)
            }
            #expect(try store.tokens() == [token])
            try store.enrol(Sample.identity("edge-2", "02"), with: token.secretHash, superseding: false, at: 5)
            #expect(try store.tokens().first?.usedBy == "edge-2")
            #expect(try store.identity(serial: "02")?.name == "edge-2")
            #expect(throws: StoreError.tokenUsed(by: "edge-2", at: 5)) {
                try store.enrol(Sample.identity("edge-3", "03"), with: token.secretHash, superseding: false, at: 6)
            }
            #expect(try store.identity(serial: "03") == nil)
        }
    }

    @Test(arguments: Backing.allCases)
    func withdrawsOnlyUnusedOnes(_ backing: Backing) throws {
        try backing.withStore { store in
            let first = Sample.token("a", label: "x", created: 1)
            let second = Sample.token("b", label: "x", created: 2)
            let third = Sample.token("c", label: "y", created: 3)
            for token in [third, first, second] { try store.createToken(token) }
            #expect(try store.tokens() == [first, second, third])
            let used = try store.redeemToken(second.secretHash, for: "edge-1", role: .agent, at: 5)
            #expect(try store.withdrawTokens(labelled: "x") == 1)
            #expect(try store.tokens() == [used, third])
        }
    }
}

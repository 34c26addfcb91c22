// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramTLS

@Suite(.timeLimit(.minutes(5)))
struct HandshakeTests {
    @Test(arguments: [Role.agent, .operator])
    func goodCertificatesMeet(role: Role) throws {
        let federation = try Federation()
        var wire = try Wire(client: federation.client(federation.credentials("site-7", role: role)), server: federation.server)
        wire.handshake()
        #expect(wire.clientError == nil && wire.serverError == nil)
        #expect(wire.server.peer?.name == "site-7")
        #expect(wire.server.peer?.role == role)
        #expect(wire.client.peer?.name == "coordinator")
        #expect(wire.client.peer?.role == .daemon)
        let message = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        #expect(try wire.pass(message, from: wire.client, to: wire.server) == message)
        #expect(try wire.pass(message, from: wire.server, to: wire.client) == message)
        wire.client.sayGoodbye()
        try wire.server.feed(wire.client.drain())
        #expect(try wire.server.read(upTo: 10) == .ended)
    }

    @Test func withoutCertificateThePeerIsUnknown() throws {
        let federation = try Federation()
        var wire = try Wire(client: federation.client(nil), server: federation.server)
        wire.handshake()
        #expect(wire.clientError == nil && wire.serverError == nil)
        #expect(wire.server.peer == nil)
        #expect(try wire.pass([1, 2], from: wire.client, to: wire.server) == [1, 2])
    }

    @Test func expiredCertificateIsRefused() throws {
        let federation = try Federation()
        let old = try federation.credentials("old", issued: -2 * Federation.day, validFor: Federation.day)
        var wire = try Wire(client: federation.client(old), server: federation.server)
        wire.handshake()
        #expect(wire.serverError == .certificateExpired)
        #expect(wire.server.peer == nil)
        #expect(throws: TLSError.refusedByPeer("it says that our certificate has expired; renew it, or set this clock")) {
            try wire.client.read(upTo: 10)
        }
    }

    @Test func futureCertificateIsRefused() throws {
        let federation = try Federation()
        let future = try federation.credentials("early", issued: Federation.day)
        var wire = try Wire(client: federation.client(future), server: federation.server)
        wire.handshake()
        #expect(wire.serverError == .certificateNotYetValid)
    }

    @Test func foreignAuthorityIsRefusedByEitherSide() throws {
        let federation = try Federation()
        let other = try Federation()
        let foreign = try federation.credentials("spy", from: other.authority)
        var wire = try Wire(client: federation.client(foreign), server: federation.server)
        wire.handshake()
        guard case .unknownAuthority = try #require(wire.serverError) else {
            Issue.record("the server said \(String(describing: wire.serverError))")
            return
        }
        #expect(throws: TLSError.self) { try wire.client.read(upTo: 10) }

        var reversed = try Wire(client: other.client(foreign), server: federation.server)
        reversed.handshake()
        guard case .unknownAuthority = try #require(reversed.clientError) else {
            Issue.record("the client said \(String(describing: reversed.clientError))")
            return
        }
        #expect(reversed.serverError != nil)
    }

    @Test func daemonCertificateIsNoClientCertificate() throws {
        let federation = try Federation()
        var wire = try Wire(client: federation.client(federation.credentials("d", role: .daemon)), server: federation.server)
        wire.handshake()
        guard case .wrongRole = try #require(wire.serverError) else {
            Issue.record("the server said \(String(describing: wire.serverError))")
            return
        }
    }

    @Test func roleOutsideTheListIsRefused() throws {
        let federation = try Federation()
        let key = try PrivateKey.generate()
        let daemon = try federation.authority.issueDaemon(name: "c", key: key, hosts: [], now: federation.now, validFor: 1000)
        let server = try TLSContext(
            server: .init(certificate: daemon, key: key), authority: federation.authority.certificate, accepting: [.operator])
        var wire = try Wire(client: federation.client(federation.credentials("a")), server: server)
        wire.handshake()
        #expect(wire.serverError == .wrongRole("it names no role that is accepted here"))
    }

    @Test func agentCannotPassForTheDaemon() throws {
        let federation = try Federation()
        let impostor = try TLSContext(server: federation.credentials("agent"), authority: federation.authority.certificate)
        var wire = try Wire(client: federation.client(nil), server: impostor)
        wire.handshake()
        guard case .wrongRole = try #require(wire.clientError) else {
            Issue.record("the client said \(String(describing: wire.clientError))")
            return
        }
    }

    @Test(arguments: [("localhost", true), ("127.0.0.1", true), ("elsewhere.example", false), ("127.0.0.2", false)])
    func hostIsCheckedWhenAsked(host: String, fits: Bool) throws {
        let federation = try Federation()
        var wire = try Wire(client: federation.client(nil), server: federation.server, host: host)
        wire.handshake()
        #expect((wire.clientError == nil) == fits)
        if !fits, case .wrongName = wire.clientError {} else if !fits { Issue.record("\(String(describing: wire.clientError))") }
    }

    @Test func fingerprintPinsTheAuthority() throws {
        let federation = try Federation()
        let other = try Federation()
        let right = try TLSContext(clientTrusting: .fingerprint(federation.authority.certificate.fingerprint), credentials: nil)
        var wire = try Wire(client: right, server: federation.server)
        wire.handshake()
        #expect(wire.clientError == nil && wire.client.peer?.role == .daemon)

        let wrong = try TLSContext(clientTrusting: .fingerprint(other.authority.certificate.fingerprint), credentials: nil)
        var refused = try Wire(client: wrong, server: federation.server)
        refused.handshake()
        guard case .unknownAuthority = try #require(refused.clientError) else {
            Issue.record("the client said \(String(describing: refused.clientError))")
            return
        }
        #expect(throws: TLSError.self) { try TLSContext(clientTrusting: .fingerprint("abc"), credentials: nil) }
    }

    /// A server that shows the pinned authority's certificate but whose own is not signed by it.
    @Test func fingerprintNeedsTheSignatureToo() throws {
        let federation = try Federation()
        let other = try Federation()
        let key = try PrivateKey.generate()
        let forged = try other.authority.issueDaemon(name: "coordinator", key: key, hosts: [], now: other.now, validFor: 1000)
        let server = try TLSContext(server: .init(certificate: forged, key: key), authority: federation.authority.certificate)
        let client = try TLSContext(clientTrusting: .fingerprint(federation.authority.certificate.fingerprint), credentials: nil)
        var wire = try Wire(client: client, server: server)
        wire.handshake()
        #expect(wire.clientError != nil)
    }

    @Test func sessionsResumeAndKeepTheIdentity() throws {
        let federation = try Federation()
        let client = try federation.client(federation.credentials("site-1"))
        for round in 0..<4 {
            var wire = try Wire(client: client, server: federation.server)
            wire.handshake()
            #expect(wire.clientError == nil && wire.serverError == nil)
            #expect(wire.client.isResumed == (round > 0))
            #expect(wire.server.isResumed == (round > 0))
            #expect(wire.server.peer?.name == "site-1")
            #expect(wire.client.peer?.name == "coordinator")
            // The ticket comes with the first data; the connection is then dropped without a goodbye.
            #expect(try wire.pass([1], from: wire.server, to: wire.client) == [1])
        }
        client.forgetSession()
        var full = try Wire(client: client, server: federation.server)
        full.handshake()
        #expect(!full.client.isResumed)
    }

    @Test func ticketOfAnotherServerMeansAFullHandshake() throws {
        let federation = try Federation()
        let client = try federation.client(federation.credentials("site-1"))
        var first = try Wire(client: client, server: federation.server)
        first.handshake()
        _ = try first.pass([1], from: first.server, to: first.client)
        let key = try PrivateKey.generate()
        let daemon = try federation.authority.issueDaemon(name: "c2", key: key, hosts: [], now: federation.now, validFor: 1000)
        let restarted = try TLSContext(server: .init(certificate: daemon, key: key), authority: federation.authority.certificate)
        var second = try Wire(client: client, server: restarted)
        second.handshake()
        #expect(second.clientError == nil && second.serverError == nil)
        #expect(!second.client.isResumed)
        #expect(second.client.peer?.name == "c2")
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{0}\u{0}\u{0}\u{10}\u{1}\u{1}hello hello hello", "SSH-2.0-OpenSSH_9.2\r\n",
    ])
    func garbageIsNotTLS(text: String) throws {
        let federation = try Federation()
        let server = try TLSSession(federation.server)
        try server.feed(Array(text.utf8))
        #expect(throws: TLSError.notTLS) { try server.handshake() }
    }

    @Test func clientSaysThatAPlainServerIsNotTLS() throws {
        let federation = try Federation()
        let client = try TLSSession(federation.client(nil))
        #expect(try client.handshake() == .needsMore)
        try client.feed(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        #expect(throws: TLSError.notTLS) { try client.handshake() }
    }

    @Test func alteredRecordIsRefused() throws {
        let federation = try Federation()
        var wire = try Wire(client: federation.client(nil), server: federation.server)
        wire.handshake()
        try wire.client.write([1, 2, 3], 0..<3)
        var record = wire.client.drain()
        record[record.count - 1] ^= 1
        try wire.server.feed(record)
        #expect(throws: TLSError.self) { try wire.server.read(upTo: 10) }
    }
}

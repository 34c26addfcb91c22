// SPDX-License-Identifier: Apache-2.0
import Glibc

@testable import EngramTLS

/// An authority with a daemon, and certificates made to order.
struct Federation {
    static let day = 86_400.0
    let now = Double(time(nil))
    let authority: CertificateAuthority
    let server: TLSContext

    init() throws {
        authority = try CertificateAuthority.create(name: "test-ca", now: now - 10 * Self.day, validFor: 1000 * Self.day)
        let key = try PrivateKey.generate()
        let daemon = try authority.issueDaemon(
            name: "coordinator", key: key, hosts: ["localhost", "127.0.0.1"], now: now, validFor: Self.day)
        server = try TLSContext(server: .init(certificate: daemon, key: key), authority: authority.certificate)
    }

    func credentials(
        _ name: String, role: Role = .agent, from other: CertificateAuthority? = nil, issued: Double = 0,
        validFor: Double = Self.day
    ) throws -> TLSContext.Credentials {
        let key = try PrivateKey.generate()
        let certificate = try (other ?? authority).sign(
            SigningRequest(pem: SigningRequest(for: key).pem()), role: role, name: name, now: now + issued, validFor: validFor)
        return try TLSContext.Credentials(certificate: certificate, key: key)
    }

    func client(_ credentials: TLSContext.Credentials?) throws -> TLSContext {
        try TLSContext(clientTrusting: .authority(authority.certificate), credentials: credentials)
    }
}

/// A client and a server session with nothing but memory between them.
struct Wire {
    let client: TLSSession
    let server: TLSSession
    var clientError: TLSError?
    var serverError: TLSError?

    init(client: TLSContext, server: TLSContext, host: String? = nil) throws {
        self.client = try TLSSession(client, host: host)
        self.server = try TLSSession(server)
    }

    /// Moves bytes until both sides are done or one has failed, and then what is left, so that alerts arrive.
    mutating func handshake() {
        var clientDone = false
        var serverDone = false
        for _ in 0..<10 {
            if !clientDone, clientError == nil { clientDone = Self.step(client, &clientError) }
            try? server.feed(client.drain())
            if !serverDone, serverError == nil { serverDone = Self.step(server, &serverError) }
            try? client.feed(server.drain())
        }
    }

    /// Whether the side has completed.
    private static func step(_ session: TLSSession, _ failure: inout TLSError?) -> Bool {
        do throws(TLSError) {
            return try session.handshake() == .complete
        } catch {
            failure = error
            return false
        }
    }

    /// Sends a message from one side to the other and returns what came out.
    func pass(_ bytes: [UInt8], from sender: TLSSession, to receiver: TLSSession) throws -> [UInt8] {
        try sender.write(bytes, 0..<bytes.count)
        try receiver.feed(sender.drain())
        var received: [UInt8] = []
        while case .bytes(let piece) = try receiver.read(upTo: 1 << 16) { received += piece }
        return received
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import EngramTLS
import EngramTransport
import EngramWire
import Glibc

import struct Synchronization.Atomic

/// The two transports that must behave alike.
enum Kind: String, CaseIterable, Sendable { case memory, tls }

/// A server and a client of either kind, the client being agent "site-1".
struct Harness {
    let server: any ServerTransport
    let client: any ClientTransport

    init(_ kind: Kind, limits: WireLimits = WireLimits()) async throws {
        switch kind {
        case .memory:
            let daemon = PeerIdentity(name: "coordinator", role: .daemon, serial: "01", notAfter: 4e9, fingerprint: "")
            let agent = PeerIdentity(name: "site-1", role: .agent, serial: "02", notAfter: 4e9, fingerprint: "")
            let transport = MemoryTransport(capacity: 32 << 10, identity: daemon)
            server = transport
            client = transport.client(as: agent)
        case .tls:
            let federation = try TLSFederation()
            let reactor = try Reactor()
            let transport = try await TLSServerTransport(
                on: .loopback(port: 0), reactor: reactor, context: federation.server, limits: limits)
            server = transport
            client = TLSClientTransport(
                to: Endpoint(host: "127.0.0.1", port: transport.socketAddress.port), reactor: reactor,
                context: try federation.client("site-1"), limits: limits, checksHost: true)
        }
    }

    /// Runs the body while the server serves with the handler; then closes the server.
    func serving(
        _ handler: @escaping @Sendable (any ByteStream) async -> Void, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [server] in try await server.serve(handler) }
            do {
                try await body()
            } catch {
                group.cancelAll()
                throw error
            }
            await server.close()
            try await group.waitForAll()
        }
    }
}

struct TLSFederation {
    let now = Double(time(nil))
    let authority: CertificateAuthority
    let server: TLSContext

    init() throws {
        authority = try CertificateAuthority.create(name: "ca", now: now, validFor: 86_400)
        let key = try PrivateKey.generate()
        let daemon = try authority.issueDaemon(name: "coordinator", key: key, hosts: ["127.0.0.1"], now: now, validFor: 86_400)
        server = try TLSContext(server: .init(certificate: daemon, key: key), authority: authority.certificate)
    }

    /// A client's context; without a name, one that can only enrol.
    func client(_ name: String?) throws -> TLSContext {
        guard let name else { return try TLSContext(clientTrusting: .authority(authority.certificate), credentials: nil) }
        let key = try PrivateKey.generate()
        let certificate = try authority.sign(SigningRequest(for: key), role: .agent, name: name, now: now, validFor: 86_400)
        return try TLSContext(
            clientTrusting: .authority(authority.certificate), credentials: .init(certificate: certificate, key: key))
    }
}

extension Frame {
    static func ping(_ stream: UInt32, bytes: Int = 8) -> Frame {
        Frame(version: 1, kind: MessageKind.ping.rawValue, flags: 0, stream: stream, payload: [UInt8](repeating: 1, count: bytes))
    }

    static func chunk(_ stream: UInt32, _ number: Int, bytes: Int = 100_000) -> Frame {
        let payload = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes)
        return Frame(version: 1, kind: MessageKind.chunk.rawValue, flags: 0, stream: stream, payload: payload)
    }
}

/// A bulk source of `count` chunks on one stream, which calls back before each.
final class ChunkSource: BulkSource {
    private let stream: UInt32
    private let count: Int
    private let given = Atomic<Int>(0)
    private let before: @Sendable (Int) -> Void

    init(stream: UInt32, count: Int, before: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.stream = stream
        self.count = count
        self.before = before
    }

    func next() async throws -> Frame? {
        let number = given.add(1, ordering: .relaxed).oldValue
        guard number < count else { return nil }
        before(number)
        return .chunk(stream, number)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramSockets
import EngramTLS
import EngramWire
import Testing

@testable import EngramTransport

@Suite(.timeLimit(.minutes(5)))
struct TLSTransportTests {
    /// A server that says hello to each client, and what it said about those that it refused.
    private final class Server: Sendable {
        let federation: TLSFederation
        let reactor: Reactor
        let transport: TLSServerTransport
        let refusals: Refusals
        let limits: WireLimits

        init(limits: WireLimits = WireLimits()) async throws {
            federation = try TLSFederation()
            reactor = try Reactor()
            let refusals = Refusals()
            self.refusals = refusals
            self.limits = limits
            transport = try await TLSServerTransport(
                on: .loopback(port: 0), reactor: reactor, context: federation.server, limits: limits
            ) { _, reason in refusals.add(reason) }
        }

        func client(_ name: String?) throws -> TLSClientTransport {
            let endpoint = Endpoint(host: "127.0.0.1", port: transport.socketAddress.port)
            return try TLSClientTransport(
                to: endpoint, reactor: reactor, context: federation.client(name), limits: limits, checksHost: true)
        }

        func plain() async throws -> TCPStream { try await .connect(to: transport.socketAddress, reactor: reactor) }

        func serving(_ body: @escaping @Sendable () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [transport] in
                    try await transport.serve { stream in
                        try? await stream.write([UInt8](stream.peer?.name.utf8 ?? "nobody".utf8))
                        _ = try? await stream.read(upTo: 1)
                    }
                }
                do {
                    try await body()
                } catch {
                    group.cancelAll()
                    throw error
                }
                await transport.close()
                try await group.waitForAll()
            }
        }
    }

    private final class Refusals: Sendable {
        private let list = Mutex<[String]>([])

        func add(_ reason: any Error) { list.withLock { $0.append("\(reason)") } }

        /// Waits for the first refusals.
        func wait(for count: Int) async -> [String] {
            while list.withLock({ $0.count }) < count { await Task.yield() }
            return list.withLock { $0 }
        }
    }

    private static func name(_ stream: any ByteStream) async throws -> String {
        String(decoding: try await stream.read(upTo: 100), as: UTF8.self)
    }

    @Test func knownAndUnknownClientsAreWelcome() async throws {
        let server = try await Server()
        try await server.serving {
            let known = try await server.client("site-9").connect()
            let unknown = try await server.client(nil).connect()
            #expect(try await Self.name(known) == "site-9")
            #expect(try await Self.name(unknown) == "nobody")
            await known.close()
            await unknown.close()
        }
        #expect(server.transport.connectionCount == 0)
    }

    @Test func reconnectingResumes() async throws {
        let server = try await Server()
        try await server.serving {
            let client = try server.client("site-9")
            for round in 0..<3 {
                let stream = try #require(try await client.connect() as? TLSStream)
                #expect(stream.isResumed == (round > 0))
                #expect(try await Self.name(stream) == "site-9")
                stream.abort()
            }
        }
    }

    @Test func noiseAndHalfHandshakesHarmNobody() async throws {
        let server = try await Server()
        try await server.serving {
            let noise = try await server.plain()
            try await noise.write(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            #expect(await server.refusals.wait(for: 1) == ["\(TLSError.notTLS)"])
            await noise.close()
            let half = try await server.plain()
            // The start of a ClientHello that never ends.
            try await half.write([0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC])
            await half.close()
            #expect(await server.refusals.wait(for: 2).last == "\(TLSError.peerClosedDuringHandshake)")
            let good = try await server.client("site-9").connect()
            #expect(try await Self.name(good) == "site-9")
            await good.close()
        }
    }

    @Test func silentClientMeetsTheDeadline() async throws {
        var limits = WireLimits()
        limits.handshakeSeconds = 0.02
        let server = try await Server(limits: limits)
        try await server.serving {
            let silent = try await server.plain()
            #expect(await server.refusals.wait(for: 1) == ["\(TransportError.handshakeTimeout)"])
            #expect((try? await silent.read(upTo: 1)) ?? [] == [])
            await silent.close()
        }
    }

    @Test func unauthenticatedConnectionsAreCapped() async throws {
        var limits = WireLimits()
        limits.maxUnauthenticated = 2
        let server = try await Server(limits: limits)
        try await server.serving {
            let first = try await server.client(nil).connect()
            let second = try await server.client(nil).connect()
            let failure = await #expect(throws: (any Error).self) { try await Self.name(server.client("site-1").connect()) }
            #expect(failure != nil)
            #expect(await server.refusals.wait(for: 1) == ["\(TransportError.tooManyUnauthenticated(limit: 2))"])
            await first.close()
            await second.close()
        }
    }

    @Test func connectionsPerAddressAreCapped() async throws {
        var limits = WireLimits()
        limits.maxConnectionsPerAddress = 1
        let server = try await Server(limits: limits)
        try await server.serving {
            let first = try await server.client("site-1").connect()
            #expect(try await Self.name(first) == "site-1")
            await #expect(throws: (any Error).self) { try await Self.name(server.client("site-2").connect()) }
            #expect(await server.refusals.wait(for: 1) == ["\(TransportError.tooManyFromAddress("127.0.0.1", limit: 1))"])
            await first.close()
        }
    }

    @Test func clientSaysWhyItWasRefused() async throws {
        let server = try await Server()
        try await server.serving {
            let stranger = try TLSFederation()
            let key = try PrivateKey.generate()
            let certificate = try stranger.authority.sign(
                SigningRequest(for: key), role: .agent, name: "spy", now: stranger.now, validFor: 1000)
            let context = try TLSContext(
                clientTrusting: .authority(server.federation.authority.certificate),
                credentials: .init(certificate: certificate, key: key))
            let stream = try await TLSStream.handshake(server.plain(), context: context, deadline: .now + .seconds(30))
            let failure = await #expect(throws: TLSError.self) { try await stream.read(upTo: 10) }
            #expect(failure?.description.contains("enrol with this daemon") == true)
            await stream.close()
        }
    }

    @Test func newContextCountsForNewConnections() async throws {
        let server = try await Server()
        try await server.serving {
            let other = try TLSFederation()
            server.transport.use(other.server)
            await #expect(throws: (any Error).self) { try await server.client("site-1").connect() }
        }
    }

    @Test func admissionCountsBalance() throws {
        var table = AdmissionTable(maxConnections: 3, maxPerAddress: 2, maxUnauthenticated: 2)
        try table.admit("a")
        table.authenticate()
        try table.admit("a")
        #expect(throws: TransportError.tooManyFromAddress("a", limit: 2)) { try table.admit("a") }
        try table.admit("b")
        #expect(throws: TransportError.tooManyConnections(limit: 3)) { try table.admit("c") }
        table.leave("a", wasAuthenticated: true)
        #expect(throws: TransportError.tooManyUnauthenticated(limit: 2)) { try table.admit("c") }
        table.leave("a", wasAuthenticated: false)
        table.leave("b", wasAuthenticated: false)
        #expect(table.connections == 0 && table.unauthenticated == 0)
        try table.admit("a")
    }
}

// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import EngramSockets

@Suite(.timeLimit(.minutes(5)))
struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1:7700", "127.0.0.1", 7700), ("[::1]:80", "::1", 80), ("daemon.example.org:1", "daemon.example.org", 1),
        (":7700", "0.0.0.0", 7700),
    ])
    func parsesEndpoints(text: String, host: String, port: Int) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.host == host)
        #expect(Int(endpoint.port) == port)
    }

    @Test(arguments: ["", "host", "host:", "host:65536", "host:-1", "[::1]", "[::1]x:4", "::1:5", "a b:1", "a/b:1", "host:1x"])
    func refusesOthers(text: String) {
        #expect(throws: SocketError.malformedAddress(text)) { try Endpoint(text) }
    }

    @Test func takesDefaultPort() throws {
        #expect(try Endpoint("box", defaultPort: 9) == Endpoint(host: "box", port: 9))
        #expect(try Endpoint("[::1]", defaultPort: 9) == Endpoint(host: "::1", port: 9))
    }

    @Test(arguments: ["1.2.3.4", "::1", "2001:db8::7"])
    func survivesItsCForm(host: String) throws {
        let address = try #require(SocketAddress(numeric: host, port: 4711))
        #expect(address.host == host)
        let copy = unsafe address.withSockaddr { pointer, length in
            unsafe SocketAddress(UnsafeRawPointer(pointer), length: Int(length))
        }
        #expect(copy == address)
    }

    @Test func resolvesNames() async throws {
        let executor = ThreadExecutor(name: "resolver")
        let found = try await Endpoint(host: "localhost", port: 5).resolve(on: executor)
        #expect(found.contains { $0.host == "127.0.0.1" || $0.host == "::1" })
        await #expect(throws: SocketError.self) {
            try await Endpoint(host: "no-such-host.invalid", port: 5).resolve(on: executor)
        }
    }
}

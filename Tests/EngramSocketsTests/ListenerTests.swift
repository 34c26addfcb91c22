// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import Glibc
import Testing

@testable import EngramSockets

@Suite(.timeLimit(.minutes(5)))
struct ListenerTests {
    @Test func closeEndsAcceptAtOnce() async throws {
        let reactor = try Reactor()
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor)
        async let accepted = listener.accept()
        await listener.close()
        #expect(try await accepted == nil)
        #expect(try await listener.accept() == nil)
    }

    @Test func portInUseIsSaidWithThePort() async throws {
        let reactor = try Reactor()
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor)
        let failure = await #expect(throws: SocketError.self) { _ = try await Listener(on: listener.address, reactor: reactor) }
        let text = try #require(failure).description
        #expect(text.contains("\(listener.address)") && text.contains("in use") && text.contains("another port"))
    }

    @Test func refusedConnectionSaysSo() async throws {
        let reactor = try Reactor()
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor)
        let address = listener.address
        await listener.close()
        await #expect(throws: SocketError.cannotConnect(address: "\(address)", code: ECONNREFUSED)) {
            _ = try await TCPStream.connect(to: address, reactor: reactor)
        }
    }

    @Test func resetBeforeAcceptHarmsNobody() async throws {
        let reactor = try Reactor()
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor)
        for _ in 0..<20 {
            let gone = try await TCPStream.connect(to: listener.address, reactor: reactor)
            await gone.close()
        }
        let client = try await TCPStream.connect(to: listener.address, reactor: reactor)
        try await client.write([42])
        var heard: [UInt8] = []
        while heard.isEmpty {
            let stream = try #require(try await listener.accept())
            heard = (try? await stream.read(upTo: 1)) ?? []
        }
        #expect(heard == [42])
    }

    /// The machine is out of descriptors or memory, or connections die in the queue: accepting pauses or skips, and goes on.
    @Test func exhaustionOnlyPauses() async throws {
        let reactor = try Reactor()
        let codes = [EMFILE, ECONNABORTED, ENFILE, EPROTO, ENOBUFS, ENOMEM]
        let failures = Mutex(codes)
        var options = Listener.Options()
        options.firstPause = .milliseconds(1)
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor, options: options) {
            (socket) throws(SocketError) in
            let code = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            if let code { throw .system(call: "accept", code: code) }
            return try socket.accept()
        }
        let client = try await TCPStream.connect(to: listener.address, reactor: reactor)
        let stream = try #require(try await listener.accept())
        #expect(listener.pauseCount == 4)
        try await client.write([1])
        #expect(try await stream.read(upTo: 1) == [1])
    }

    @Test func closeEndsAPauseAtOnce() async throws {
        let reactor = try Reactor()
        var options = Listener.Options()
        options.firstPause = .seconds(1000)
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor, options: options) { (_) throws(SocketError) in
            throw .system(call: "accept", code: EMFILE)
        }
        let accepted = Task { try await listener.accept() }
        while listener.pauseCount == 0 { await Task.yield() }
        await listener.close()
        #expect(try await accepted.value == nil)
    }

    @Test func otherErrorsAreThrown() async throws {
        let reactor = try Reactor()
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor, options: .init()) { (_) throws(SocketError) in
            throw .system(call: "accept", code: EINVAL)
        }
        await #expect(throws: SocketError.system(call: "accept", code: EINVAL)) { _ = try await listener.accept() }
    }
}

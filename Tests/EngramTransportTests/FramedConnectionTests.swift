// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramSockets
import EngramTLS
import EngramWire
import Testing

@testable import EngramTransport

@Suite(.timeLimit(.minutes(5)))
struct FramedConnectionTests {
    /// Sends every frame back until the peer ends.
    static func echo(_ stream: any ByteStream) async {
        let connection = FramedConnection(stream, limits: WireLimits())
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await connection.run() }
            group.addTask {
                while let frame = try? await connection.receive() { connection.send(frame) }
                connection.finish()
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func framesComeBackInOrder(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving(Self.echo) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            #expect(connection.peer?.role == .daemon)
            let writer = Task { try await connection.run() }
            for number in 0..<500 { #expect(connection.send(.ping(UInt32(number), bytes: number))) }
            for number in 0..<500 { #expect(try await connection.receive() == .ping(UInt32(number), bytes: number)) }
            connection.finish()
            try await writer.value
            #expect(!connection.send(.ping(1)))
            #expect(connection.bytesOut > 500 * 12 && connection.bytesIn > 500 * 12)
        }
    }

    @Test(arguments: Kind.allCases)
    func serverKnowsTheClient(kind: Kind) async throws {
        let harness = try await Harness(kind)
        let seen = Mutex<[PeerIdentity?]>([])
        try await harness.serving({ stream in
            seen.withLock { $0.append(stream.peer) }
            try? await stream.write([1])
        }) {
            let stream = try await harness.client.connect()
            #expect(try await stream.read(upTo: 1) == [1])
            await stream.close()
        }
        #expect(seen.withLock { $0.map { $0?.name } } == ["site-1"])
        #expect(seen.withLock { $0.map { $0?.role } } == [.agent])
    }

    @Test(arguments: Kind.allCases)
    func bulkTakesTurnsBehindControl(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            let connection = FramedConnection(stream, limits: WireLimits())
            connection.send(bulk: ChunkSource(stream: 1, count: 20))
            connection.send(bulk: ChunkSource(stream: 2, count: 20))
            connection.send(.ping(98))
            connection.finish()
            try? await connection.run()
        }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            var order: [UInt32] = []
            while let frame = try await connection.receive() { order.append(frame.stream) }
            #expect(order == [98] + (0..<40).map { $0.isMultiple(of: 2) ? 1 : 2 })
            await connection.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func controlOvertakesBulk(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            let connection = FramedConnection(stream, limits: WireLimits())
            connection.send(bulk: ChunkSource(stream: 1, count: 30) { if $0 == 10 { connection.send(.ping(99)) } })
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await connection.run() }
                group.addTask {
                    _ = try? await connection.receive()
                    connection.finish()
                }
            }
        }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            var order: [UInt32] = []
            for _ in 0..<31 { order.append(try #require(try await connection.receive()).stream) }
            // Queued while chunk 10 was made: it goes out right behind it.
            #expect(order.firstIndex(of: 99) == 11)
            await connection.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func aCutInsideAFrameIsAnError(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            try? await stream.write(Array(Frame.ping(1, bytes: 100).encoded().dropLast(10)))
        }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            await #expect(throws: TransportError.endedInsideFrame(bytes: 102)) { try await connection.receive() }
            await connection.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func anAbortedPeerIsAnError(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            _ = try? await stream.read(upTo: 1)
            stream.abort()
        }) {
            let stream = try await harness.client.connect()
            try await stream.write([1])
            await #expect(throws: (any Error).self) { try await stream.read(upTo: 10) }
            await stream.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func oversizedFrameIsRefusedBeforeItArrives(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            try? await stream.write([0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0, 0])
            _ = try? await stream.read(upTo: 1)
        }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            await #expect(throws: WireError.self) { try await connection.receive() }
            await connection.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func slowPeerIsCut(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in
            var limits = WireLimits()
            limits.maxOutboundQueueBytes = 100_000
            let connection = FramedConnection(stream, limits: limits)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let failure = await #expect(throws: TransportError.self) { try await connection.run() }
                    guard case .outboundOverflow(_, 100_000) = failure else {
                        Issue.record("\(String(describing: failure))")
                        return
                    }
                }
                group.addTask {
                    // The client reads nothing: sooner or later everything is full.
                    while connection.send(.ping(1, bytes: 8000)) { await Task.yield() }
                }
            }
        }) {
            let stream = try await harness.client.connect()
            let connection = FramedConnection(stream, limits: WireLimits())
            await #expect(throws: (any Error).self) {
                // Its own writes show the client that it was cut.
                while true { try await connection.writeForTest(.ping(0)) }
            }
            await connection.close()
        }
    }

    @Test(arguments: Kind.allCases)
    func closeEndsReaderAndWriter(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in _ = try? await stream.read(upTo: 1) }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            let writer = Task { try await connection.run() }
            let reader = Task { try await connection.receive() }
            await connection.close()
            await #expect(throws: TransportError.closed) { try await writer.value }
            await #expect(throws: TransportError.closed) { try await reader.value }
        }
    }

    @Test(arguments: Kind.allCases)
    func cancellationEndsTheServer(kind: Kind) async throws {
        let harness = try await Harness(kind)
        let server = harness.server
        let serving = Task { try await server.serve { stream in _ = try? await stream.read(upTo: 1) } }
        let stream = try await harness.client.connect()
        serving.cancel()
        await #expect(throws: (any Error).self) { try await serving.value }
        let end = try? await stream.read(upTo: 1)
        #expect(end == nil || end == [])
    }

    @Test(arguments: Kind.allCases)
    func readDeadlineEnds(kind: Kind) async throws {
        let harness = try await Harness(kind)
        try await harness.serving({ stream in _ = try? await stream.read(upTo: 1) }) {
            let connection = FramedConnection(try await harness.client.connect(), limits: WireLimits())
            await #expect(throws: SocketError.timedOut("waiting for data")) {
                try await connection.receive(deadline: .now + .milliseconds(5))
            }
            await connection.close()
        }
    }
}

extension FramedConnection {
    /// A write past the queue.
    fileprivate func writeForTest(_ frame: Frame) async throws { try await stream.write(frame.encoded(), stall: nil) }
}

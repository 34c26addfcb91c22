// SPDX-License-Identifier: Apache-2.0
import EngramTLS
import EngramWire
import Testing

@testable import EngramTransport

@Suite(.timeLimit(.minutes(5)))
struct FaultTests {
    private func pieces(_ plan: FaultPlan, connection: Int) -> [Int] {
        var script = plan.script(connection: connection, direction: 0)
        var left = 100_000
        var pieces: [Int] = []
        while left > 0 {
            let (count, yields) = script.nextPiece(of: left)
            pieces += [count, yields]
            if count == 0 { break }
            left -= count
        }
        return pieces
    }

    @Test func equalSeedsGiveEqualFaults() {
        var plan = FaultPlan(seed: 7)
        plan.splitsWrites = true
        plan.longestDelay = 5
        plan.cutAfter = 1000...50_000
        plan.refusalShare = 0.5
        #expect(pieces(plan, connection: 3) == pieces(plan, connection: 3))
        #expect(pieces(plan, connection: 3) != pieces(plan, connection: 4))
        var other = plan
        other.seed = 8
        #expect(pieces(plan, connection: 3) != pieces(other, connection: 3))
        #expect(pieces(plan, connection: 3).suffix(2).first == 0)
        let refused = (0..<1000).filter { plan.refuses(connection: $0) }
        #expect(refused == (0..<1000).filter { plan.refuses(connection: $0) })
        #expect((400...600).contains(refused.count))
    }

    @Test func splitAndDelayedWritesStillMakeFrames() async throws {
        var plan = FaultPlan(seed: 1)
        plan.splitsWrites = true
        plan.longestDelay = 2
        let server = MemoryTransport(capacity: 1000)
        let client = server.client(as: nil, faults: plan)
        let serving = Task { try await server.serve(FramedConnectionTests.echo) }
        let connection = FramedConnection(try await client.connect(), limits: WireLimits())
        let writer = Task { try await connection.run() }
        for number in 0..<50 { connection.send(.ping(UInt32(number), bytes: 700)) }
        for number in 0..<50 { #expect(try await connection.receive() == .ping(UInt32(number), bytes: 700)) }
        connection.finish()
        try await writer.value
        await server.close()
        try await serving.value
    }

    @Test(arguments: 0..<5)
    func aCutComesAtTheSameByteEachTime(seed: Int) async throws {
        var plan = FaultPlan(seed: UInt64(seed))
        plan.cutAfter = 5000...20_000
        var cuts: [Int] = []
        for _ in 0..<2 {
            let server = MemoryTransport()
            let stream = try await {
                let client = server.client(as: nil, faults: plan)
                return try await client.connect()
            }()
            await #expect(throws: TransportError.cut) { while true { try await stream.write([1, 2, 3]) } }
            await #expect(throws: TransportError.cut) { try await stream.read(upTo: 1) }
            cuts.append(stream.bytesOut)
            await server.close()
        }
        #expect(cuts[0] == cuts[1])
        #expect((5000...20_000).contains(cuts[0]))
    }

    @Test func closedServerRefuses() async throws {
        let server = MemoryTransport()
        let client = server.client(as: nil)
        await server.close()
        await #expect(throws: TransportError.connectionRefused) { _ = try await client.connect() }
    }

    @Test func boundedPipeHoldsTheWriterBack() async throws {
        let (client, server) = MemoryStream.pair(capacity: 10)
        let writer = Task { try await client.write([UInt8](repeating: 3, count: 25)) }
        var received: [UInt8] = []
        while received.count < 25 {
            let piece = try await server.read(upTo: 100)
            #expect(piece.count <= 10)
            received += piece
        }
        try await writer.value
        let stuck = Task { try await client.write([UInt8](repeating: 3, count: 25)) }
        stuck.cancel()
        await #expect(throws: CancellationError.self) { try await stuck.value }
    }
}

// SPDX-License-Identifier: Apache-2.0
import CShims
import Testing

@testable import EngramSockets

@Suite(.timeLimit(.minutes(5)))
struct ReactorTests {
    /// Two connected streams on one reactor.
    static func pair(_ reactor: Reactor) async throws -> (TCPStream, TCPStream) {
        let listener = try await Listener(on: .loopback(port: 0), reactor: reactor)
        async let accepted = listener.accept()
        let client = try await TCPStream.connect(to: listener.address, reactor: reactor)
        let server = try #require(try await accepted)
        await listener.close()
        return (client, server)
    }

    @Test func eventsOfAnEarlierGenerationAreIgnored() async throws {
        var table = ReadinessTable()
        let old = try table.insert(7)
        let removed = table.remove(old)
        #expect(removed)
        let new = try table.insert(7)
        #expect(old != new)
        table.handle(engram_event(token: old.rawValue, readable: true, writable: true))
        #expect(!table.hasReadiness(new))
        table.handle(engram_event(token: new.rawValue, readable: true, writable: false))
        #expect(table.hasReadiness(new))
        let removedAgain = table.remove(old)
        #expect(!removedAgain)
        #expect(table.descriptorCount == 1)
    }

    @Test func closeWakesTheReader() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let read = Task { try await client.read(upTo: 10) }
        await client.close()
        await #expect(throws: SocketError.closed) { try await read.value }
        await server.close()
        #expect(await reactor.socketCount == 0)
    }

    @Test func abortWakesTheReader() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let read = Task { try await client.read(upTo: 10) }
        client.abort()
        await #expect(throws: SocketError.closed) { try await read.value }
        #expect(try await server.read(upTo: 10).isEmpty)
    }

    @Test func aReusedNumberWorks() async throws {
        let reactor = try Reactor()
        for round in 0..<50 {
            let (client, server) = try await Self.pair(reactor)
            async let read = server.read(upTo: 100)
            try await client.write([UInt8(round)])
            #expect(try await read == [UInt8(round)])
            async let waiting = server.read(upTo: 100)
            if round.isMultiple(of: 2) { await server.close() } else { await client.close() }
            let rest = try? await waiting
            #expect(rest == nil || rest?.isEmpty == true)
            await client.close()
            await server.close()
        }
        #expect(await reactor.socketCount == 0)
    }

    @Test func cancellationWakesTheReader() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let task = Task { try await client.read(upTo: 10) }
        task.cancel()
        await #expect(throws: SocketError.cancelled) { try await task.value }
        // The stream is still usable.
        try await server.write([1])
        #expect(try await client.read(upTo: 10) == [1])
    }

    @Test func deadlinesEndWaits() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        await #expect(throws: SocketError.timedOut("waiting for data")) {
            try await client.read(upTo: 10, deadline: .now + .milliseconds(5))
        }
        try await server.write([2])
        #expect(try await client.read(upTo: 10, deadline: .now + .seconds(50)) == [2])
        let before = ContinuousClock.now
        try await reactor.sleep(until: before + .milliseconds(3))
        #expect(ContinuousClock.now >= before + .milliseconds(3))
    }

    @Test func aStalledWriteEnds() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let big = [UInt8](repeating: 1, count: 64 << 20)
        await #expect(throws: SocketError.timedOut("sending")) { try await client.write(big, stall: .milliseconds(10)) }
        await server.close()
    }

    @Test func shutDownWakesEverybody() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let read = Task { try await client.read(upTo: 10) }
        let sleep = Task { try await reactor.sleep(until: .now + .seconds(1000)) }
        await reactor.shutDown()
        await #expect(throws: SocketError.shutDown) { try await read.value }
        await #expect(throws: SocketError.shutDown) { try await sleep.value }
        await #expect(throws: SocketError.shutDown) { try await server.read(upTo: 1) }
        await client.close()
    }

    @Test func secondReaderIsRefused() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let results = await withTaskGroup(of: SocketError?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do throws(SocketError) {
                        _ = try await client.read(upTo: 1)
                        return nil
                    } catch {
                        // The one that was refused lets the other go.
                        try? await server.write([1])
                        return error
                    }
                }
            }
            return await group.reduce(into: [SocketError?]()) { $0.append($1) }
        }
        #expect(results.count { $0 == SocketError.busy } == 1)
        #expect(results.count { $0 == nil } == 1)
    }

    @Test func bytesArriveInOrderUnderLoad() async throws {
        let reactor = try Reactor()
        let (client, server) = try await Self.pair(reactor)
        let data = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        async let written: Void = client.write(data)
        var received: [UInt8] = []
        while received.count < data.count { received += try await server.read(upTo: 50_000) }
        try await written
        #expect(received == data)
        #expect(client.bytesOut == data.count && server.bytesIn == data.count)
        client.finishWriting()
        #expect(try await server.read(upTo: 10).isEmpty)
    }

    @Test func manyIdleSocketsDoNotDisturb() async throws {
        let reactor = try Reactor()
        var idle: [(TCPStream, TCPStream)] = []
        for _ in 0..<200 { idle.append(try await Self.pair(reactor)) }
        #expect(await reactor.socketCount == 400)
        await withTaskGroup(of: Void.self) { group in
            for (client, _) in idle { group.addTask { _ = try? await client.read(upTo: 1) } }
            for (_, server) in idle { try? await server.write([9]) }
        }
        for (client, server) in idle {
            await client.close()
            await server.close()
        }
        #expect(await reactor.socketCount == 0)
    }
}

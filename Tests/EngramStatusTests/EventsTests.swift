// SPDX-License-Identifier: Apache-2.0
import EngramFederation
import EngramStatus
import EngramWire
import Foundation
import Testing

/// Server-Sent Events: who reads them has what the snapshot says, at any time.
@Suite(.timeLimit(.minutes(5))) struct EventsTests {
    private func quick() -> StatusLimits {
        var limits = StatusLimits.patient
        limits.refreshSeconds = 0.01
        return limits
    }

    private func reader(_ server: RunningServer) async throws -> RawClient {
        let client = try await server.client()
        try await client.send("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let head = try await client.head()
        #expect(head.status == 200)
        #expect(head.headers["content-type"] == "text/event-stream; charset=utf-8")
        #expect(try await client.event()["retry"] != nil)
        return client
    }

    /// The next event that is none of the heartbeats.
    private func news(_ client: RawClient) async throws -> [String: String] {
        while true {
            let event = try await client.event()
            if event["event"] != nil { return event }
        }
    }

    private func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    @Test func firstAllThenWhatChanged() async throws {
        try await withServer(quick()) { server in
            let client = try await reader(server)
            let first = try await news(client)
            #expect(first["event"] == "snapshot")
            var held = try StatusSnapshot(json: Data(try #require(first["data"]).utf8))
            #expect(held == (try StatusSnapshot(json: Samples.snapshot())))
            #expect(first["id"] == "\(held.revision)")
            server.source.change { $0.runs[1].round += 1 }
            let second = try await news(client)
            #expect(second["event"] == "change")
            let change = try decoder().decode(StatusChange.self, from: Data(try #require(second["data"]).utf8))
            #expect(change.runs.map(\.run.rawValue) == ["clothes"] && change.gone.isEmpty, "only what is not as it was")
            held.runs = held.runs.map { run in change.runs.first { $0.run == run.run } ?? run }
            #expect(held.runs == (await server.source.snapshot().runs))
            server.source.change { $0.runs.removeFirst() }
            let third = try decoder().decode(StatusChange.self, from: Data(try #require(try await news(client)["data"]).utf8))
            #expect(third.gone.map(\.rawValue) == ["pilot"] && third.runs.isEmpty)
        }
    }

    @Test func changesWhileNobodyReadsAreNotMissed() async throws {
        try await withServer(quick()) { server in
            let one = try await reader(server)
            _ = try await news(one)
            await one.close()
            server.source.change { $0.runs[1].round = 77 }
            let other = try await reader(server)
            let event = try await news(other)
            let runs = try StatusSnapshot(json: Data(try #require(event["data"]).utf8)).runs
            #expect(event["event"] == "snapshot" && runs[1].round == 77)
        }
    }

    @Test func silenceIsFilledWithHeartbeats() async throws {
        var limits = quick()
        limits.heartbeatSeconds = 0.02
        try await withServer(limits) { server in
            let client = try await reader(server)
            _ = try await news(client)
            #expect(try await client.event()[""] == "nothing new")
            #expect(try await client.event()[""] == "nothing new")
        }
    }

    @Test func thereAreSoManyPlaces() async throws {
        var limits = quick()
        limits.eventReaders = 2
        limits.heartbeatSeconds = 0.02
        try await withServer(limits) { server in
            let first = try await reader(server)
            let second = try await reader(server)
            let third = try await server.get("/api/v1/events")
            #expect(third.status == 503 && third.headers["retry-after"] != nil)
            #expect(try await server.get("/metrics").text.contains("engram_http_event_readers 2\n"))
            await first.close()
            // A place is free as soon as a heartbeat finds the reader gone.
            var status = 503
            while status == 503 {
                let client = try await server.client()
                try await client.send("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                status = try await client.head().status
                if status == 503 { await client.close() }
            }
            #expect(status == 200)
            await second.close()
        }
    }

    @Test func whoDoesNotReadIsDropped() async throws {
        var limits = quick()
        limits.stallSeconds = 0.2
        limits.heartbeatSeconds = 0.05
        try await withServer(limits) { server in
            let client = try await server.client()
            try await client.send("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            // It reads nothing, while more is told than the system's buffers hold.
            let text = String(repeating: "x", count: 4 << 20)
            var dropped = false
            var number = 0
            while !dropped {
                number += 1
                server.source.change { $0.runs[1].recipe = text + "\(number)" }
                dropped = try await server.get("/metrics").text.contains("engram_http_event_readers_dropped_total 1\n")
            }
            while try await !server.get("/metrics").text.contains("engram_http_event_readers 0\n") {}
        }
    }

    @Test func readersHearOfTheEnd() async throws {
        let server = try await RunningServer(quick())
        let client = try await reader(server)
        _ = try await news(client)
        // A connection that never asks anything, and one that was half closed, do not hold the server up.
        let idle = try await server.client()
        let half = try await server.client()
        try await half.send("GET /api/v1/ev")
        half.finishWriting()
        async let end: Void = server.shutDown()
        #expect(try await news(client)["event"] == "end")
        try await end
        await idle.close()
        await server.stop()
    }
}

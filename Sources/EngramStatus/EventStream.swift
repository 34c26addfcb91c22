// SPDX-License-Identifier: Apache-2.0
import EngramSockets
import Hummingbird
import NIOCore

/// One client of `/api/v1/events`: Server-Sent Events (WHATWG HTML, 9.2), first the snapshot, then changes, comments as heartbeats.
struct EventStream: Sendable {
    let board: StatusBoard
    let place: ReaderPlace
    let limits: StatusLimits
    let channel: any Channel

    /// Writes until the client goes, is too slow, or the server stops.
    @concurrent func write(to writer: inout any ResponseBodyWriter) async throws {
        let (number, rings) = await board.subscribe()
        do {
            try await send(ByteBuffer(string: "retry: 2000\n\n"), to: &writer)
            var revision = try await tell(since: nil, to: &writer)
            for await _ in rings { revision = try await tell(since: revision, to: &writer) }
            try await send(ByteBuffer(string: "event: end\ndata: the coordinator stops\n\n"), to: &writer)
            try await writer.finish(nil)
            await board.unsubscribe(number)
        } catch {
            await board.unsubscribe(number)
            place.dropped()
            throw error
        }
    }

    @concurrent private func tell(since revision: Int?, to writer: inout any ResponseBodyWriter) async throws -> Int? {
        guard let news = try await board.news(since: revision) else {
            try await send(ByteBuffer(string: ": nothing new\n\n"), to: &writer)
            return revision
        }
        // JSON without newlines is one line of data.
        try await send(
            ByteBuffer(string: "event: \(news.event)\nid: \(news.revision)\ndata: "), news.json, ByteBuffer(string: "\n\n"),
            to: &writer)
        return news.revision
    }

    /// A client that does not take this in time loses its connection, and the write fails.
    @concurrent private func send(_ pieces: ByteBuffer..., to writer: inout any ResponseBodyWriter) async throws {
        let channel = channel
        let stall = TimeAmount.nanoseconds(Int64(limits.stallSeconds * 1e9))
        let alarm = channel.eventLoop.scheduleRepeatedTask(initialDelay: stall, delay: stall) { _ in
            // Where there is room again, it is this process that is late, not the client.
            if !channel.isWritable { channel.close(promise: nil) }
        }
        defer { alarm.cancel() }
        try await writer.write(contentsOf: pieces)
    }
}

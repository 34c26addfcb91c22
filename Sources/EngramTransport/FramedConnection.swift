// SPDX-License-Identifier: Apache-2.0
import EngramLocks
package import EngramTLS
package import EngramWire

/// Frames over a byte stream: one task calls `receive` in a loop, another `run`; anybody may `send`.
///
/// Control frames go before bulk frames: a heartbeat waits for at most one chunk of bulk data.
package final class FramedConnection: Sendable {
    private static let readSize = 64 << 10

    let stream: any ByteStream
    private let queue: OutboundQueue
    private let decoder: Mutex<FrameDecoder>
    private let stall: Duration

    package init(_ stream: any ByteStream, limits: WireLimits) {
        self.stream = stream
        queue = OutboundQueue(limit: limits.maxOutboundQueueBytes)
        decoder = Mutex(FrameDecoder(limits: limits))
        stall = .seconds(limits.writeStallSeconds)
    }

    package var peer: PeerIdentity? { stream.peer }
    package var remote: String { stream.remote }
    package var bytesIn: Int { stream.bytesIn }
    package var bytesOut: Int { stream.bytesOut }
    /// Bytes of control frames, and bulk sources, that wait to be sent.
    package var waitingBytes: Int { queue.waitingBytes }
    package var bulkCount: Int { queue.bulkCount }

    /// The next frame; nil when the peer has ended the connection in order, or this side after `finish`. For one task.
    package func receive(deadline: ContinuousClock.Instant? = nil) async throws -> Frame? {
        while true {
            if let frame = try decoder.withLock({ decoder throws(WireError) in try decoder.next() }) { return frame }
            let bytes: [UInt8]
            do {
                bytes = try await stream.read(upTo: Self.readSize, deadline: deadline)
            } catch {
                if let reason = queue.cutReason { throw reason }
                if queue.isFinished { return nil }
                throw error
            }
            if bytes.isEmpty {
                if let reason = queue.cutReason { throw reason }
                let rest = decoder.withLock { $0.buffered }
                if rest > 0 { throw TransportError.endedInsideFrame(bytes: rest) }
                return nil
            }
            decoder.withLock { $0.append(bytes) }
        }
    }

    /// Queues a control frame. False if the connection is ending or, the queue being full, is cut for it.
    @discardableResult
    package func send(_ frame: Frame) -> Bool {
        switch queue.enqueue(frame.encoded()) {
        case .accepted: return true
        case .ended: return false
        case .overflowed:
            // The writer may hang in a write that the peer does not take.
            stream.abort()
            return false
        }
    }

    /// Queues a bulk transfer. False if the connection is ending; the source is then not asked.
    @discardableResult
    package func send(bulk source: any BulkSource) -> Bool { queue.add(source) }

    /// Writes what is queued until `finish`, `close`, cancellation or an error; the stream is closed then. For one task.
    ///
    /// Returns after `finish`; throws the reason of any other end.
    package func run() async throws {
        do {
            try await writeAll()
        } catch {
            let reason = queue.cutReason
            queue.cut(.closed)
            await stream.close()
            throw reason ?? error
        }
        await stream.close()
    }

    private func writeAll() async throws {
        while true {
            switch try await queue.next() {
            case .write(let bytes): try await stream.write(bytes, stall: stall)
            case .pull(let id, let source):
                if let frame = try await source.next() {
                    try await stream.write(frame.encoded(), stall: stall)
                } else {
                    queue.remove(id)
                }
            case .finished: return
            case .cut(let reason): throw reason
            }
        }
    }

    /// Takes nothing more, sends what is queued, bulk transfers included, then closes. `run` does it; this returns at once.
    package func finish() { queue.finish() }

    /// Closes now; `run` and `receive` end with `reason`.
    package func close(_ reason: TransportError = .closed) async {
        queue.cut(reason)
        await stream.close()
    }
}

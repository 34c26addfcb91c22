// SPDX-License-Identifier: Apache-2.0
import EngramLocks
import EngramSockets
package import EngramTLS

/// One end of an in-memory connection.
package final class MemoryStream: ByteStream {
    package let peer: PeerIdentity?
    package let remote: String
    private let incoming: MemoryPipe
    private let outgoing: MemoryPipe
    private let faults: Mutex<FaultScript>

    init(peer: PeerIdentity?, remote: String, incoming: MemoryPipe, outgoing: MemoryPipe, faults: FaultScript) {
        self.peer = peer
        self.remote = remote
        self.incoming = incoming
        self.outgoing = outgoing
        self.faults = Mutex(faults)
    }

    /// Two connected ends without faults.
    package static func pair(
        capacity: Int = 256 << 10, clientIdentity: PeerIdentity? = nil, serverIdentity: PeerIdentity? = nil
    ) -> (client: MemoryStream, server: MemoryStream) {
        pair(capacity: capacity, clientIdentity: clientIdentity, serverIdentity: serverIdentity, faults: .none, connection: 0)
    }

    static func pair(
        capacity: Int, clientIdentity: PeerIdentity?, serverIdentity: PeerIdentity?, faults: FaultPlan, connection: Int
    ) -> (client: MemoryStream, server: MemoryStream) {
        let up = MemoryPipe(capacity: capacity)
        let down = MemoryPipe(capacity: capacity)
        let client = MemoryStream(
            peer: serverIdentity, remote: "memory server", incoming: down, outgoing: up,
            faults: faults.script(connection: connection, direction: 0))
        let server = MemoryStream(
            peer: clientIdentity, remote: "memory client \(connection)", incoming: up, outgoing: down,
            faults: faults.script(connection: connection, direction: 1))
        return (client, server)
    }

    package var bytesIn: Int { incoming.bytes }
    package var bytesOut: Int { outgoing.bytes }

    package func read(upTo limit: Int, deadline: ContinuousClock.Instant?) async throws -> [UInt8] {
        guard let deadline else { return try await incoming.read(upTo: limit) }
        return try await withDeadline(deadline, "waiting for data") { [incoming] in try await incoming.read(upTo: limit) }
    }

    package func write(_ bytes: [UInt8], stall: Duration?) async throws {
        var offset = 0
        while offset < bytes.count {
            let left = bytes.count - offset
            let (count, yields) = faults.withLock { $0.nextPiece(of: left) }
            for _ in 0..<yields { await Task.yield() }
            guard count > 0 else {
                incoming.fail(TransportError.cut)
                outgoing.fail(TransportError.cut)
                throw TransportError.cut
            }
            let piece = bytes[offset..<offset + count]
            if let stall {
                try await withDeadline(.now + stall, "sending") { [outgoing] in try await outgoing.write(piece) }
            } else {
                try await outgoing.write(piece)
            }
            offset += count
        }
    }

    package func close() async {
        outgoing.finish()
        incoming.fail(TransportError.closed)
    }

    package func abort() {
        outgoing.fail(TransportError.closed)
        incoming.fail(TransportError.closed)
    }
}

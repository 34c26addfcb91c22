// SPDX-License-Identifier: Apache-2.0
import EngramLocks
package import EngramSockets
package import EngramTLS

import struct Synchronization.Atomic

/// TLS over TCP. The session is locked only while bytes are encrypted or decrypted, never across a wait.
package final class TLSStream: ByteStream {
    /// Plaintext encrypted in one go, and the most that one read returns.
    private static let pieceSize = 64 << 10

    package let peer: PeerIdentity?
    /// Whether the handshake resumed an earlier session.
    package let isResumed: Bool
    private let tcp: TCPStream
    private let session: Mutex<TLSSession>
    private let writing = Atomic<Bool>(false)

    private init(_ tcp: TCPStream, _ session: sending TLSSession) {
        self.tcp = tcp
        peer = session.peer
        isResumed = session.isResumed
        self.session = Mutex(session)
    }

    package var remote: String { "\(tcp.remoteAddress)" }
    package var bytesIn: Int { tcp.bytesIn }
    package var bytesOut: Int { tcp.bytesOut }

    /// Does the handshake; closes the connection and throws if it fails or the deadline passes.
    package static func handshake(
        _ tcp: TCPStream, context: TLSContext, host: String? = nil, deadline: ContinuousClock.Instant
    ) async throws -> TLSStream {
        do {
            let session = try TLSSession(context, host: host)
            while true {
                let progress: TLSSession.Progress
                do throws(TLSError) {
                    progress = try session.handshake()
                } catch {
                    // The alert tells the peer why.
                    try? await tcp.write(session.drain(), stall: .zero)
                    throw error
                }
                let left = deadline - .now
                try await tcp.write(session.drain(), stall: max(.zero, left))
                if progress == .complete { return TLSStream(tcp, session) }
                let bytes = try await tcp.read(upTo: pieceSize, deadline: deadline)
                guard !bytes.isEmpty else { throw TLSError.peerClosedDuringHandshake }
                try session.feed(bytes)
            }
        } catch {
            tcp.discardArrived()
            await tcp.close()
            switch error {
            case SocketError.timedOut: throw TransportError.handshakeTimeout
            case let error as SocketError where error.isDisconnect: throw TLSError.peerClosedDuringHandshake
            default: throw error
            }
        }
    }

    package func read(upTo limit: Int, deadline: ContinuousClock.Instant?) async throws -> [UInt8] {
        let wanted = min(limit, Self.pieceSize)
        while true {
            switch try session.withLock({ session throws(TLSError) in try session.read(upTo: wanted) }) {
            case .bytes(let bytes): return bytes
            case .ended: return []
            case .needsMore: break
            }
            let bytes = try await tcp.read(upTo: Self.pieceSize, deadline: deadline)
            // Without TLS's goodbye an attacker could have cut the stream short (RFC 8446 §6.1).
            guard !bytes.isEmpty else { throw TLSError.truncated }
            try session.withLock { session throws(TLSError) in try session.feed(bytes) }
        }
    }

    package func write(_ bytes: [UInt8], stall: Duration?) async throws {
        // Records must reach the socket in the order in which they were encrypted.
        guard !writing.exchange(true, ordering: .acquiring) else { throw SocketError.busy }
        defer { writing.store(false, ordering: .releasing) }
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + Self.pieceSize, bytes.count)
            let range = offset..<end
            let records = try session.withLock { session throws(TLSError) in
                try session.write(bytes, range)
                return session.drain()
            }
            try await tcp.write(records, stall: stall)
            offset = end
        }
    }

    package func close() async {
        // In the middle of a write a goodbye would land between two pieces of a record.
        if !writing.exchange(true, ordering: .acquiring) {
            let goodbye = session.withLock { session in
                session.sayGoodbye()
                return session.drain()
            }
            try? await tcp.write(goodbye, stall: .zero)
            tcp.finishWriting()
            tcp.discardArrived()
        }
        await tcp.close()
    }

    package func abort() { tcp.abort() }
}

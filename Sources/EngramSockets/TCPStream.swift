// SPDX-License-Identifier: Apache-2.0
import struct Synchronization.Atomic

/// A connected TCP socket as a stream of bytes.
///
/// One task may read while another writes. Transfers run on the calling task, at most 64 KiB per system call.
package final class TCPStream: Sendable {
    /// The most that one system call moves.
    package static let pieceSize = 64 << 10

    package let remoteAddress: SocketAddress
    private let socket: Socket
    private let reactor: Reactor
    private let token: ReactorToken
    private let received = Atomic<Int>(0)
    private let sent = Atomic<Int>(0)

    /// Takes over a connected socket.
    package init(_ socket: Socket, remote: SocketAddress, reactor: Reactor) async throws(SocketError) {
        try socket.tuneForConnection()
        self.socket = socket
        self.reactor = reactor
        remoteAddress = remote
        token = try await reactor.register(socket)
    }

    deinit {
        reactor.forget(token)
        socket.close()
    }

    /// Connects to the first address that answers. Each attempt may take until the deadline.
    package static func connect(
        to endpoint: Endpoint, reactor: Reactor, deadline: ContinuousClock.Instant? = nil
    ) async throws(SocketError) -> TCPStream {
        var failure = SocketError.unresolved(host: endpoint.host, reason: "it has no address")
        for address in try await endpoint.resolve(on: reactor.resolver) {
            do {
                return try await connect(to: address, reactor: reactor, deadline: deadline)
            } catch .cancelled {
                throw .cancelled
            } catch {
                failure = error
            }
        }
        throw failure
    }

    package static func connect(
        to address: SocketAddress, reactor: Reactor, deadline: ContinuousClock.Instant? = nil
    ) async throws(SocketError) -> TCPStream {
        let socket = try Socket(address.family)
        let connected = try socket.connect(address)
        let stream = try await TCPStream(socket, remote: address, reactor: reactor)
        if connected { return stream }
        do {
            // The registration itself may report a writability that preceded the attempt's end: SO_ERROR alone says 0 then, so
            // ask for the peer as well.
            while true {
                try await reactor.wait(stream.token, for: .write, until: deadline)
                try socket.finishConnect(address)
                if socket.isConnected { return stream }
            }
        } catch .timedOut {
            await stream.close()
            throw .timedOut("connecting to \(address)")
        } catch {
            await stream.close()
            throw error
        }
    }

    /// Bytes read from and written to the socket so far.
    package var bytesIn: Int { received.load(ordering: .relaxed) }
    package var bytesOut: Int { sent.load(ordering: .relaxed) }

    /// What has arrived, at most `limit` bytes and at most 64 KiB; waits for the first byte. Empty at the peer's orderly end.
    package func read(upTo limit: Int, deadline: ContinuousClock.Instant? = nil) async throws(SocketError) -> [UInt8] {
        let capacity = max(1, min(limit, Self.pieceSize))
        while true {
            var outcome = Result<Socket.Transfer, SocketError>.success(.wouldBlock)
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(1, capacity)) { buffer, count in
                do throws(SocketError) {
                    let transfer = unsafe try socket.receive(into: UnsafeMutableRawBufferPointer(buffer))
                    if case .moved(let moved) = transfer { count = moved }
                    outcome = .success(transfer)
                } catch {
                    outcome = .failure(error)
                }
            }
            switch outcome {
            case .failure(let error): throw error
            case .success(.moved(let count)):
                received.add(count, ordering: .relaxed)
                return bytes
            case .success(.wouldBlock): try await reactor.wait(token, for: .read, until: deadline)
            }
        }
    }

    /// Throws away what has arrived, up to 1 MiB: closing with unread data would make the system drop what is still to be sent.
    package func discardArrived() {
        var scratch = [UInt8](repeating: 0, count: Self.pieceSize)
        for _ in 0..<16 {
            let transfer = unsafe scratch.withUnsafeMutableBytes { raw in unsafe try? socket.receive(into: raw) }
            guard case .moved(let count) = transfer, count > 0 else { return }
        }
    }

    /// Writes all the bytes; returns when the system has taken them. Throws if nothing moves for as long as `stall`.
    package func write(_ bytes: [UInt8], stall: Duration? = nil) async throws(SocketError) {
        var offset = 0
        while offset < bytes.count {
            switch try socket.send(bytes, from: offset) {
            case .moved(let count):
                sent.add(count, ordering: .relaxed)
                offset += count
            case .wouldBlock: try await reactor.wait(token, for: .write, until: stall.map { .now + $0 })
            }
        }
    }

    /// Tells the peer that nothing more will come; reading goes on.
    package func finishWriting() { socket.shutdownWrites() }

    /// Closes now; a task that waits on this stream is woken with `SocketError.closed`.
    package func close() async {
        await reactor.deregister(token)
        socket.close()
    }

    /// `close` without waiting for the reactor.
    package func abort() {
        reactor.forget(token)
        socket.close()
    }
}

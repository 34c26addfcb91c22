// SPDX-License-Identifier: Apache-2.0
package import EngramTLS

/// A connection as two streams of bytes. One task may read while another writes.
package protocol ByteStream: Sendable {
    /// What has arrived, at most `limit` bytes; waits for the first. Empty at the peer's orderly end; a cut connection throws.
    func read(upTo limit: Int, deadline: ContinuousClock.Instant?) async throws -> [UInt8]
    /// Writes all the bytes. Throws if nothing moves for as long as `stall`.
    func write(_ bytes: [UInt8], stall: Duration?) async throws
    /// Ends the connection: what was written is still delivered; whoever waits on this side is woken with an error.
    func close() async
    /// Ends the connection without waiting and without a goodbye.
    func abort()
    /// Who is at the other end; nil for a client without a certificate.
    var peer: PeerIdentity? { get }
    /// Where the other end is, for logs.
    var remote: String { get }
    /// Bytes at the socket, framing and TLS included.
    var bytesIn: Int { get }
    var bytesOut: Int { get }
}

extension ByteStream {
    package func read(upTo limit: Int) async throws -> [UInt8] { try await read(upTo: limit, deadline: nil) }
    package func write(_ bytes: [UInt8]) async throws { try await write(bytes, stall: nil) }
}

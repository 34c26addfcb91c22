// SPDX-License-Identifier: Apache-2.0

/// Why a connection was refused or cut by this side.
package enum TransportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More is waiting to be sent than the peer takes.
    case outboundOverflow(bytes: Int, limit: Int)
    /// The connection ended in the middle of a frame.
    case endedInsideFrame(bytes: Int)
    /// This side closed the connection.
    case closed
    /// The server has as many connections as it may have.
    case tooManyConnections(limit: Int)
    case tooManyFromAddress(String, limit: Int)
    case tooManyUnauthenticated(limit: Int)
    /// The handshake took longer than its deadline.
    case handshakeTimeout
    /// The in-memory server is closed, or the planned fault says so.
    case connectionRefused
    /// The planned fault of the in-memory transport.
    case cut

    package var description: String {
        switch self {
        case .outboundOverflow(let bytes, let limit):
            "the peer reads too slowly: \(bytes) bytes wait to be sent, the limit is \(limit)"
        case .endedInsideFrame(let bytes): "the connection ended inside a frame, after \(bytes) bytes of it"
        case .closed: "the connection was closed on this side"
        case .tooManyConnections(let limit):
            "refused: \(limit) connections are open already; raise the limit or add a coordinator"
        case .tooManyFromAddress(let address, let limit): "refused: \(limit) connections from \(address) are open already"
        case .tooManyUnauthenticated(let limit):
            "refused: \(limit) connections without a certificate or handshake are open already"
        case .handshakeTimeout:
            "the TLS handshake took longer than its deadline; check that the peer speaks TLS and is not overloaded"
        case .connectionRefused: "connection refused; check that the daemon runs and listens"
        case .cut: "the connection was cut"
        }
    }
}

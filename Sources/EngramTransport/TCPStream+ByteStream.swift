// SPDX-License-Identifier: Apache-2.0
package import EngramSockets
package import EngramTLS

/// Plain TCP, without an identity: for tests and measurements.
extension TCPStream: ByteStream {
    package var peer: PeerIdentity? { nil }
    package var remote: String { "\(remoteAddress)" }
}

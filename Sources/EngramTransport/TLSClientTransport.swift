// SPDX-License-Identifier: Apache-2.0
package import EngramSockets
package import EngramTLS
package import EngramWire

/// Connects to a daemon over TLS; later connections resume the session of the last.
package struct TLSClientTransport: ClientTransport {
    private let endpoint: Endpoint
    private let reactor: Reactor
    private let context: TLSContext
    private let limits: WireLimits
    private let checksHost: Bool

    /// `checksHost` demands that the daemon's certificate carries the endpoint's host; without it authority and role decide,
    /// which suits a daemon behind a forwarded port.
    package init(to endpoint: Endpoint, reactor: Reactor, context: TLSContext, limits: WireLimits, checksHost: Bool) {
        self.endpoint = endpoint
        self.reactor = reactor
        self.context = context
        self.limits = limits
        self.checksHost = checksHost
    }

    package var destination: String { "\(endpoint)" }

    package func connect() async throws -> any ByteStream {
        let deadline = ContinuousClock.now + .seconds(limits.handshakeSeconds)
        let tcp = try await TCPStream.connect(to: endpoint, reactor: reactor, deadline: deadline)
        return try await TLSStream.handshake(tcp, context: context, host: checksHost ? endpoint.host : nil, deadline: deadline)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLocks
package import EngramSockets
package import EngramTLS
package import EngramWire

/// Listens on TCP and yields connections whose TLS handshake is done.
///
/// Caps of `WireLimits` hold from the first byte: connections in all, per address, and without a certificate; the handshake has a
/// deadline. A client without a certificate counts as unauthenticated for as long as it is connected.
package final class TLSServerTransport: ServerTransport {
    package let socketAddress: SocketAddress
    private let listener: Listener
    private let context: Mutex<TLSContext>
    private let limits: WireLimits
    private let admission: Mutex<AdmissionTable>
    private let onRefusal: @Sendable (_ remote: String, _ reason: any Error) -> Void

    /// Starts to listen. `onRefusal` is told of every connection that did not reach the handler, for logs and counters.
    package init(
        on address: SocketAddress, reactor: Reactor, context: TLSContext, limits: WireLimits,
        onRefusal: @escaping @Sendable (_ remote: String, _ reason: any Error) -> Void = { _, _ in }
    ) async throws(SocketError) {
        var options = Listener.Options()
        options.acceptsPerWakeup = limits.maxAcceptsPerWakeUp
        options.firstPause = .seconds(limits.minAcceptPauseSeconds)
        options.longestPause = .seconds(limits.maxAcceptPauseSeconds)
        listener = try await Listener(on: address, reactor: reactor, options: options)
        socketAddress = listener.address
        self.context = Mutex(context)
        self.limits = limits
        self.onRefusal = onRefusal
        admission = Mutex(
            AdmissionTable(
                maxConnections: limits.maxConnections, maxPerAddress: limits.maxConnectionsPerAddress,
                maxUnauthenticated: limits.maxUnauthenticated))
    }

    package var address: String { "\(socketAddress)" }
    /// The connections that stand, handshakes under way included.
    package var connectionCount: Int { admission.withLock { $0.connections } }

    /// Uses another certificate for connections to come.
    package func use(_ context: TLSContext) { self.context.withLock { $0 = context } }

    package func serve(_ handler: @escaping @Sendable (any ByteStream) async -> Void) async throws {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                while let tcp = try await listener.accept() {
                    let host = tcp.remoteAddress.host
                    do throws(TransportError) {
                        try admission.withLock { table throws(TransportError) in try table.admit(host) }
                    } catch {
                        onRefusal("\(tcp.remoteAddress)", error)
                        await tcp.close()
                        continue
                    }
                    group.addTask { await self.welcome(tcp, host: host, handler) }
                }
            }
        } catch {
            await listener.close()
            throw error
        }
    }

    package func close() async { await listener.close() }

    private func welcome(_ tcp: TCPStream, host: String, _ handler: @Sendable (any ByteStream) async -> Void) async {
        var isAuthenticated = false
        do {
            let context = context.withLock { $0 }
            let stream = try await TLSStream.handshake(tcp, context: context, deadline: .now + .seconds(limits.handshakeSeconds))
            if stream.peer != nil {
                isAuthenticated = true
                admission.withLock { $0.authenticate() }
            }
            await handler(stream)
            await stream.close()
        } catch {
            onRefusal("\(tcp.remoteAddress)", error)
        }
        let authenticated = isAuthenticated
        admission.withLock { $0.leave(host, wasAuthenticated: authenticated) }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Where connections come in.
package protocol ServerTransport: Sendable {
    /// Where clients reach it, for logs and tests.
    var address: String { get }
    /// Accepts connections until `close`, each with its handshake done, and runs the handler for each in a child task; the stream
    /// is closed when its handler returns. Returns after the last handler. Cancellation ends listening and cancels the handlers.
    func serve(_ handler: @escaping @Sendable (any ByteStream) async -> Void) async throws
    /// Stops accepting; the connections that stand go on.
    func close() async
}

/// How to reach a server.
package protocol ClientTransport: Sendable {
    /// Where it connects to, for logs.
    var destination: String { get }
    /// A new connection, its handshake done.
    func connect() async throws -> any ByteStream
}

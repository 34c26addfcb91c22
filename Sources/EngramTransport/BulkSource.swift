// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// A long transfer, asked for one frame at a time when there is room to send it.
package protocol BulkSource: Sendable {
    /// The next frame, or nil at the end. Called by one task at a time. Control frames wait while it runs, so it must not wait
    /// for the peer. Throwing cuts the connection.
    func next() async throws -> Frame?
}

/// A bulk source from a closure.
package struct ClosureBulkSource: BulkSource {
    private let body: @Sendable () async throws -> Frame?

    package init(_ body: @escaping @Sendable () async throws -> Frame?) { self.body = body }

    package func next() async throws -> Frame? { try await body() }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
package import EngramWire

/// What the status server shows: a coordinator, or something made up in a test. Calls run on the caller's thread and may take long there;
/// they must not keep what they look at from its work.
package protocol StatusSource: Sendable {
    func snapshot() async -> StatusSnapshot
    /// The run's report as `engram run report` gives it; nil if there is no such run.
    func report(of run: RunID) async throws -> [UInt8]?
    func readiness() async -> [ReadinessCheck]
    /// Changes so far.
    var revision: Int { get }
    /// An element after each change, for one listener.
    var changes: AsyncStream<Void> { get }
}

/// Whether one thing is as it must be for agents to be served.
package struct ReadinessCheck: Codable, Equatable, Sendable {
    package let name: String
    package let ok: Bool
    /// What is wrong; empty if nothing is.
    package let detail: String

    package init(_ name: String, _ problem: String?) {
        self.name = name
        ok = problem == nil
        detail = problem ?? ""
    }
}

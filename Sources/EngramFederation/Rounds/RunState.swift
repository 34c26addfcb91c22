// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire
package import Foundation

/// All that a run is between two rounds: what is stored at every commit, and what a restarted coordinator continues from.
package struct RunState: Codable, Sendable {
    package enum Phase: Codable, Equatable, Sendable {
        /// Until enough agents are there.
        case gathering
        case training
        case finished
        case cancelled(String)
        case failed(String)
    }

    package let run: RunID
    package var phase: Phase = .gathering
    /// The last round that was committed; recipe.rounds + 1 is the final evaluation.
    package var round = 0
    /// In id order.
    package var members: [Member] = []
    package var book = ClusterBook()
    /// Agents that declare a later round than the first; nil when there are none. In id order.
    package var waiting: [Member]?
    /// Work that agents have had since earlier rounds, of a buffered run; in id order.
    package var flights: [Flight]?
    /// Seconds by declaration, in a run that counts them.
    package var clock: Double?
    /// The grouping's own state.
    package var grouping = Data()
    /// The grouping's large vectors (a hypernetwork's weights), as a blob.
    package var vectors: Digest?
    /// What has been given away, and the secret seed of the noise; nil for a recipe without privacy.
    package var privacy: PrivacyLedger?
    /// Each agent's latest figures on its test rows.
    package var rows: [AgentID: ReportRows] = [:]

    package init(run: RunID) { self.run = run }

    package init(decoding data: Data) throws { self = try JSONDecoder().decode(RunState.self, from: data) }

    package func encoded() throws -> Data { try JSONEncoder.stable.encode(self) }

    package func member(_ id: AgentID) -> Member? { members.first { $0.id == id } }

    /// Blobs that this state refers to.
    package var blobs: Set<Digest> {
        Set(
            book.slots.flatMap { [$0.model, $0.memory, $0.delta?.blob].compactMap(\.self) } + (vectors.map { [$0] } ?? [])
                + (flights ?? []).flatMap { $0.assignment.offers.flatMap { [$0.model, $0.delta?.blob].compactMap(\.self) } })
    }

    package var isOver: Bool {
        switch phase {
        case .gathering, .training: false
        case .finished, .cancelled, .failed: true
        }
    }
}

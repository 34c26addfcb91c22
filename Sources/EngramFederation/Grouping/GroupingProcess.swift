// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire
package import Foundation

/// A grouping with its state, the concrete type hidden: what the round machine drives.
package protocol GroupingProcess: Sendable {
    mutating func welcome(_ newcomers: [Member], round: Int, book: inout ClusterBook)
    func offers(to agent: AgentID, round: Int, book: ClusterBook) -> Offers
    mutating func review(_ evidence: RoundEvidence, book: inout ClusterBook)
    func counts(_ agent: AgentID) -> Bool
    func alternative(for agent: AgentID, book: ClusterBook) -> Alternative?
    var mixes: Bool { get }
    func mix(_ desk: inout MixingDesk) throws
    /// The state, to be stored after each round.
    func encodedState() throws -> Data
}

struct Process<G: Grouping>: GroupingProcess {
    let grouping: G
    var state: G.State

    mutating func welcome(_ newcomers: [Member], round: Int, book: inout ClusterBook) {
        grouping.welcome(newcomers, round: round, state: &state, book: &book)
    }

    func offers(to agent: AgentID, round: Int, book: ClusterBook) -> Offers {
        grouping.offers(to: agent, round: round, state: state, book: book)
    }

    mutating func review(_ evidence: RoundEvidence, book: inout ClusterBook) {
        grouping.review(evidence, state: &state, book: &book)
    }

    func counts(_ agent: AgentID) -> Bool { grouping.counts(agent, state: state) }

    func alternative(for agent: AgentID, book: ClusterBook) -> Alternative? {
        grouping.alternative(for: agent, state: state, book: book)
    }

    var mixes: Bool { grouping.mixes }

    func mix(_ desk: inout MixingDesk) throws { try grouping.mix(&desk, state: state) }

    func encodedState() throws -> Data { try JSONEncoder.stable.encode(state) }
}

extension Grouping {
    /// Starts the process with its founding clusters.
    package func started(
        _ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest
    ) throws(RecipeError) -> any GroupingProcess {
        Process(grouping: self, state: try begin(members, book: &book, initial: initial))
    }

    /// Continues from a stored state.
    package func resumed(from data: Data) throws -> any GroupingProcess {
        Process(grouping: self, state: try JSONDecoder().decode(State.self, from: data))
    }
}

extension JSONEncoder {
    /// Keys in order, so that equal values give equal bytes.
    package static var stable: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

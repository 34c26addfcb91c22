// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// One cluster that holds every agent: plain federated averaging.
package struct Everyone: Grouping {
    package static let name = "everyone"
    package static let summary = "one model for everyone (McMahan et al. 2017)"

    /// Nothing to remember.
    package struct State: Codable, Sendable {}

    package init() {}

    package func begin(_ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest) -> State {
        let id = book.open(.cluster, model: initial(0))
        book.found(id, members: members.map(\.id), round: 0, reason: "everyone shares one model")
        return State()
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        guard let only = book.clusters.first else { return }
        for member in newcomers {
            book.move(member.id, to: only.id, as: .placed, round: round, reason: "everyone shares one model")
        }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(book.clusters.map { ($0.id, .home) })
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {}
}

// SPDX-License-Identifier: Apache-2.0
package import EngramWire

/// Groupings in which every agent has a model of its own, and models follow from each other in the fold.
package protocol OwnModels: Grouping {}

extension OwnModels {
    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        book.foundOwnModels(newcomers: newcomers, round: round)
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? [])
    }

    package var mixes: Bool { true }
    package var remakesModels: Bool { true }
}

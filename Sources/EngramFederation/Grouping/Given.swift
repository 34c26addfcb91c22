// SPDX-License-Identifier: Apache-2.0
package import EngramBytes
package import EngramWire

/// The clusters that the shards declare (`engram.truth`): the bar that a grouping without that knowledge is held to.
package struct Given: Grouping {
    package static let name = "given"
    package static let summary = "the groups that the shards declare: the oracle that others are compared with"

    package struct State: Codable, Sendable {
        /// The declared group behind each cluster.
        var groups: [SlotID: String]
    }

    package init() {}

    package func begin(
        _ members: [Member], book: inout ClusterBook, initial: (Int) -> Digest
    ) throws(RecipeError) -> State {
        let undeclared = members.filter { $0.profile.truth == nil }
        guard undeclared.isEmpty else {
            throw .senseless(
                "grouping 'given' needs a declared group in every shard (metadata engram.truth); "
                    + "\(undeclared.count) of \(members.count) agents declare none, the first being \(undeclared[0].id)")
        }
        var state = State(groups: [:])
        for group in Set(members.compactMap(\.profile.truth)).sorted() {
            let id = book.open(.cluster, model: initial(0))
            let part = members.filter { $0.profile.truth == group }.map(\.id)
            book.found(id, members: part, round: 0, reason: "the shards declare '\(group)'")
            state.groups[id] = group
        }
        return state
    }

    package func welcome(_ newcomers: [Member], round: Int, state: inout State, book: inout ClusterBook) {
        for member in newcomers {
            let match = book.clusters.first { state.groups[$0.id] == member.profile.truth }
            // An undeclared or unknown group has no model of its own; the largest cluster's is the least wrong.
            guard let home = match ?? book.clusters.max(by: { $0.members.count < $1.members.count }) else { continue }
            let why = match == nil ? "no cluster of its declared group; the largest" : "the shard declares it"
            book.move(member.id, to: home.id, as: .placed, round: round, reason: why)
        }
    }

    package func offers(to agent: AgentID, round: Int, state: State, book: ClusterBook) -> Offers {
        Offers(book.cluster(of: agent).map { [($0.id, .home)] } ?? [])
    }

    package func review(_ evidence: RoundEvidence, state: inout State, book: inout ClusterBook) {}
}

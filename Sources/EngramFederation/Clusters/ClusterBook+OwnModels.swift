// SPDX-License-Identifier: Apache-2.0
import EngramBytes

// Groupings that give every agent a model of its own: as many clusters as agents.

extension ClusterBook {
    /// More models are not kept: they are all in memory when they are mixed, and each is compared with each.
    static let ownModelsLimit = 1000

    /// Founds a cluster for each member; throws `senseless` when there are too many.
    mutating func foundOwnModels(_ members: [Member], model: Digest, for grouping: String) throws(RecipeError) {
        guard members.count <= Self.ownModelsLimit else {
            throw .senseless(
                "grouping '\(grouping)' keeps a model for each agent: at most \(Self.ownModelsLimit) agents, not \(members.count)"
            )
        }
        for member in members {
            found(open(.cluster, model: model), members: [member.id], round: 0, reason: "each agent has a model of its own")
        }
    }

    /// Founds clusters for newcomers, which start from the global reference or, without one, from the first agent's model. Beyond
    /// the limit they share the model of the smallest cluster.
    mutating func foundOwnModels(newcomers: [Member], round: Int) {
        for member in newcomers {
            let source = slot(.reference)?.id ?? clusters.first?.id
            if clusters.count < Self.ownModelsLimit, let id = source.flatMap({ openCandidate(copying: $0) }) {
                found(id, members: [member.id], round: round, reason: "each agent has a model of its own; it starts as a copy")
            } else if let smallest = clusters.min(by: { $0.members.count < $1.members.count }) {
                move(
                    member.id, to: smallest.id, as: .placed, round: round,
                    reason: "no more than \(Self.ownModelsLimit) models are kept; the smallest cluster")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
package import EngramTensors
import EngramWire

/// Each agent sends to one edge, edges take a limited number, and the rest rests: as Li et al. 2022 associate users with edges, but without
/// a learned policy.
///
/// Over all ways to fill the edges, the sum of joules − λ · loss over the agents at work is least; the loss is that of an agent's last
/// upload, so agents that are served badly work even when they are dear. The paper trains a policy on the reward −energy + accuracy; an
/// exact assignment needs no training and can be repeated. Agents that never sent a loss count as the worst of the others.
package struct EnergyCohort: Cohort {
    package static let name = "energy"
    package static let summary = "agents go to edges of limited room at least energy, the dear ones rest (after Li et al. 2022)"

    package var edges = 1
    package var capacity = 8
    package var lambda = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("edges", &edges, 1...DeviceProfile.edgeLimit, "edges that agents can send to")
        try options.integer("capacity", &capacity, 1...1_000_000, "agents that an edge takes in a round")
        try options.number("lambda", &lambda, 0...1e9, "joules that a unit of loss is worth")
    }

    package func select(from eligible: [Member], _ outlook: RoundOutlook, using generator: inout SeededGenerator) -> Selection {
        let rests = max(0, eligible.count - edges * min(capacity, eligible.count))
        let worst = eligible.compactMap(\.lastLoss).max() ?? 0
        // The last column is rest.
        let costs = Matrix(
            rows: eligible.count, columns: edges + 1,
            values: eligible.flatMap { member in
                let worth = lambda * max(0, member.lastLoss ?? worst)
                return (0..<edges).map { outlook.workload.price(for: member, to: $0).joules - worth } + [0]
            })
        let rooms = [Int](repeating: capacity, count: edges) + [rests]
        // Finite costs and room for everybody: there is an assignment.
        guard let assignment = try? CapacityAssignment(costs: costs, capacities: rooms) else {
            return Selection(eligible.map(\.id))
        }
        let chosen = zip(eligible, assignment.edges).filter { $0.1 < edges }
        return Selection(
            chosen.map(\.0.id), edges: Dictionary(chosen.map { ($0.0.id, $0.1) }, uniquingKeysWith: { first, _ in first }))
    }
}

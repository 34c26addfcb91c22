// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire

/// Images whose distribution differs from agent to agent in one way, in two at once, or (the control) not at all.
package struct ShiftedImages: FederationBuilder {
    /// `fashion` (pixels) or `cifarFeatures` (which cannot be turned).
    package let source: EvidenceData.Need
    package let agents: Int
    package let sizes: SplitSizes
    /// Images turned by (i mod 4) quarters for agent i.
    package let turned: Bool
    /// Classes under other names: 4 groups of agents; with `turned` 2 in each rotation, so that neither tells the other.
    package let permuted: Bool
    /// Class mixes from a Dirichlet with this concentration (Hsu et al. 2019: 1 means 0.1 for each of ten classes); nil: all
    /// alike.
    package let alpha: Double?
    /// From this round on a quarter of the agents belongs to the next planted group; nil: nobody changes.
    package let drift: Int?
    /// From this round on a quarter of the agents takes part; nil: all are there at first.
    package let join: Int?

    package init(
        _ source: EvidenceData.Need, agents: Int, sizes: SplitSizes, turned: Bool = false, permuted: Bool = false,
        alpha: Double? = nil,
        drift: Int? = nil, join: Int? = nil
    ) {
        self.source = source
        self.agents = agents
        self.sizes = sizes
        self.turned = turned
        self.permuted = permuted
        self.alpha = alpha
        self.drift = drift
        self.join = join
    }

    package var needs: [EvidenceData.Need] { [source] }
    package var size: Double { Double(agents * (sizes.total ?? 500)) * (source == .cifarFeatures ? 128 : 784) }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        var plan = PartitionPlan()
        plan.kind = alpha == nil ? .identical : .hsu
        plan.alpha = alpha ?? plan.alpha
        plan.plant = turned ? .rotated : permuted ? .permuted : .nothing
        plan.agents = agents
        plan.sizes = sizes
        plan.driftRound = drift
        plan.joinRound = join
        plan.seed = seed
        let agents = try plan(data.dataset(source), task: .classes, classes: 10)
        guard turned, permuted else { return agents }
        return try agents.enumerated().map { index, agent in
            let group = index / 4 % 2
            return (
                agent.id,
                try agent.shard.relabelled(
                    Partition.labelMap(classes: 10, group: group), truth: "\(agent.shard.truth ?? "") p\(group)")
            )
        }
    }
}

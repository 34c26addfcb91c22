// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// Fashion-MNIST over 20 agents by one of PFLlib's own splits (Zhang et al. 2025): `dir0.1` or `pat2`.
package struct PublishedClothes: FederationBuilder {
    package let split: String
    /// Share of each agent's training rows that is held back for validation; PFLlib has none.
    package let validation: Double

    package init(split: String, validation: Double) {
        self.split = split
        self.validation = validation
    }

    package var needs: [EvidenceData.Need] { [.fashion, .split(split)] }
    package var size: Double { 52_493 * 784 }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        var plan = PartitionPlan()
        plan.kind = .published
        plan.split = try PublishedSplit(reading: data.files(.split(split))?.first ?? "")
        plan.sizes = .fractions(validation: validation, test: 0)
        plan.seed = seed
        return try plan(data.dataset(.fashion), task: .classes, classes: 10)
    }
}

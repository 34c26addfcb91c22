// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire

/// A federation some of whose agents have wrong labels: the class y is called classes - 1 - y.
///
/// It is what a poisoner of data does, and what a badly set up client does. These agents are named attacker-…; figures are then taken
/// over the others only.
package struct FlippedLabels: FederationBuilder {
    package static let prefix = "attacker-"

    package let base: any FederationBuilder
    package let attackers: Int

    package init(_ base: any FederationBuilder, attackers: Int) {
        self.base = base
        self.attackers = attackers
    }

    package var needs: [EvidenceData.Need] { base.needs }
    package var size: Double { base.size }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        let agents = try base.agents(seed: seed, data: data)
        var generator = SeededGenerator(seed: UInt64(max(0, seed)), "attackers")
        let chosen = Set(generator.permutation(agents.count).prefix(attackers))
        return try agents.enumerated().map { index, agent -> (id: AgentID, shard: Shard) in
            guard chosen.contains(index), let id = AgentID(Self.prefix + agent.id.rawValue) else { return agent }
            let map = (0..<Int32(agent.shard.classes)).map { Int32(agent.shard.classes) - 1 - $0 }
            return (id, try agent.shard.relabelled(map, truth: "flipped"))
        }.sorted { $0.id < $1.id }
    }
}

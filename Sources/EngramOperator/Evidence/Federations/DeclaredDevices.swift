// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// A federation whose agents declare machines of different speed, at random places around one edge.
package struct DeclaredDevices: FederationBuilder {
    package let base: any FederationBuilder
    /// Clock frequencies in hertz.
    package let slowest: Double
    package let fastest: Double

    package init(_ base: any FederationBuilder, slowest: Double, fastest: Double) {
        self.base = base
        self.slowest = slowest
        self.fastest = fastest
    }

    package var needs: [EvidenceData.Need] { base.needs }
    package var size: Double { base.size }

    package func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)] {
        var plan = DevicePlan()
        plan.slowest = slowest
        plan.fastest = fastest
        plan.seed = seed
        return try plan(base.agents(seed: seed, data: data))
    }
}

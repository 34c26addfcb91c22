// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// A federation that evidence is gathered on: a value that says which rows everybody holds, made of data and a seed.
package protocol FederationBuilder: Sendable {
    /// What it is made of.
    var needs: [EvidenceData.Need] { get }
    /// About how many numbers a pass over everybody's training rows reads: for the forecast of time only.
    var size: Double { get }
    /// The agents in id order.
    func agents(seed: Int, data: EvidenceData) throws -> [(id: AgentID, shard: Shard)]
}

extension FederationBuilder {
    /// Everything but data and seed that determines the shards; part of a result's key. A builder's stored properties are just
    /// that.
    package var identity: String { String(describing: self) }
}

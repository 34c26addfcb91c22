// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramWire

/// One hostile agent: what it does, and what it knows.
package struct Attacker: Sendable {
    package let attack: any Attack
    /// Everybody who attacks with its true shard, this agent included, in id order. An attacker works their honest updates out by itself, so
    /// that nothing passes between processes, and attackers in one process and in many send the same bytes.
    package let accomplices: [(id: AgentID, shard: Shard)]

    package init(attack: any Attack, accomplices: [(id: AgentID, shard: Shard)]) {
        self.attack = attack
        self.accomplices = accomplices.sorted { $0.id < $1.id }
    }

    /// Those whose updates tell most about the honest ones of a slot: for the model that is everybody's, all; for a cluster's, those that
    /// declare the group that `shard` declares. Shards that cannot train the same model are left out.
    func companions(of shard: Shard, isGlobal: Bool) -> [(id: AgentID, shard: Shard)] {
        let profile = AgentProfile(shard)
        return accomplices.filter { other in
            profile.mismatch(AgentProfile(other.shard)) == nil
                && (isGlobal || shard.truth == nil || other.shard.truth == shard.truth)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramWire

extension Report {
    /// The hostile agents of a run, if it was staged with some.
    package struct Attack: Codable, Equatable, Sendable {
        /// As it was asked for: `alie(z=1)`.
        package var name: String
        /// In id order.
        package var agents: [AgentID]
    }

    /// Names the attackers and takes their figures out of the summary: what a recipe is worth to them is nobody's concern.
    package mutating func setApart(_ plan: AttackPlan) {
        attack = Attack(name: plan.text, agents: plan.attackers)
        summary = Summary(
            agents: agents.filter { !plan.attackers.contains($0.id) }, metricName: summary.metricName,
            clusterCount: summary.clusterCount, bestRoundWeighted: summary.bestRoundWeighted
        ) { agent, _ in agent.test }
    }
}

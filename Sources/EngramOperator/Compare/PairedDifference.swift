// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
package import EngramWire

/// How much better one answer is than another, agent by agent: what agents have in common cancels out.
package struct PairedDifference: Codable, Equatable, Sendable {
    /// Mean over agents, each agent's differences being averaged over the seeds first.
    package let mean: Double
    /// Over agents (of one agent there is none), and over seeds (of one seed there is none).
    package let errorOverAgents: Double?
    package let errorOverSeeds: Double?
    package let agents: Int
    /// Shares of agents, 0 to 1; where both answers do the same an agent is in neither.
    package let shareBetter: Double
    package let shareWorse: Double

    /// Takes the differences of each seed; nil without any.
    package init?(_ seeds: [[AgentID: Double]]) {
        var byAgent: [AgentID: [Double]] = [:]
        for seed in seeds { for (agent, difference) in seed { byAgent[agent, default: []].append(difference) } }
        let means = byAgent.keys.sorted().compactMap { Estimate(byAgent[$0] ?? [])?.mean }
        guard let overall = Estimate(means) else { return nil }
        mean = overall.mean
        errorOverAgents = overall.error
        errorOverSeeds = Estimate(seeds.compactMap { seed in Estimate(seed.keys.sorted().compactMap { seed[$0] })?.mean })?.error
        agents = means.count
        shareBetter = Double(means.count { $0 > 0 }) / Double(means.count)
        shareWorse = Double(means.count { $0 < 0 }) / Double(means.count)
    }

    /// `row` of one method less `otherRow` of another, on honest agents; seeds that only one of them has are left out. `name` says
    /// who an agent is in all seeds, nil leaves it out.
    package init?(
        _ run: RepeatedRun, _ row: Row, against other: RepeatedRun, _ otherRow: Row, on part: TestPart,
        name: (AgentID) -> AgentID? = { $0 }
    ) {
        var seeds: [[AgentID: Double]] = []
        for report in run.reports {
            guard let rival = other.reports.first(where: { $0.seed == report.seed }) else { continue }
            let figures = Dictionary(rival.agents.map { ($0.id, $0) }) { first, _ in first }
            var differences: [AgentID: Double] = [:]
            let hostile = Set(report.attack?.agents ?? [])
            for agent in report.agents where !hostile.contains(agent.id) {
                guard let name = name(agent.id), let mine = agent.metric(row, on: part),
                    let its = figures[agent.id]?.metric(otherRow, on: part)
                else {
                    continue
                }
                differences[name] = mine - its
            }
            seeds.append(differences)
        }
        self.init(seeds)
    }

    /// The larger of the two errors: agents share the seed's initial model, so neither tells all.
    package var error: Double? { [errorOverAgents, errorOverSeeds].compactMap { $0 }.max() }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(errorOverAgents, forKey: .errorOverAgents)
        try container.encode(errorOverSeeds, forKey: .errorOverSeeds)
        try container.encode(agents, forKey: .agents)
        try container.encode(shareBetter, forKey: .shareBetter)
        try container.encode(shareWorse, forKey: .shareWorse)
    }
}

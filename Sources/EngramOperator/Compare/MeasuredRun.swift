// SPDX-License-Identifier: Apache-2.0
package import EngramFederation
package import EngramLearning
package import EngramWire

/// A finished simulation and what it cost the processors.
package struct MeasuredRun: Codable, Sendable {
    package let report: Report
    /// All threads together; nothing else may run in the process meanwhile.
    package let processorSeconds: Double

    package init(report: Report, processorSeconds: Double) {
        self.report = report
        self.processorSeconds = processorSeconds
    }

    /// Simulates to the end, some agents doing harm if there is an attack.
    package static func simulate(
        _ recipe: Recipe, _ agents: [(id: AgentID, shard: Shard)], attack: AttackPlan?, width: Int,
        progress: (RoundSummary) -> Void
    ) throws -> MeasuredRun {
        let before = ProcessorTime.seconds
        var simulation = Simulation(recipe: recipe, agents: agents, attack: attack, width: width)
        let report = try simulation.run(progress: progress)
        return MeasuredRun(report: report, processorSeconds: ProcessorTime.seconds - before)
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors
package import EngramWire
import Foundation

/// Machines and places made up for the agents of a federation, so that time and energy can be studied.
///
/// Agents lie at random in a disc, edges evenly on a circle of half its radius (one edge: in the middle). The gain to an edge is that of a town
/// cell, 128.1 + 37.6 log₁₀(distance in km) dB (3GPP TR 36.814); clock frequencies are drawn evenly on the logarithmic scale.
package struct DevicePlan: Sendable {
    package var edges = 1
    package var radius = 500.0
    package var slowest = 2e8
    package var fastest = 2e9
    package var cyclesPerRow = 1e7
    /// Each agent gets one of these at random; empty: no budgets.
    package var budgets: [Double] = []
    package var seed = 1

    /// No antenna is nearer, in metres.
    private static let nearest = 10.0

    package init() {}

    package func callAsFunction(
        _ agents: [(id: AgentID, shard: Shard)]
    ) throws(OperatorError) -> [(id: AgentID, shard: Shard)] {
        guard seed >= 0 else { throw .usage("--seed must not be negative") }
        guard (1...DeviceProfile.edgeLimit).contains(edges) else {
            throw .usage("--edges must be 1 to \(DeviceProfile.edgeLimit)")
        }
        guard radius >= Self.nearest, radius <= 1e6 else { throw .usage("--radius must be \(Self.nearest) to 1e6 metres") }
        guard slowest <= fastest else { throw .usage("--slowest must not be above --fastest") }
        var out = agents
        for place in agents.indices {
            let device = self.device(of: agents[place].id)
            if let problem = device.problem { throw .usage("no such devices: \(problem)") }
            out[place].shard.circumstances.device = device
            guard !budgets.isEmpty else { continue }
            var draws = SeededGenerator(seed: UInt64(seed), "budget", agents[place].id.rawValue)
            out[place].shard.circumstances.budget = budgets[draws.below(budgets.count)]
            if let problem = out[place].shard.circumstances.problem { throw .usage(problem) }
        }
        return out
    }

    /// Follows from the seed and the agent's name, not from who else is there.
    private func device(of agent: AgentID) -> DeviceProfile {
        var generator = SeededGenerator(seed: UInt64(seed), "device", agent.rawValue)
        var device = DeviceProfile()
        device.cyclesPerRow = cyclesPerRow
        device.frequency = slowest * pow(fastest / slowest, generator.uniform())
        let distance = radius * generator.uniform().squareRoot(), angle = 2 * Double.pi * generator.uniform()
        device.gains = (0..<edges).map { edge in
            let turn = 2 * Double.pi * Double(edge) / Double(edges), arm = edges == 1 ? 0 : radius / 2
            let away = hypot(distance * cos(angle) - arm * cos(turn), distance * sin(angle) - arm * sin(turn))
            return pow(10, -(128.1 + 37.6 * log10(max(away, Self.nearest) / 1000)) / 10)
        }
        return device
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import Foundation

/// Time and energy of an agent's part in a round, from what its shard declares (the cost model of Li et al. 2022).
package struct EnergyModel: Sendable {
    let device: DeviceProfile

    package init(_ device: DeviceProfile) { self.device = device }

    /// E_cmp = κ c n E f², in joules, for E passes over n rows.
    package func computeJoules(rows: Int, epochs: Int) -> Double {
        device.capacitance * device.cyclesPerRow * Double(rows) * Double(epochs) * device.frequency * device.frequency
    }

    /// T_cmp = c n E / f; n E / `rows_per_second` where that was measured.
    package func computeSeconds(rows: Int, epochs: Int) -> Double {
        Double(rows) * Double(epochs) / (device.rowsPerSecond ?? device.frequency / device.cyclesPerRow)
    }

    /// r = b log₂(1 + h P / (N₀ b)), in bits per second, to one edge.
    package func rate(to edge: Int) -> Double {
        device.bandwidth * log2(1 + device.gain(to: edge) * device.power / (device.noise * device.bandwidth))
    }

    /// T_com = bits / r.
    package func sendSeconds(bits: Double, to edge: Int) -> Double { bits / max(rate(to: edge), Self.slowest) }

    /// E_com = P bits / r.
    package func sendJoules(bits: Double, to edge: Int) -> Double { device.power * sendSeconds(bits: bits, to: edge) }

    /// Bits per second of a channel that carries next to nothing: what follows from it stays finite.
    private static let slowest = 1e-9
}

/// What every agent is asked to do in a round.
package struct Workload: Sendable {
    /// Passes over the training rows.
    package var epochs: Int
    /// Size of an upload before any coding.
    package var bits: Double
    /// The share of the whole model that an agent holds.
    package var share: @Sendable (AgentProfile) -> Double

    package init(epochs: Int, bits: Double, share: @escaping @Sendable (AgentProfile) -> Double = { _ in 1 }) {
        self.epochs = epochs
        self.bits = bits
        self.share = share
    }

    package func price(for member: Member, to edge: Int = 0) -> RoundPrice {
        let model = EnergyModel(member.profile.device)
        let rows = member.profile.train, share = share(member.profile)
        return RoundPrice(
            seconds: share * (model.computeSeconds(rows: rows, epochs: epochs) + model.sendSeconds(bits: bits, to: edge)),
            joules: share * (model.computeJoules(rows: rows, epochs: epochs) + model.sendJoules(bits: bits, to: edge)))
    }
}

/// What one agent's part in a round takes.
package struct RoundPrice: Equatable, Sendable {
    package var seconds: Double
    package var joules: Double
}

// SPDX-License-Identifier: Apache-2.0

/// What a shard declares about the machine that it lies on, in the terms of Li et al. 2022: the ground of declared time and energy.
///
/// Every field has a default: a phone of one gigahertz, some hundred metres from its edge. In JSON the keys are in snake case, and any may
/// be missing.
package struct DeviceProfile: Codable, Equatable, Sendable {
    /// Training rows per second, one pass; nil: `frequency` / `cyclesPerRow`.
    package var rowsPerSecond: Double?
    /// c: processor cycles for one row of one pass.
    package var cyclesPerRow = 1e7
    /// f, in hertz.
    package var frequency = 1e9
    /// κ: the effective switched capacitance; a pass costs κ c n f² joules.
    package var capacitance = 1e-28
    /// P: the transmitter, in watts.
    package var power = 0.2
    /// b: the channel, in hertz.
    package var bandwidth = 1e6
    /// N₀: the noise, in watts per hertz.
    package var noise = 4e-21
    /// h: the channel's gain to each edge, in the edges' order.
    package var gains: [Double] = [1e-9]
    /// How fast what is known of this agent grows old, in proportion to others (cohort `staleness`).
    package var churn = 1.0

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case rowsPerSecond = "rows_per_second"
        case cyclesPerRow = "cycles_per_row"
        case frequency, capacitance, power, bandwidth, noise, gains, churn
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        rowsPerSecond = try values.decodeIfPresent(Double.self, forKey: .rowsPerSecond)
        cyclesPerRow = try values.decodeIfPresent(Double.self, forKey: .cyclesPerRow) ?? cyclesPerRow
        frequency = try values.decodeIfPresent(Double.self, forKey: .frequency) ?? frequency
        capacitance = try values.decodeIfPresent(Double.self, forKey: .capacitance) ?? capacitance
        power = try values.decodeIfPresent(Double.self, forKey: .power) ?? power
        bandwidth = try values.decodeIfPresent(Double.self, forKey: .bandwidth) ?? bandwidth
        noise = try values.decodeIfPresent(Double.self, forKey: .noise) ?? noise
        gains = try values.decodeIfPresent([Double].self, forKey: .gains) ?? gains
        churn = try values.decodeIfPresent(Double.self, forKey: .churn) ?? churn
    }

    /// The gain to an edge; edges beyond the declared ones are as far as the last.
    package func gain(to edge: Int) -> Double {
        gains.indices.contains(edge) ? gains[edge] : gains.last ?? DeviceProfile().gains[0]
    }

    /// Which field is no machine's, or nil: sums over agents of what follows from these bounds stay finite.
    package var problem: String? {
        let fields: [(String, Double, ClosedRange<Double>)] = [
            ("rows_per_second", rowsPerSecond ?? 1, 1e-3...1e12), ("cycles_per_row", cyclesPerRow, 1...1e15),
            ("frequency", frequency, 1...1e13), ("capacitance", capacitance, 1e-40...1e-10), ("power", power, 1e-9...1e6),
            ("bandwidth", bandwidth, 1...1e12), ("noise", noise, 1e-30...1), ("churn", churn, 0...1000),
        ]
        for (name, value, range) in fields where !range.contains(value) {
            return "\(name) is \(value), it must be in \(range.lowerBound)...\(range.upperBound)"
        }
        guard (1...Self.edgeLimit).contains(gains.count) else {
            return "gains has \(gains.count) entries, it must have 1 to \(Self.edgeLimit)"
        }
        if let bad = gains.first(where: { !(1e-30...1).contains($0) }) { return "a gain is \(bad), it must be in 1e-30...1" }
        return nil
    }

    package static let edgeLimit = 64
}

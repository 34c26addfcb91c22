// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a shard declares about its agent beside the data: its machine, and from when on it takes part.
package struct Circumstances: Codable, Equatable, Sendable {
    /// nil: nothing is declared, defaults count.
    package var device: DeviceProfile?
    /// The first round in which the agent takes part; nil: it is there from the start.
    package var joins: Int?
    /// The share of each hidden layer that the agent can afford to train; nil: all of it.
    package var budget: Double?

    package init(device: DeviceProfile? = nil, joins: Int? = nil, budget: Double? = nil) {
        self.device = device
        self.joins = joins
        self.budget = budget
    }

    /// No run has more rounds.
    package static let roundLimit = 1_000_000
    package static let budgets = 0.01...1
    /// A declaration is some lines of text.
    static let textLimit = 16 << 10

    /// What cannot be, or nil.
    package var problem: String? {
        if let joins, !(1...Self.roundLimit).contains(joins) {
            return "engram.joins is \(joins), it must be in 1...\(Self.roundLimit)"
        }
        if let budget, !Self.budgets.contains(budget) { return "engram.budget is \(budget), it must be in \(Self.budgets)" }
        return device?.problem.map { "engram.device: \($0)" }
    }

    /// Reads a shard's metadata.
    init(metadata: [String: String], shard: String) throws(ShardError) {
        if let text = metadata["engram.device"] {
            guard text.utf8.count <= Self.textLimit,
                let device = try? JSONDecoder().decode(DeviceProfile.self, from: Data(text.utf8))
            else {
                throw .metadata(
                    shard: shard, key: "engram.device", reason: "it is not JSON with numbers as docs/formats.md has them")
            }
            if let problem = device.problem { throw .metadata(shard: shard, key: "engram.device", reason: problem) }
            self.device = device
        }
        if let text = metadata["engram.joins"] {
            guard let round = Int(text), (1...Self.roundLimit).contains(round) else {
                throw .metadata(
                    shard: shard, key: "engram.joins", reason: "“\(text.prefix(40))” is no round: write 1 to \(Self.roundLimit)")
            }
            joins = round
        }
        if let text = metadata["engram.budget"] {
            guard let share = Double(text), Self.budgets.contains(share) else {
                throw .metadata(
                    shard: shard, key: "engram.budget",
                    reason: "“\(text.prefix(40))” is no share: write \(Self.budgets.lowerBound) to \(Self.budgets.upperBound)")
            }
            budget = share
        }
    }

    /// The same as metadata of a shard file.
    var metadata: [String: String] {
        var out: [String: String] = [:]
        out["engram.joins"] = joins.map { String($0) }
        out["engram.budget"] = budget.map { String($0) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        if let device, let json = try? encoder.encode(device) { out["engram.device"] = String(decoding: json, as: UTF8.self) }
        return out
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How often which chance was given to what was remembered and to what was not: enough for the area under the curve and for the
/// calibration of many agents' answers together. Not who or what: but of an agent with few rows nearly every chance can be read off, beside whether it
/// came true.
package struct ChanceTally: Codable, Equatable, Sendable {
    /// Of equal width, over 0...1.
    package static let bins = 200
    /// Calibration is judged in groups of so many bins.
    static let binsOfGroup = 10

    /// For each bin, how many rows of either kind got a chance in it.
    package private(set) var misses = [Int](repeating: 0, count: bins)
    package private(set) var hits = [Int](repeating: 0, count: bins)

    package init() {}

    /// [2, bins]: misses, then hits. Nil unless these are whole numbers that add up to `rows`.
    package init?(counts: [Float], rows: Int) {
        guard counts.count == 2 * Self.bins else { return nil }
        guard counts.allSatisfy({ $0 >= 0 && $0 <= 0x1p24 && $0 == $0.rounded() }) else { return nil }
        misses = counts.prefix(Self.bins).map { Int($0) }
        hits = counts.suffix(Self.bins).map { Int($0) }
        if count != rows { return nil }
    }

    package var counts: [Float] { (misses + hits).map { Float($0) } }
    package var count: Int { misses.reduce(0, +) + hits.reduce(0, +) }

    /// Adds one row; the chance is 0 to 1. What is no number, of a model that has diverged, counts as 0.
    package mutating func add(_ chance: Double, hit: Bool) {
        let place = chance * Double(Self.bins)
        let bin = place > 0 ? Int(min(place, Double(Self.bins - 1))) : 0
        if hit { hits[bin] += 1 } else { misses[bin] += 1 }
    }

    package mutating func add(_ other: ChanceTally) {
        for bin in 0..<Self.bins {
            misses[bin] += other.misses[bin]
            hits[bin] += other.hits[bin]
        }
    }

    /// The area under the ROC curve over all rows, chances in one bin being ties; 0.5 when one kind is missing.
    package var auc: Double {
        var below = 0.0
        var sum = 0.0
        for bin in 0..<Self.bins {
            sum += Double(hits[bin]) * (below + Double(misses[bin]) / 2)
            below += Double(misses[bin])
        }
        let positives = Double(hits.reduce(0, +))
        return positives == 0 || below == 0 ? 0.5 : sum / (positives * below)
    }

    /// The expected calibration error (Naeini et al. 2015; Guo et al. 2017): |mean chance − share of hits| in twenty groups of equal width,
    /// mean weighted by rows. 0 without rows.
    package var calibrationError: Double {
        var error = 0.0
        for group in stride(from: 0, to: Self.bins, by: Self.binsOfGroup) {
            var expected = 0.0
            var found = 0.0
            for bin in group..<group + Self.binsOfGroup {
                expected += Double(misses[bin] + hits[bin]) * (Double(bin) + 0.5) / Double(Self.bins)
                found += Double(hits[bin])
            }
            error += abs(expected - found)
        }
        return count == 0 ? 0 : error / Double(count)
    }
}

extension Network {
    /// The chances that these outputs, [rows.count, 1], stand for; nil unless the task is whether something is remembered.
    package func chances(outputs: [Float], _ data: Dataset, rows: [Int]) -> ChanceTally? {
        guard spec.task == .remembered, !rows.isEmpty else { return nil }
        var tally = ChanceTally()
        for (output, row) in zip(outputs, rows) { tally.add(1 / (1 + exp(-Double(output))), hit: data.classes[row] != 0) }
        return tally
    }
}

extension MajorityAnswer {
    /// The same of the constant answer.
    package func chances(_ data: Dataset, rows: [Int]) -> ChanceTally? {
        guard task == .remembered, !rows.isEmpty else { return nil }
        var tally = ChanceTally()
        for row in rows { tally.add(levels[0], hit: data.classes[row] != 0) }
        return tally
    }
}

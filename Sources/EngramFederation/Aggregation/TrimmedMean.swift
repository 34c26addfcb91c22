// SPDX-License-Identifier: Apache-2.0

/// Per coordinate: drop the ⌊trim·n⌋ largest and smallest values, average the rest, unweighted.
///
/// Yin et al. 2018.
package struct TrimmedMean: Aggregation {
    package static let name = "trimmed_mean"
    package static let summary = "mean per coordinate without the extremes (Yin et al. 2018)"

    package var trim = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("trim", &trim, 0...0.49, "share dropped at each end, of the group's updates")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let drop = Int(trim * Double(updates.count))
        return try updates.perCoordinate(count: count) { ascending in
            let kept = ascending.dropFirst(drop).dropLast(drop)
            return kept.reduce(0.0) { $0 + Double($1) } / Double(kept.count)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The median of each coordinate, unweighted; of an even number, the mean of the middle two.
///
/// Yin et al. 2018. Holds against fewer than half of the agents, coordinate by coordinate.
package struct Median: Aggregation {
    package static let name = "median"
    package static let summary = "median per coordinate (Yin et al. 2018)"

    package init() {}

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        try updates.perCoordinate(count: count, Self.middle)
    }

    /// The median of values in ascending order, of which there is at least one.
    static func middle<T: BinaryFloatingPoint>(_ ascending: [T]) -> Double {
        let half = ascending.count / 2
        return ascending.count % 2 == 1
            ? Double(ascending[half]) : (Double(ascending[half - 1]) + Double(ascending[half])) / 2
    }
}

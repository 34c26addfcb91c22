// SPDX-License-Identifier: Apache-2.0

/// z ← mean of y, where y is the update if it lies within a radius of z, else z itself; a few times (Werner et al. 2023), unweighted.
///
/// The paper runs it for each client, from that client's own gradient; a group's model has none, so z starts at the median per
/// coordinate. Without a given radius it is, in each iteration, the least one that a majority lies within (the paper tunes a
/// percentile of the distances).
package struct ThresholdClustering: Aggregation {
    package static let name = "threshold_clustering"
    package static let summary = "mean of the updates near a centre (Werner et al. 2023)"

    package var radius = 0.0
    package var iterations = 3

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("radius", &radius, 0...1e30, "updates farther from the centre are left out; 0: a majority stays")
        try options.integer("iterations", &iterations, 1...100, "times that the centre is moved in a round")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let start = try updates.perCoordinate(count: count, Median.middle)
        return try updates.centre(from: start, radius: radius, iterations: iterations) { $0 <= $1 ? 1 : 0 }
    }
}

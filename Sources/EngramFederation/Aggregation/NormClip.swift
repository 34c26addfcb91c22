// SPDX-License-Identifier: Apache-2.0

/// Scales each update back to a bound on its norm, then takes the mean weighted by training rows (Sun et al. 2019).
///
/// Without a fixed bound, the median norm of the round: a minority cannot choose it.
package struct NormClip: Aggregation {
    package static let name = "norm_clip"
    package static let summary = "weighted mean of updates scaled back to a bound (Sun et al. 2019)"

    package var bound = 0.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("bound", &bound, 0...1e30, "greatest norm of an update; 0: the median norm of the round")
    }

    package var toleratesSparseUpdates: Bool { true }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        guard updates.count > 0 else { return [Float](repeating: 0, count: count) }
        let norms = try updates.norms()
        let limit = NormBound(radius: bound > 0 ? bound : Median.middle(norms.sorted()))
        let shares = updates.shares
        return try updates.sum(norms.indices.map { shares[$0] * limit.factor(norms[$0]) }, count: count)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The plain mean of the m updates with the least scores of `Krum` (Blanchard et al. 2017), unweighted.
///
/// m = n − f − 2 unless given: the most for which a later analysis holds (El Mhamdi et al. 2019). Small groups as in `Krum`.
package struct MultiKrum: Aggregation {
    package static let name = "multi_krum"
    package static let summary = "mean of the updates nearest to their neighbours (Blanchard et al. 2017)"

    package var hostile = 1
    package var keep = 0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("hostile", &hostile, 0...1_000_000, "agents of a group that may lie; it needs 2 hostile + 3")
        try options.integer("keep", &keep, 0...1_000_000, "updates that are averaged; 0: all but hostile + 2")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let ranking = try Krum.ranking(updates, count: count, hostile: hostile)
        if ranking.order.isEmpty { return try Median().combine(updates, count: count, memory: &memory) }
        let kept = ranking.order.prefix(keep > 0 ? keep : updates.count - ranking.hostile - 2)
        // In agent order, so that the sum does not depend on the scores' order.
        return try updates.subset(kept.sorted()).plainMean(count: count)
    }
}

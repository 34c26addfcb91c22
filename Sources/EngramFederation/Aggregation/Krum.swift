// SPDX-License-Identifier: Apache-2.0

/// The one update with the least sum of squared distances to its n − f − 2 nearest others (Blanchard et al. 2017), unweighted.
///
/// Needs n ≥ 2f + 3. A smaller group is defended against as many as its size allows, f = ⌊(n − 3)/2⌋; one or two updates become their
/// median.
package struct Krum: Aggregation {
    package static let name = "krum"
    package static let summary = "the update nearest to its neighbours (Blanchard et al. 2017)"

    package var hostile = 1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("hostile", &hostile, 0...1_000_000, "agents of a group that may lie; it needs 2 hostile + 3")
    }

    /// Distances between top-k updates measure which coordinates were left out, not what agents learnt.
    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let ranking = try Self.ranking(updates, count: count, hostile: hostile)
        guard let best = ranking.order.first else { return try Median().combine(updates, count: count, memory: &memory) }
        return try updates.read(best)
    }

    /// The updates from the best score to the worst, and the number of hostile ones that the group's size allows for; nothing for fewer
    /// than three updates.
    static func ranking(_ updates: UpdateBatch, count: Int, hostile: Int) throws -> (order: [Int], hostile: Int) {
        guard updates.count >= 3 else { return ([], 0) }
        let tolerated = min(hostile, (updates.count - 3) / 2)
        let scores = KrumScores(try updates.gram(count: count))
        return (scores.ranked(Array(0..<updates.count), hostile: tolerated), tolerated)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Krum, run again after each removal, chooses θ = n − 2f updates; each coordinate is then the mean of the β = θ − 2f values
/// nearest the median of the chosen (El Mhamdi et al. 2018), unweighted.
///
/// Needs n ≥ 4f + 3. A smaller group is defended against as many as its size allows, f = ⌊(n − 3)/4⌋; below seven updates that
/// would be nobody, and the median stands in. The paper leaves the median of an even number open: the mean of the middle two.
package struct Bulyan: Aggregation {
    package static let name = "bulyan"
    package static let summary = "Krum's choice, then the values nearest the median (El Mhamdi et al. 2018)"

    package var hostile = 1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("hostile", &hostile, 1...1_000_000, "agents of a group that may lie; it needs 4 hostile + 3")
    }

    package var toleratesSparseUpdates: Bool { false }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let tolerated = min(hostile, (updates.count - 3) / 4)
        guard tolerated > 0 else { return try Median().combine(updates, count: count, memory: &memory) }
        let chosen = Self.choose(
            updates.count - 2 * tolerated, KrumScores(try updates.gram(count: count)), updates.count, tolerated)
        return try updates.subset(chosen).perCoordinate(count: count) { ascending in
            Self.meanNearMedian(ascending, keep: ascending.count - 2 * tolerated)
        }
    }

    /// The indices of `wanted` of `count` updates, each the best of those that were left; in agent order.
    private static func choose(_ wanted: Int, _ scores: KrumScores, _ count: Int, _ hostile: Int) -> [Int] {
        var left = Array(0..<count)
        while left.count > count - wanted, let best = scores.ranked(left, hostile: hostile).first {
            left.removeAll { $0 == best }
        }
        return (0..<count).filter { !left.contains($0) }
    }

    /// The mean of the `keep` values nearest the median; of two that are equally far, the lower is nearer.
    static func meanNearMedian(_ ascending: [Float], keep: Int) -> Double {
        let median = Median.middle(ascending)
        var near = ascending[...]
        while near.count > keep, let low = near.first, let high = near.last {
            near = median - Double(low) > Double(high) - median ? near.dropFirst() : near.dropLast()
        }
        return near.reduce(0.0) { $0 + Double($1) } / Double(near.count)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Spherical k-means with a k-means++ start (Arthur & Vassilvitskii 2007), on signatures.
enum KMeans {
    static let maximumPasses = 50

    /// Group numbers 0..<count; groups may be empty when there are fewer distinct signatures.
    static func groups(_ items: [Signature], count: Int, using generator: inout SeededGenerator) -> [Int] {
        guard !items.isEmpty, count > 1 else { return [Int](repeating: 0, count: items.count) }
        var centres = [items[items.count > 1 ? generator.below(items.count) : 0]]
        while centres.count < min(count, items.count) {
            let far = items.map { item in centres.map { 1 - item.cosine($0) }.min() ?? 0 }
            let total = far.reduce(0) { $0 + $1 * $1 }
            guard total > 0 else { break }
            var target = generator.uniform() * total
            var pick = items.count - 1
            for (i, distance) in far.enumerated() {
                target -= distance * distance
                if target <= 0 {
                    pick = i
                    break
                }
            }
            centres.append(items[pick])
        }
        var groups = [Int](repeating: 0, count: items.count)
        for _ in 0..<maximumPasses {
            let fresh = items.map { item in
                centres.indices.max { item.cosine(centres[$0]) < item.cosine(centres[$1]) } ?? 0
            }
            if fresh == groups { break }
            groups = fresh
            for k in centres.indices {
                let members = items.indices.filter { groups[$0] == k }.map { items[$0] }
                if let centre = Signature.centroid(of: members) { centres[k] = centre }
            }
        }
        return groups
    }
}

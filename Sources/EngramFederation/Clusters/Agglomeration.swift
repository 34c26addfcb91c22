// SPDX-License-Identifier: Apache-2.0

/// Agglomerative clustering by the nearest-neighbour chain, O(n²) time and memory (Murtagh 1983).
package struct Agglomeration {
    /// How far two groups are apart, given the distances of their members.
    package enum Linkage: String, CaseIterable, Sendable {
        /// The least distance. Its cut into two makes the least distance across as large as any cut can.
        case single
        case average
        /// The greatest distance.
        case complete
        /// √(2ab / (a + b)) times the distance of the means, for Euclidean distances and sizes a and b (Ward 1963).
        case ward
    }

    /// One merge: the two items that stand for their groups, and the distance between the groups.
    private struct Merge {
        let a: Int
        let b: Int
        let height: Double
    }

    private let count: Int
    private let merges: [Merge]

    /// `distances` is a full symmetric matrix.
    package init(distances: [[Double]], linkage: Linkage) {
        let n = distances.count
        var d = distances
        var size = [Double](repeating: 1, count: n)
        var alive = [Bool](repeating: true, count: n)
        var merges: [Merge] = []
        var chain: [Int] = []
        while merges.count + 1 < n {
            if chain.isEmpty, let first = alive.firstIndex(of: true) { chain.append(first) }
            guard let tip = chain.last else { break }
            let previous = chain.count > 1 ? chain[chain.count - 2] : -1
            // Ties go to the previous link first (so that the chain ends), then to the lowest index (so that results repeat).
            var best = previous
            var least = previous >= 0 ? d[tip][previous] : Double.infinity
            for other in 0..<n where alive[other] && other != tip && d[tip][other] < least {
                best = other
                least = d[tip][other]
            }
            guard best >= 0 else { break }
            if best != previous {
                chain.append(best)
                continue
            }
            chain.removeLast(2)
            let (keep, gone) = (min(tip, best), max(tip, best))
            merges.append(Merge(a: keep, b: gone, height: least))
            for other in 0..<n where alive[other] && other != keep && other != gone {
                let joined = linkage.joined(
                    d[keep][other], d[gone][other], apart: least, sizes: (size[keep], size[gone], size[other]))
                d[keep][other] = joined
                d[other][keep] = joined
            }
            size[keep] += size[gone]
            alive[gone] = false
        }
        count = n
        self.merges = merges.enumerated().sorted { ($0.element.height, $0.offset) < ($1.element.height, $1.offset) }.map(
            \.element)
    }

    /// Group numbers when the merges stop at this many groups; group 0 holds item 0.
    package func groups(_ wanted: Int) -> [Int] {
        var root = Array(0..<count)
        func find(_ i: Int) -> Int {
            var i = i
            while root[i] != i { i = root[i] }
            return i
        }
        for merge in merges.prefix(max(0, count - wanted)) {
            let (a, b) = (find(merge.a), find(merge.b))
            root[max(a, b)] = min(a, b)
        }
        return (0..<count).map(find).renumbered
    }

    /// Group numbers when the merges stop where groups are further apart than this.
    package func groups(within height: Double) -> [Int] { groups(count - merges.prefix { $0.height <= height }.count) }
}

extension Agglomeration.Linkage {
    /// The distance of a third group from two that merge, given its distances to them and theirs (Lance & Williams 1967).
    fileprivate func joined(
        _ a: Double, _ b: Double, apart: Double, sizes: (a: Double, b: Double, other: Double)
    ) -> Double {
        switch self {
        case .single: return min(a, b)
        case .complete: return max(a, b)
        case .average: return (sizes.a * a + sizes.b * b) / (sizes.a + sizes.b)
        case .ward:
            let (left, right) = (sizes.a + sizes.other, sizes.b + sizes.other)
            let squares = left * a * a + right * b * b - sizes.other * apart * apart
            return (max(0, squares) / (left + sizes.b)).squareRoot()
        }
    }
}

extension Array where Element == Int {
    /// The same groups, numbered 0, 1, … in the order in which they first appear.
    var renumbered: [Int] {
        var names: [Int: Int] = [:]
        return map { group in
            let name = names[group] ?? names.count
            names[group] = name
            return name
        }
    }
}

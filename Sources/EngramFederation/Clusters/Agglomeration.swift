// SPDX-License-Identifier: Apache-2.0

/// Agglomerative clustering by the nearest-neighbour chain, O(n²) time and memory (Murtagh 1983).
package struct Agglomeration {
    package enum Linkage: Sendable {
        case average, complete
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
                let joined =
                    switch linkage {
                    case .complete: max(d[keep][other], d[gone][other])
                    case .average:
                        (size[keep] * d[keep][other] + size[gone] * d[gone][other]) / (size[keep] + size[gone])
                    }
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
        var names: [Int: Int] = [:]
        return (0..<count).map { item in
            let top = find(item)
            if let name = names[top] { return name }
            names[top] = names.count
            return names.count - 1
        }
    }
}

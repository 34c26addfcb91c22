// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// k-means with a k-means++ start (Arthur & Vassilvitskii 2007) of points of which only the distances are known.
///
/// The distance of a point to a mean follows from those to its members, ‖x − c‖² = Σ wⱼ‖x − xⱼ‖² / W − ½ Σ wⱼwₗ‖xⱼ − xₗ‖² / W²: models
/// of any size are grouped through n² numbers.
struct KMeans {
    static let maximumPasses = 50
    /// Starts that are tried where nobody asks for another number.
    static let restarts = 10

    /// Group numbers 0, 1, … in the order in which they first appear; as many as wanted, unless fewer points differ.
    let groups: [Int]
    /// Σ w‖x − c‖²: what the best of several starts has least of.
    let dispersion: Double

    /// `squares` is a full symmetric matrix of squared Euclidean distances. Points without weight belong to a group, but do not move it.
    init(
        squares: [[Double]], weights: [Double]? = nil, count: Int, restarts: Int, using generator: inout SeededGenerator
    ) {
        let points = Points(squares: squares, weights: weights ?? [Double](repeating: 1, count: squares.count))
        var best = points.settled(from: [Int](repeating: 0, count: squares.count), count: 1)
        if count > 1, squares.count > 1 {
            for _ in 0..<max(1, restarts) {
                let centres = points.spread(count, using: &generator)
                let near = squares.indices.map { i in centres.indices.least { points.squares[i][centres[$0]] } }
                let found = points.settled(from: near, count: centres.count)
                if found.dispersion < best.dispersion { best = found }
            }
        }
        groups = best.groups.renumbered
        dispersion = best.dispersion
    }

    /// Of directions: unit vectors, whose squared distance is 2 − 2 cos.
    init(_ items: [Signature], count: Int, restarts: Int, using generator: inout SeededGenerator) {
        let squares = Signature.distances(items).map { $0.map { 2 * max(0, $0) } }
        self.init(squares: squares, count: count, restarts: restarts, using: &generator)
    }

    /// Squared distances between rows of numbers.
    static func squares(of rows: [[Double]]) -> [[Double]] {
        rows.map { a in rows.map { b in zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } } }
    }
}

private struct Points {
    let squares: [[Double]]
    let weights: [Double]

    /// k-means++: each next centre is drawn with a chance that grows with weight and squared distance to those before it.
    func spread(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
        var centres = [generator.below(squares.count)]
        var far = squares[centres[0]]
        while centres.count < min(count, squares.count) {
            let chances = zip(weights, far).map { $0 * $1 }
            var target = generator.uniform() * chances.reduce(0, +)
            // What is left has no weight, or lies where a centre is already.
            guard target > 0 else { break }
            let pick = chances.firstIndex { chance in
                target -= chance
                return target <= 0
            }
            let next = pick ?? chances.indices.last { chances[$0] > 0 } ?? 0
            centres.append(next)
            for i in far.indices { far[i] = min(far[i], squares[i][next]) }
        }
        return centres
    }

    /// Lloyd's passes from given groups.
    func settled(from start: [Int], count: Int) -> (groups: [Int], dispersion: Double) {
        var groups = start
        for _ in 0..<KMeans.maximumPasses {
            let distances = distances(groups, count)
            let fresh = groups.indices.map { i in (0..<count).least { distances[i][$0] } }
            if fresh == groups { break }
            groups = fresh
        }
        let last = distances(groups, count)
        let dispersion = groups.indices.reduce(0) { sum, i in
            weights[i] > 0 ? sum + weights[i] * max(0, last[i][groups[i]]) : sum
        }
        return (groups, dispersion)
    }

    /// The squared distance of every point to every group's mean; infinite for a group without weight.
    private func distances(_ groups: [Int], _ count: Int) -> [[Double]] {
        var total = [Double](repeating: 0, count: count)
        for (i, group) in groups.enumerated() { total[group] += weights[i] }
        let means = squares.map { row in
            var sums = [Double](repeating: 0, count: count)
            for (j, group) in groups.enumerated() { sums[group] += weights[j] * row[j] }
            return (0..<count).map { total[$0] > 0 ? sums[$0] / total[$0] : .infinity }
        }
        var inner = [Double](repeating: 0, count: count)
        for (i, group) in groups.enumerated() where weights[i] > 0 { inner[group] += weights[i] * means[i][group] / 2 }
        return means.map { row in (0..<count).map { total[$0] > 0 ? row[$0] - inner[$0] / total[$0] : .infinity } }
    }
}

extension Collection where Element == Int {
    /// The element with the least cost, the first of equals; 0 if there is none.
    func least(_ cost: (Int) -> Double) -> Int {
        var best: (element: Int, cost: Double)?
        for element in self {
            let cost = cost(element)
            if best.map({ cost < $0.cost }) ?? true { best = (element, cost) }
        }
        return best?.element ?? 0
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Krum's score (Blanchard et al. 2017): the sum of squared distances to the n − f − 2 nearest of the other updates.
///
/// Distances come from inner products in Float64, and an update is never its own neighbour.
struct KrumScores {
    private let gram: Gram
    /// For each update, the others from the nearest to the farthest.
    private let nearest: [[Int]]

    init(_ gram: Gram) {
        self.gram = gram
        nearest = (0..<gram.count).map { i in
            let row = (0..<gram.count).map { gram.squaredDistance(i, $0) }
            return row.indices.filter { $0 != i }.sorted { (row[$0], $0) < (row[$1], $1) }
        }
    }

    /// The score of each of `candidates` among those alone, when `hostile` of them may lie. At least one neighbour counts.
    func scores(of candidates: [Int], hostile: Int) -> [Double] {
        var present = [Bool](repeating: false, count: gram.count)
        for i in candidates { present[i] = true }
        let neighbours = max(1, candidates.count - hostile - 2)
        return candidates.map { i in
            nearest[i].lazy.filter { present[$0] }.prefix(neighbours).reduce(0) { $0 + gram.squaredDistance(i, $1) }
        }
    }

    /// The candidates from the best score to the worst; of equals, the first comes first.
    func ranked(_ candidates: [Int], hostile: Int) -> [Int] {
        let scores = scores(of: candidates, hostile: hostile)
        return candidates.indices.sorted { (scores[$0], candidates[$0]) < (scores[$1], candidates[$1]) }.map { candidates[$0] }
    }
}

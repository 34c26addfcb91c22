// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The answer without any features: the most frequent class of the training rows, their mean score, or their hit rate.
package struct MajorityAnswer: Codable, Equatable, Sendable {
    package let task: Task
    /// The most frequent class (the lowest of equals); 0 for the other tasks.
    package let answer: Int
    /// The share of each class with one row added to each; the mean score; the hit rate with one hit and one miss added.
    package let levels: [Double]

    package init(task: Task, classes: Int, data: Dataset, rows: [Int]) {
        self.task = task
        switch task {
        case .classes:
            var counts = [Int](repeating: 0, count: max(1, classes))
            let ids = data.classes
            for row in rows where counts.indices.contains(Int(ids[row])) { counts[Int(ids[row])] += 1 }
            answer = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
            levels = counts.map { Double($0 + 1) / Double(rows.count + counts.count) }
        case .scores:
            answer = 0
            let scores = data.scores
            levels = [Metrics.mean(rows.map { Double(scores[$0]) })]
        case .remembered:
            answer = 0
            let ids = data.classes
            let hits = rows.reduce(0) { $0 + (ids[$1] != 0 ? 1 : 0) }
            levels = [Double(hits + 1) / Double(rows.count + 2)]
        }
    }

    /// Learns from a shard's training rows.
    package init(_ shard: Shard) {
        self.init(task: shard.task, classes: shard.classes, data: shard.data, rows: shard.train)
    }

    /// A constant ranks nothing, so its rho is 0 and its AUC 0.5; the accuracy is that of one class.
    package func evaluate(_ data: Dataset, rows: [Int]) -> Evaluation {
        if rows.isEmpty { return Evaluation(count: 0, loss: 0, metric: 0) }
        var loss = 0.0
        var right = 0
        switch task {
        case .classes:
            let ids = data.classes
            for row in rows {
                let id = Int(ids[row])
                if id == answer { right += 1 }
                if levels.indices.contains(id) { loss -= log(levels[id]) }
            }
        case .scores:
            let scores = data.scores
            for row in rows { loss += 0.5 * (Double(scores[row]) - levels[0]) * (Double(scores[row]) - levels[0]) }
        case .remembered:
            let ids = data.classes
            for row in rows { loss -= log(ids[row] != 0 ? levels[0] : 1 - levels[0]) }
        }
        let metric = task == .classes ? Double(right) / Double(rows.count) : task == .scores ? 0 : 0.5
        return Evaluation(count: rows.count, loss: loss / Double(rows.count), metric: metric)
    }
}

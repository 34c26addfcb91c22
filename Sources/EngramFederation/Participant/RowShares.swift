// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// For which share of some rows each of several models has the least loss: they add up to 1.
struct RowShares {
    let values: [Double]

    /// Ties go to the first model. Nil without rows or models.
    init?(_ models: [ParameterSet], network: Network, data: Dataset, rows: [Int]) {
        guard !models.isEmpty, !rows.isEmpty else { return nil }
        let losses = models.map { network.losses($0, data, rows: rows) }
        var wins = [Int](repeating: 0, count: models.count)
        for row in rows.indices {
            var best = 0
            for k in losses.indices where losses[k][row] < losses[best][row] { best = k }
            wins[best] += 1
        }
        values = wins.map { Double($0) / Double(rows.count) }
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// The agent's choice of what to deploy: the best on its own validation rows; and the report's rows on its test rows.
///
/// After EEFED (Huang et al. 2022): a downloaded model replaces nothing unless it wins on local data. Test rows never choose.
struct Gate {
    /// Earlier wins a tie: the more an answer owes to others, the better it should carry over.
    private static let order: [Row] = [.cluster, .personal, .global, .local, .majority]

    let rows: ReportRows

    init(shard: Shard, network: Network, majority: MajorityAnswer, models: [Row: ParameterSet]) {
        func figures(_ row: Row, _ which: [Int]) -> Evaluation? {
            if row == .majority { return majority.evaluate(shard.data, rows: which) }
            return models[row].map { network.evaluate($0, shard.data, rows: which) }
        }
        var best: (row: Row, figures: Evaluation)?
        for row in Self.order {
            guard let now = figures(row, shard.validation) else { continue }
            guard let held = best else {
                best = (row, now)
                continue
            }
            if now.count > 0, (now.metric, -now.loss) > (held.figures.metric, -held.figures.loss) { best = (row, now) }
        }
        let chosen = best?.row ?? .majority
        func table(_ which: [Int]) -> [Row: Evaluation] {
            guard !which.isEmpty else { return [:] }
            var out: [Row: Evaluation] = [:]
            for row in Row.allCases where row != .deployed { out[row] = figures(row, which) }
            out[.deployed] = out[chosen]
            return out
        }
        let cold = shard.coldTest
        rows = ReportRows(
            test: table(shard.test), warm: cold.isEmpty ? [:] : table(shard.warmTest), cold: table(cold), chosen: chosen)
    }
}

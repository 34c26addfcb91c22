// SPDX-License-Identifier: Apache-2.0
import EngramLearning

/// The agent's choice of what to deploy, by its own validation rows; and the report's rows on its test rows.
///
/// Accept if better (EEFED, Huang et al. 2022), by the one-standard-error rule: the cluster's model is deployed unless another answer
/// costs less, row by row, by more than the standard error of the difference. An agent has few validation rows, and the best of five
/// noisy figures is often the luckiest; what owes more to others should carry over better. Test rows never choose.
struct Gate {
    /// Who is asked first keeps its place until it is beaten.
    private static let order: [Row] = [.cluster, .personal, .global, .local, .majority]

    let rows: ReportRows

    init(shard: Shard, network: Network, majority: MajorityAnswer, answers: [Row: Answer]) {
        func figures(_ row: Row, _ which: [Int]) -> Evaluation? {
            if row == .majority { return majority.evaluate(shard.data, rows: which) }
            return answers[row].map { $0.evaluate(network, shard.data, rows: which) }
        }
        func costs(_ row: Row) -> [Double]? {
            if row == .majority { return majority.costs(shard.data, rows: shard.validation) }
            return answers[row].map { $0.costs(network, shard.data, rows: shard.validation) }
        }
        var held: (row: Row, costs: [Double])?
        for row in Self.order {
            guard let now = costs(row) else { continue }
            if held.map({ Self.isClearlyLess(now, than: $0.costs) }) ?? true { held = (row, now) }
        }
        let chosen = held?.row ?? .majority
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

    /// Whether the mean of the paired differences is above their standard error.
    static func isClearlyLess(_ costs: [Double], than held: [Double]) -> Bool {
        let gains = zip(held, costs).map { $0 - $1 }
        guard gains.count > 1 else { return false }
        let mean = gains.reduce(0, +) / Double(gains.count)
        var squares = 0.0
        for gain in gains { squares += (gain - mean) * (gain - mean) }
        return mean > (squares / Double(gains.count - 1) / Double(gains.count)).squareRoot()
    }
}

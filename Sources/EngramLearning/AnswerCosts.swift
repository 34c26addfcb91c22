// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

// What an answer costs in each row, for choosing between answers in the sense of the report's metric: accuracy asks which class and not how
// sure, and rank metrics (rho, AUC) see neither offset nor scale. Row by row, so that two answers can be compared in pairs.

extension Network {
    /// The costs of this model's answers, in the order of `rows`.
    package func costs(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Double] {
        costs(outputs: outputs(parameters, data, rows: rows), data, rows: rows)
    }

    /// The same for outputs of these rows, row-major [rows.count, outputs], that need not be a model's alone.
    package func costs(outputs: [Float], _ data: Dataset, rows: [Int]) -> [Double] {
        switch spec.task {
        case .classes:
            let width = spec.outputs
            return rows.indices.map { i in
                let row = outputs[i * width..<(i + 1) * width]
                let answer = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
                return answer - row.startIndex == Int(data.classes[rows[i]]) ? 0 : 1
            }
        case .scores: return AnswerCosts.scores(outputs.map(Double.init), data, rows)
        case .remembered: return AnswerCosts.remembered(outputs.map(Double.init), data, rows)
        }
    }
}

extension MajorityAnswer {
    /// The costs of the constant answer, in the order of `rows`.
    package func costs(_ data: Dataset, rows: [Int]) -> [Double] {
        let constant = [Double](repeating: 0, count: rows.count)
        switch task {
        case .classes: return rows.map { Int(data.classes[$0]) == answer ? 0 : 1 }
        case .scores: return AnswerCosts.scores(constant, data, rows)
        case .remembered: return AnswerCosts.remembered(constant, data, rows)
        }
    }
}

/// Row by row, what makes up one less the metric.
private enum AnswerCosts {
    /// Half the squared distance of standardised ranks: their mean is 1 − ρ (Spearman). A constant ranks nothing and costs 1.
    static func scores(_ outputs: [Double], _ data: Dataset, _ rows: [Int]) -> [Double] {
        let truth = standardised(Metrics.ranks(rows.map { Double(data.scores[$0]) }))
        let ranks = standardised(Metrics.ranks(outputs))
        guard let truth, let ranks else { return [Double](repeating: 1, count: rows.count) }
        return zip(ranks, truth).map { ($0 - $1) * ($0 - $1) / 2 }
    }

    /// The share of the other kind that stands on the wrong side, ties counting one half: their mean is 1 − AUC (the placements of DeLong et al. 1988).
    static func remembered(_ outputs: [Double], _ data: Dataset, _ rows: [Int]) -> [Double] {
        let truth = rows.map { data.classes[$0] != 0 }
        let hits = truth.count { $0 }
        // All of one kind: nothing can be ranked.
        guard hits > 0, hits < truth.count else { return [Double](repeating: 0, count: rows.count) }
        var within = [Double](repeating: 0, count: rows.count)
        for kind in [true, false] {
            let own = truth.indices.filter { truth[$0] == kind }
            for (i, rank) in zip(own, Metrics.ranks(own.map { outputs[$0] })) { within[i] = rank }
        }
        return zip(zip(Metrics.ranks(outputs), within), truth).map { pair, hit in
            // So many of the other kind stand below.
            let below = pair.0 - pair.1
            return hit ? 1 - below / Double(truth.count - hits) : below / Double(hits)
        }
    }

    /// To mean 0 and mean square 1; nil when all are equal.
    private static func standardised(_ values: [Double]) -> [Double]? {
        let mean = Metrics.mean(values)
        let deviation = Metrics.mean(values.map { ($0 - mean) * ($0 - mean) }).squareRoot()
        return deviation > 0 ? values.map { ($0 - mean) / deviation } : nil
    }
}

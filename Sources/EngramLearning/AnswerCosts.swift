// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

// What an answer costs in each row, for choosing between answers in the sense of the report's metric: accuracy asks which class and not how
// sure, and rank metrics (rho, AUC) do not see an offset. Row by row, so that two answers can be compared in pairs.

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

private enum AnswerCosts {
    /// Half the squared error, after the offset that makes the mean error zero.
    static func scores(_ outputs: [Double], _ data: Dataset, _ rows: [Int]) -> [Double] {
        let errors = zip(outputs, rows).map { $0 - Double(data.scores[$1]) }
        let offset = errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count)
        return errors.map { bounded(($0 - offset) * ($0 - offset) / 2) }
    }

    /// The logistic loss, after the offset that makes it least (Newton's steps on one number).
    static func remembered(_ outputs: [Double], _ data: Dataset, _ rows: [Int]) -> [Double] {
        let truth = rows.map { data.classes[$0] != 0 }
        let hits = truth.count { $0 }
        // All of one kind: the best offset is infinite, and nothing can be ranked.
        guard hits > 0, hits < truth.count else { return [Double](repeating: 0, count: rows.count) }
        var offset = 0.0
        for _ in 0..<30 {
            var slope = 0.0, curve = 1e-9
            for (z, hit) in zip(outputs, truth) {
                let chance = 1 / (1 + exp(-(z + offset)))
                slope += chance - (hit ? 1 : 0)
                curve += chance * (1 - chance)
            }
            offset -= max(-2, min(2, slope / curve))
        }
        return zip(outputs, truth).map { z, hit in
            let signed = hit ? z + offset : -(z + offset)
            return bounded(max(0, -signed) + log1p(exp(-abs(signed))))
        }
    }

    private static func bounded(_ cost: Double) -> Double { cost < Evaluation.divergedLoss ? cost : Evaluation.divergedLoss }
}

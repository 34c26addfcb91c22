// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

extension Network {
    /// The loss of each row, in the order of `rows`: what paired comparisons of two models are made of. Their mean is `evaluate(…).loss`.
    package func losses(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Double] {
        if rows.isEmpty { return [] }
        let outputs = outputs(parameters, data, rows: rows)
        let width = spec.outputs
        return rows.indices.map { i in
            let loss = rowLoss(outputs[i * width..<(i + 1) * width], data, row: rows[i])
            return loss < Evaluation.divergedLoss ? loss : Evaluation.divergedLoss
        }
    }

    /// What an answer costs in each row, for choosing between models: 1 for a wrong class, else the loss.
    ///
    /// A model that was trained on few rows is often right but too sure of itself; its loss would be held against it, though nobody asks
    /// how sure it is. Scores and chances are used as they are, so there the loss counts.
    package func costs(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Double] {
        guard spec.task == .classes else { return losses(parameters, data, rows: rows) }
        let outputs = outputs(parameters, data, rows: rows)
        let width = spec.outputs
        return rows.indices.map { i in
            let row = outputs[i * width..<(i + 1) * width]
            let answer = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
            return answer - row.startIndex == Int(data.classes[rows[i]]) ? 0 : 1
        }
    }

    private func rowLoss(_ outputs: ArraySlice<Float>, _ data: Dataset, row: Int) -> Double {
        let first = Double(outputs.first ?? 0)
        switch spec.task {
        case .classes:
            let top = Double(outputs.max() ?? 0)
            var sum = 0.0
            for value in outputs { sum += exp(Double(value) - top) }
            let answer = outputs.startIndex + Int(data.classes[row])
            return top + log(sum) - Double(outputs[answer])
        case .scores:
            let error = first - Double(data.scores[row])
            return error * error / 2
        case .remembered:
            // −log σ(±z), written so that it does not overflow.
            let z = data.classes[row] != 0 ? first : -first
            return max(0, -z) + log1p(exp(-abs(z)))
        }
    }
}

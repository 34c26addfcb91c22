// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

extension Network {
    /// The loss of each row, in the order of `rows`: what paired comparisons of two models are made of. Their mean is `evaluate(…).loss`.
    package func losses(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> [Double] {
        rows.isEmpty ? [] : losses(outputs: outputs(parameters, data, rows: rows), data, rows: rows)
    }

    /// The same for outputs of these rows, row-major [rows.count, outputs], that need not be a model's alone.
    package func losses(outputs: [Float], _ data: Dataset, rows: [Int]) -> [Double] {
        let width = spec.outputs
        return rows.indices.map { i in
            let loss = rowLoss(outputs[i * width..<(i + 1) * width], data, row: rows[i])
            return loss < Evaluation.divergedLoss ? loss : Evaluation.divergedLoss
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

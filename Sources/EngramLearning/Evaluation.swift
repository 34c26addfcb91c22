// SPDX-License-Identifier: Apache-2.0
import CKernels
package import EngramTensors

/// How well a model does on some rows: the mean loss, and the task's metric (accuracy, Spearman's rho, area under the curve).
package struct Evaluation: Codable, Equatable, Sendable {
    package var count: Int
    package var loss: Double
    package var metric: Double

    /// Stands for the loss of a model that has diverged: every figure stays a number that JSON can hold.
    package static let divergedLoss = 1e12

    package init(count: Int, loss: Double, metric: Double) {
        self.count = count
        self.loss = loss
        self.metric = metric
    }
}

extension Network {
    /// Evaluates on rows; without rows everything is 0.
    package func evaluate(_ parameters: ParameterSet, _ data: Dataset, rows: [Int]) -> Evaluation {
        if rows.isEmpty { return Evaluation(count: 0, loss: 0, metric: 0) }
        if let outputs = externalOutputs(parameters, rows: rows) { return evaluate(outputs: outputs, data, rows: rows) }
        var outputs: [Float] = []
        outputs.reserveCapacity(rows.count * spec.outputs)
        var loss = 0.0
        forEachBatch(parameters, data, rows: rows, layers: weights.count) { pass, slice in
            pass.append(level: weights.count, count: slice.count, to: &outputs)
            loss += pass.loss(data, rows: slice, scale: 1)
        }
        let mean = loss / Double(rows.count)
        return Evaluation(
            count: rows.count, loss: mean < Evaluation.divergedLoss ? mean : Evaluation.divergedLoss,
            metric: metric(outputs, data, rows: rows))
    }

    /// The same for outputs of these rows, row-major [rows.count, outputs], that need not be a model's alone.
    package func evaluate(outputs: [Float], _ data: Dataset, rows: [Int]) -> Evaluation {
        if rows.isEmpty { return Evaluation(count: 0, loss: 0, metric: 0) }
        return Evaluation(
            count: rows.count, loss: Metrics.mean(losses(outputs: outputs, data, rows: rows)),
            metric: metric(outputs, data, rows: rows))
    }

    private func metric(_ outputs: [Float], _ data: Dataset, rows: [Int]) -> Double {
        switch spec.task {
        case .classes:
            var answers = [Int32](repeating: 0, count: rows.count)
            unsafe ek_argmax(rows.count, spec.outputs, outputs, &answers)
            let truth = data.classes
            return Metrics.accuracy(answers, rows.map { truth[$0] })
        case .scores:
            let truth = data.scores
            return Metrics.spearman(outputs.map { Double($0) }, rows.map { Double(truth[$0]) })
        case .remembered:
            let truth = data.classes
            return Metrics.auc(outputs.map { Double($0) }, positive: rows.map { truth[$0] != 0 })
        }
    }
}

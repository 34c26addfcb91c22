// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How good a model is for somebody once its answers have been brought to that person's level: comparisons without what every personal part mends.
///
/// With classes, the answers for the rows are given one slope (of least loss) and one offset a class, such that their mean is how often
/// the agent's *training* rows have each class. Of two models that differ only in the mix of classes they have seen, both are then right (Saerens,
/// Latinne & Decaestecker 2002 correct for known shares of classes so). With one output, slope and threshold are fitted to the rows (`OutputScale`).
extension Network {
    /// `outputs` are row-major [rows.count, outputs]; `levels` is the share of each class, all positive. 0 without rows.
    package func calibratedLoss(outputs: [Float], _ data: Dataset, rows: [Int], levels: [Double]) -> Double {
        if rows.isEmpty { return 0 }
        if spec.task != .classes {
            let truth = rows.map { spec.task == .scores ? Double(data.scores[$0]) : Double(data.classes[$0]) }
            let scale = OutputScale(outputs.map(Double.init), truth, task: spec.task, strength: 1)
            let scaled = outputs.map { Float(scale.slope) * $0 + Float(scale.offset) }
            return Metrics.mean(losses(outputs: scaled, data, rows: rows))
        }
        precondition(levels.count == spec.outputs, "one level for each class is needed")
        let truth = rows.map { Int(data.classes[$0]) }
        let found = Self.slopes.map { levelled(outputs, slope: $0, truth, levels) }.filter(\.isFinite)
        return min(found.min() ?? Evaluation.divergedLoss, Evaluation.divergedLoss)
    }

    /// From a quarter to four times, in steps of √2: near its end the loss is flat.
    private static let slopes = (-4...4).map { exp2(Double($0) / 2) }
    private static let levellings = 10

    /// Mean −log chance of the truth, after Sinkhorn's steps: a factor for each class, until the mean chance of each is its level.
    private func levelled(_ outputs: [Float], slope: Double, _ truth: [Int], _ levels: [Double]) -> Double {
        let width = levels.count
        var odds = [Double](repeating: 0, count: outputs.count)
        for start in stride(from: 0, to: outputs.count, by: width) {
            let row = start..<start + width
            let top = row.reduce(-Float.infinity) { max($0, outputs[$1]) }
            for k in row { odds[k] = exp(slope * Double(outputs[k] - top)) }
        }
        var factors = [Double](repeating: 1, count: width)
        var means = [Double](repeating: 0, count: width)
        for _ in 0..<Self.levellings {
            for k in 0..<width { means[k] = 0 }
            for start in stride(from: 0, to: odds.count, by: width) {
                var sum = 0.0
                for k in 0..<width { sum += factors[k] * odds[start + k] }
                for k in 0..<width { means[k] += factors[k] * odds[start + k] / sum }
            }
            // A class without any chance stays so; its factor must not run away.
            for k in 0..<width { factors[k] *= levels[k] / max(means[k] / Double(truth.count), 1e-9) }
        }
        var loss = 0.0
        for (i, answer) in truth.enumerated() {
            let start = i * width
            var sum = 0.0
            for k in 0..<width { sum += factors[k] * odds[start + k] }
            loss += log(sum) - log(factors[answer] * odds[start + answer])
        }
        return loss / Double(truth.count)
    }
}

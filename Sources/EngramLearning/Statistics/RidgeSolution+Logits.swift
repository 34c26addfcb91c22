// SPDX-License-Identifier: Apache-2.0

extension RidgeSolution {
    /// The same answers on the scale that the task's loss expects: least squares predicts shares of classes, the losses read
    /// logits.
    ///
    /// Of several classes, shares are divided by the temperature, as Fed3R does before a softmax (Fanì et al. 2024, 0.1).
    /// Remembered or not is 4(y − ½): what a logistic curve is near one half. Scores stay. No order of answers changes.
    package func logits(for task: Task, temperature: Double) -> RidgeSolution {
        switch task {
        case .scores: return self
        case .classes:
            return RidgeSolution(dimension: dimension, outputs: outputs, values: values.map { $0 / temperature })
        case .remembered:
            var scaled = values.map { 4 * $0 }
            for k in 0..<outputs { scaled[dimension * outputs + k] -= 2 }
            return RidgeSolution(dimension: dimension, outputs: outputs, values: scaled)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// By how much an answer costs less than the cluster's model, a validation row on average, as far as one agent's rows can tell.
package struct AnswerGain: Codable, Equatable, Sendable {
    package let gain: Double
    /// The standard error of `gain`.
    package let error: Double

    package init(gain: Double, error: Double) {
        self.gain = gain
        self.error = error
    }

    /// Nil for fewer than two rows: they say nothing about their error.
    init?(_ costs: [Double], against held: [Double]) {
        let gains = zip(held, costs).map { $0 - $1 }
        guard gains.count > 1 else { return nil }
        let mean = gains.reduce(0, +) / Double(gains.count)
        let squares = gains.reduce(0.0) { sum, gain in sum + (gain - mean) * (gain - mean) }
        self.init(gain: mean, error: (squares / Double(gains.count - 1) / Double(gains.count)).squareRoot())
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The logistic loss of pairs in the wrong order (RankNet, Burges et al. 2005): for scores that are to be ranked, not matched.
///
/// Only rows of one observer may be compared: another's scores are on a scale of their own.
package enum RankLoss {
    /// The mean over all pairs with mᵢ > mⱼ of log(1 + exp(−(sᵢ − sⱼ))), and its gradient with respect to the scores s; 0
    /// without such pairs.
    package static func evaluate(scores: [Float], targets: [Float]) -> (loss: Double, gradient: [Float]) {
        precondition(scores.count == targets.count, "one target per score is needed")
        var loss = 0.0
        var pairs = 0
        var slopes = [Double](repeating: 0, count: scores.count)
        for i in scores.indices {
            for j in scores.indices where targets[i] > targets[j] {
                let margin = Double(scores[i]) - Double(scores[j])
                // Written so that it does not overflow.
                loss += max(0, -margin) + log1p(exp(-abs(margin)))
                let slope = 1 / (1 + exp(margin))
                slopes[i] -= slope
                slopes[j] += slope
                pairs += 1
            }
        }
        if pairs == 0 { return (0, [Float](repeating: 0, count: scores.count)) }
        return (loss / Double(pairs), slopes.map { Float($0 / Double(pairs)) })
    }
}

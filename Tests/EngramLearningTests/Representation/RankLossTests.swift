// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Foundation
import Testing

@Suite("Rank loss", .timeLimit(.minutes(5)))
struct RankLossTests {
    @Test("the gradient is the slope, and sums to nothing")
    func slope() {
        let scores = Latents.random(7, width: 1)
        let targets: [Float] = [3, 1, 1, 2, 0, 3, 2]
        let (_, gradient) = RankLoss.evaluate(scores: scores, targets: targets)
        for i in scores.indices {
            func loss(_ step: Float) -> Double {
                var moved = scores
                moved[i] += step
                return RankLoss.evaluate(scores: moved, targets: targets).loss
            }
            #expect(abs((loss(4e-3) - loss(-4e-3)) / 8e-3 - Double(gradient[i])) < 1e-4)
        }
        // Only differences count.
        #expect(abs(gradient.reduce(0, +)) < 1e-6)
    }

    @Test("two scores are one logistic loss; equal targets are no pair")
    func closed() {
        let (loss, gradient) = RankLoss.evaluate(scores: [0.5, 2], targets: [9, 1])
        #expect(abs(loss - log(1 + exp(1.5))) < 1e-9)
        #expect(abs(Double(gradient[0]) + 1 / (1 + exp(-1.5))) < 1e-6)
        #expect(RankLoss.evaluate(scores: [1, 2, 3], targets: [4, 4, 4]) == (0, [0, 0, 0]))
        #expect(RankLoss.evaluate(scores: [], targets: []) == (0, []))
    }

    @Test("scores far apart stay numbers")
    func extremes() {
        let right = RankLoss.evaluate(scores: [3e5, -3e5], targets: [1, 0])
        let wrong = RankLoss.evaluate(scores: [-3e5, 3e5], targets: [1, 0])
        #expect(right == (0, [0, 0]))
        #expect(wrong.loss == 6e5 && wrong.gradient == [-1, 1])
    }
}

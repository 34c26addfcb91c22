// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import Testing

@Suite("Metrics, by hand", .timeLimit(.minutes(5)))
struct MetricsTests {
    @Test("accuracy")
    func accuracy() {
        #expect(Metrics.accuracy([0, 1, 2, 2], [0, 1, 1, 2]) == 0.75)
        #expect(Metrics.accuracy([], []) == 0)
    }

    @Test("ranks share ties; Spearman's rho is Pearson's of them")
    func spearman() {
        #expect(Metrics.ranks([10, 20, 10, 30]) == [1.5, 3, 1.5, 4])
        #expect(Metrics.spearman([1, 2, 3, 4], [10, 20, 30, 25]) == 0.8)
        #expect(Metrics.spearman([1, 2, 3], [3, 2, 1]) == -1)
        // Ranks 1.5 1.5 3 4 and 1 2 3 4: 4.5 / √(4.5 · 5).
        #expect(abs(Metrics.spearman([1, 1, 2, 3], [1, 2, 3, 4]) - 4.5 / (4.5 * 5).squareRoot()) < 1e-12)
        #expect(Metrics.spearman([1, 1, 1], [1, 2, 3]) == 0)
        #expect(Metrics.spearman([], []) == 0)
        #expect(Metrics.spearman([.nan, .nan], [1, 2]).isFinite)
    }

    @Test("area under the curve, ties counting one half")
    func auc() {
        #expect(Metrics.auc([0.1, 0.4, 0.35, 0.8], positive: [false, false, true, true]) == 0.75)
        #expect(Metrics.auc([1, 1, 1, 1], positive: [true, false, true, false]) == 0.5)
        #expect(Metrics.auc([1, 2, 2, 3], positive: [false, false, true, true]) == 0.875)
        #expect(Metrics.auc([1, 2], positive: [true, true]) == 0.5)
    }

    @Test("R²")
    func rSquared() {
        #expect(Metrics.rSquared([1, 2, 3], [1, 2, 3]) == 1)
        #expect(Metrics.rSquared([2, 2, 2], [1, 2, 3]) == 0)
        #expect(Metrics.rSquared([1, 2, 5], [1, 2, 3]) == -1)
        #expect(Metrics.rSquared([1, 2], [2, 2]) == 0)
    }

    @Test("adjusted Rand index")
    func rand() {
        #expect(Metrics.adjustedRandIndex([0, 0, 1, 1], [5, 5, 3, 3]) == 1)
        #expect(abs(Metrics.adjustedRandIndex([0, 0, 1, 1], [0, 0, 1, 2]) - 4.0 / 7) < 1e-12)
        #expect(abs(Metrics.adjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]) + 0.5) < 1e-12)
        #expect(Metrics.adjustedRandIndex([0, 0, 0], [1, 1, 1]) == 1)
        #expect(Metrics.adjustedRandIndex([0, 0, 0], [0, 1, 2]) == 0)
        #expect(Metrics.adjustedRandIndex([], []) == 1)
    }
}

// SPDX-License-Identifier: Apache-2.0

/// Scores of predictions; none of them is ever NaN for finite input.
package enum Metrics {
    /// The share of equal answers; 0 without any.
    package static func accuracy(_ answers: [Int32], _ truth: [Int32]) -> Double {
        precondition(answers.count == truth.count, "as many answers as true classes are needed")
        if answers.isEmpty { return 0 }
        var right = 0
        for i in answers.indices where answers[i] == truth[i] { right += 1 }
        return Double(right) / Double(answers.count)
    }

    /// Ranks from 1, ties sharing their mean rank.
    package static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var last = first
            while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
            for i in first...last { ranks[order[i]] = Double(first + last) / 2 + 1 }
            first = last + 1
        }
        return ranks
    }

    /// Spearman's rank correlation, ties averaged; 0 when one side is constant or holds fewer than 2 values.
    package static func spearman(_ a: [Double], _ b: [Double]) -> Double { pearson(ranks(a), ranks(b)) }

    /// Pearson's correlation; 0 when one side is constant.
    package static func pearson(_ a: [Double], _ b: [Double]) -> Double {
        precondition(a.count == b.count, "a correlation needs two lists of one length")
        if a.count < 2 { return 0 }
        let (meanA, meanB) = (mean(a), mean(b))
        var (ab, aa, bb) = (0.0, 0.0, 0.0)
        for i in a.indices {
            let (x, y) = (a[i] - meanA, b[i] - meanB)
            ab += x * y
            aa += x * x
            bb += y * y
        }
        let scale = (aa * bb).squareRoot()
        return scale > 0 && scale.isFinite ? max(-1, min(1, ab / scale)) : 0
    }

    /// The area under the ROC curve: the chance that a positive scores above a negative, ties counting one half; 0.5 when one
    /// kind is missing.
    package static func auc(_ scores: [Double], positive: [Bool]) -> Double {
        precondition(scores.count == positive.count, "as many scores as truths are needed")
        let ranks = ranks(scores)
        var sum = 0.0
        var positives = 0
        for i in scores.indices where positive[i] {
            sum += ranks[i]
            positives += 1
        }
        let negatives = scores.count - positives
        if positives == 0 || negatives == 0 { return 0.5 }
        return (sum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
    }

    /// 1 − squared error / squared deviation from the truth's mean; 0 when the truth is constant.
    package static func rSquared(_ predictions: [Double], _ truth: [Double]) -> Double {
        precondition(predictions.count == truth.count, "as many predictions as truths are needed")
        let center = mean(truth)
        var (error, total) = (0.0, 0.0)
        for i in truth.indices {
            error += (truth[i] - predictions[i]) * (truth[i] - predictions[i])
            total += (truth[i] - center) * (truth[i] - center)
        }
        return total > 0 ? 1 - error / total : 0
    }

    /// The adjusted Rand index of two groupings (Hubert & Arabie 1985): 1 for equal, about 0 for unrelated ones; 1 when both put
    /// everything together or everything apart.
    package static func adjustedRandIndex(_ a: [Int], _ b: [Int]) -> Double {
        precondition(a.count == b.count, "two groupings of one set are needed")
        func pairs(_ n: Int) -> Double { Double(n) * Double(n - 1) / 2 }
        var cells: [[Int]: Int] = [:]
        var rows: [Int: Int] = [:]
        var columns: [Int: Int] = [:]
        for i in a.indices {
            cells[[a[i], b[i]], default: 0] += 1
            rows[a[i], default: 0] += 1
            columns[b[i], default: 0] += 1
        }
        // Sums of whole numbers: exact, so the dictionary's order does not matter.
        let together = cells.values.reduce(0) { $0 + pairs($1) }
        let inA = rows.values.reduce(0) { $0 + pairs($1) }
        let inB = columns.values.reduce(0) { $0 + pairs($1) }
        let all = pairs(a.count)
        if all == 0 { return 1 }
        let expected = inA * inB / all
        let most = (inA + inB) / 2
        return most == expected ? 1 : (together - expected) / (most - expected)
    }

    /// The arithmetic mean; 0 of nothing.
    package static func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Softmax against targets that are distributions, in Float64 within a row.
enum Softmax {
    /// −Σ q log softmax(z), summed over rows; `logits` (z) receives its gradient, softmax(z) Σq − q.
    ///
    /// Both arrays are row-major [rows, columns]. A row of `targets` (q) may sum to less than 1, which weights it; rows of
    /// zeros count nothing. Logits of −∞ have no chance; their targets must be 0.
    static func crossEntropy(_ logits: inout [Float], targets: [Float], columns: Int) -> Double {
        precondition(logits.count == targets.count, "one target per logit is needed")
        var loss = 0.0
        for start in stride(from: 0, to: logits.count, by: columns) {
            var mass = 0.0
            var wanted = 0.0
            for k in start..<start + columns where targets[k] != 0 {
                mass += Double(targets[k])
                wanted += Double(targets[k]) * Double(logits[k])
            }
            if mass == 0 {
                for k in start..<start + columns { logits[k] = 0 }
                continue
            }
            let level = normalise(&logits, start..<start + columns)
            loss += mass * level - wanted
            for k in start..<start + columns { logits[k] = Float(mass) * logits[k] - targets[k] }
        }
        return loss
    }

    /// Replaces logits, row-major [rows, columns], by their softmax.
    static func probabilities(_ logits: inout [Float], columns: Int) {
        for start in stride(from: 0, to: logits.count, by: columns) { _ = normalise(&logits, start..<start + columns) }
    }

    /// Softmax in place over a part, which must hold a finite number; returns log Σ exp z.
    private static func normalise(_ z: inout [Float], _ part: Range<Int>) -> Double {
        var top = -Float.infinity
        for k in part { top = max(top, z[k]) }
        var sum = 0.0
        for k in part {
            z[k] = exp(z[k] - top)
            sum += Double(z[k])
        }
        for k in part { z[k] = Float(Double(z[k]) / sum) }
        return Double(top) + log(sum)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// What an attacker knows when it is about to send an update.
package struct AttackScene: Sendable {
    /// The update that its own training made.
    package let own: [Float]
    /// What each attacker would have sent if it were honest, this one included, in id order: their sample of the honest agents. Empty unless
    /// the attack colludes.
    package let pooled: [[Float]]

    package init(own: [Float], pooled: [[Float]] = []) {
        self.own = own
        self.pooled = pooled
    }

    /// The honest agents' mean, as the attackers' own data tell it.
    var mean: [Double] {
        var sum = [Double](repeating: 0, count: own.count)
        for update in pooled { Kernels.accumulate(update, weight: 1 / Double(pooled.count), into: &sum) }
        return sum
    }

    /// The deviation of each coordinate around `mean` (divided by the number of updates); zeros for a single attacker.
    func deviation(around mean: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: own.count)
        for update in pooled {
            for i in sum.indices {
                let gap = Double(update[i]) - mean[i]
                sum[i] += gap * gap
            }
        }
        return sum.map { ($0 / Double(max(1, pooled.count))).squareRoot() }
    }
}

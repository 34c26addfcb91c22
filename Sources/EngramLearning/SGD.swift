// SPDX-License-Identifier: Apache-2.0

/// The settings of minibatch stochastic gradient descent.
package struct SGD: Codable, Hashable, Sendable {
    package var rate = 0.05
    package var momentum = 0.0
    package var weightDecay = 0.0
    package var batch = 32
    package var epochs = 2
    /// The rate is multiplied by this after every round, by the caller (`rate(round:)`).
    package var decay = 1.0

    package init(
        rate: Double = 0.05, momentum: Double = 0, weightDecay: Double = 0, batch: Int = 32, epochs: Int = 2, decay: Double = 1
    ) {
        self.rate = rate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.batch = batch
        self.epochs = epochs
        self.decay = decay
    }

    /// The rate in a round, the first round being 1.
    package func rate(round: Int) -> Double {
        var rate = rate
        for _ in 1..<max(1, min(round, 1_000_000)) { rate *= decay }
        return rate
    }

    /// Why nothing can be trained with this, or nil.
    package var problem: String? {
        if !(rate > 0 && rate.isFinite) { return "the rate is \(rate), it must be above 0" }
        if !(0..<1).contains(momentum) { return "the momentum is \(momentum), it must be in 0..<1" }
        if !(weightDecay >= 0 && weightDecay.isFinite) { return "the weight decay is \(weightDecay), it must not be negative" }
        if !(1...65_536).contains(batch) { return "the batch is \(batch), it must be in 1...65536" }
        if !(0...10_000).contains(epochs) { return "the number of epochs is \(epochs), it must be in 0...10000" }
        if !(decay > 0 && decay <= 1) { return "the decay is \(decay), it must be above 0 and at most 1" }
        return nil
    }
}

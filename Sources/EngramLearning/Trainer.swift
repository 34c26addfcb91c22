// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

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

/// Adds strength · (w − anchor) to the gradient: the proximal term of FedProx and Ditto.
package struct Pull: Sendable {
    package let anchor: ParameterSet
    package let strength: Double

    package init(anchor: ParameterSet, strength: Double) {
        self.anchor = anchor
        self.strength = strength
    }
}

/// Minibatch SGD: v ← momentum·v + g + weightDecay·w + pull·(w − anchor); w ← w − rate·v, with v = 0 at the start of each call.
package struct Trainer: Sendable {
    package let network: Network
    package let sgd: SGD

    package init(_ network: Network, _ sgd: SGD) {
        self.network = network
        self.sgd = sgd
    }

    /// Trains for `sgd.epochs` passes over rows, each in a new random order; a last partial batch is used too.
    ///
    /// `frozen` ranges of the flat values keep their values. Returns the loss as met on the way, averaged over all rows and
    /// epochs, and the number of steps. Without epochs or rows nothing changes.
    package func train(
        _ parameters: inout ParameterSet, on data: Dataset, rows: [Int], pull: Pull? = nil, frozen: [Range<Int>] = [],
        rate: Double? = nil, using generator: inout SeededGenerator
    ) -> (loss: Double, steps: Int) {
        network.check(parameters, data)
        if sgd.epochs < 1 || rows.isEmpty { return (0, 0) }
        precondition(pull.map { $0.anchor.values.count == network.layout.count } ?? true, "the anchor belongs to another network")
        let batch = max(1, min(sgd.batch, rows.count))
        let workspace = Workspace(network, batch: batch)
        let free = Self.complement(of: frozen, in: network.layout.count)
        var velocity = [Float](repeating: 0, count: sgd.momentum > 0 ? network.layout.count : 0)
        let strength = Float(pull?.strength ?? 0)
        let anchor = strength == 0 ? nil : pull?.anchor.values
        // Out of the set, so that every step changes one array in place.
        var values = parameters.values
        parameters.values = []
        defer { parameters.values = values }
        var order = rows.map { Int64($0) }
        var loss = 0.0
        var steps = 0
        for _ in 0..<sgd.epochs {
            generator.shuffle(&order)
            for start in stride(from: 0, to: order.count, by: batch) {
                let slice = order[start..<min(start + batch, order.count)]
                loss += workspace.step(values, data, rows: slice)
                workspace.update(
                    &values, velocity: &velocity, anchor: anchor, ranges: free, rate: Float(rate ?? sgd.rate), sgd: sgd,
                    pull: strength)
                steps += 1
            }
        }
        return (loss / Double(rows.count * sgd.epochs), steps)
    }

    /// The parts of 0..<count that no range covers, in order.
    static func complement(of ranges: [Range<Int>], in count: Int) -> [Range<Int>] {
        var free: [Range<Int>] = []
        var start = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { free.append(start..<min(range.lowerBound, count)) }
            start = max(start, range.upperBound)
            if start >= count { return free }
        }
        if start < count { free.append(start..<count) }
        return free
    }
}

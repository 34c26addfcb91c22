// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Minibatch SGD: the steps of `Descent` along the gradients of `Batches`.
package struct Trainer: Sendable {
    package let network: Network
    package let sgd: SGD

    package init(_ network: Network, _ sgd: SGD) {
        self.network = network
        self.sgd = sgd
    }

    /// Trains for `sgd.epochs` passes over rows, each in a new random order, in batches of nearly equal size.
    ///
    /// Returns the loss as met on the way, a latent term's included, averaged over all rows and epochs, and the number of steps.
    /// Without epochs or rows nothing changes.
    package func train(
        _ parameters: inout ParameterSet, on data: Dataset, rows: [Int], terms: Terms = Terms(), rate: Double? = nil,
        using generator: inout SeededGenerator
    ) -> (loss: Double, steps: Int) {
        network.check(parameters.values, data)
        if sgd.epochs < 1 || rows.isEmpty { return (0, 0) }
        if let learner = network.learner {
            let lesson = network.lesson(terms, sgd, rows: rows, rate: rate ?? sgd.rate, using: &generator)
            // Its steps are its own affair.
            return (learner.train(&parameters, lesson), 0)
        }
        var batches = batches(of: rows, using: generator)
        if let gram = GramDescent(network, sgd, terms, rows: rows.count) {
            let loss = gram.train(&parameters.values, on: data, rows: rows, steps: sgd.epochs, rate: rate ?? sgd.rate)
            while batches.next() != nil {}
            generator = batches.generator
            return (loss / Double(rows.count * sgd.epochs), sgd.epochs)
        }
        let pass = GradientPass(network, batch: batches.size, frozen: terms.frozen)
        var descent = Descent(network, sgd, terms)
        // Out of the set, so that every step changes one array in place.
        var values = parameters.values
        parameters.values = []
        defer { parameters.values = values }
        var loss = 0.0
        var steps = 0
        while let batch = batches.next() {
            loss += pass.lossSum(values, data, rows: batch, term: terms.latent)
            descent.step(&values, along: pass, rate: rate ?? sgd.rate)
            steps += 1
        }
        generator = batches.generator
        return (loss / Double(rows.count * sgd.epochs), steps)
    }

    /// The batches that `train` draws, for methods with steps of their own.
    package func batches(of rows: [Int], using generator: SeededGenerator) -> Batches {
        Batches(of: rows, size: sgd.batch, epochs: sgd.epochs, using: generator)
    }
}

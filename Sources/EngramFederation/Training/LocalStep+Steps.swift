// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

extension LocalStep {
    /// `pass` with a gradient of the method's own: for each batch, `gradient` gets the values and a pass for as many rows, and returns
    /// the mean loss and the gradient along which to go. Batches and steps are those of `pass`.
    func steps(
        _ parameters: inout ParameterSet,
        gradient: (_ values: [Float], _ batch: ArraySlice<Int>, _ pass: GradientPass) -> (loss: Double, gradient: [Float])
    ) -> Double {
        var batches = trainer.batches(of: rows, using: generator)
        let pass = GradientPass(network, batch: batches.size)
        var descent = Descent(network, trainer.sgd, Terms())
        var values = parameters.values
        var loss = 0.0
        var seen = 0
        while let batch = batches.next() {
            let (mean, slope) = gradient(values, batch, pass)
            loss += mean * Double(batch.count)
            seen += batch.count
            descent.step(&values, along: slope, rate: rate)
            pass.refreshStatistics(&values)
        }
        parameters.values = values
        return loss / Double(max(1, seen))
    }

    /// A stream of random numbers apart from the one that draws batches.
    func generator(for use: String) -> SeededGenerator {
        var seeds = generator
        return SeededGenerator(seed: seeds.next(), use)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// FedALA: training starts from a mixture of the agent's own last model and the received one, element by element, with weights that the
/// agent learns on its own rows.
///
/// The last tensors become own + (received − own) ⊙ W, W in [0, 1] and 1 at first; the lower ones are the received. W goes along the
/// gradient of the loss of the mixture; the first time to convergence, later for one epoch. Zhang et al. 2023. Their code calls a run
/// of epochs converged by the last batch's loss; ours by the epochs' mean losses, which are less noisy.
package struct AdaptiveMerging: LocalTraining {
    package static let name = "fedala"
    package static let summary = "starts from a learnt mixture of own and received weights (Zhang et al. 2023, FedALA)"
    private static let weights = "merging"
    /// Losses whose deviation tells convergence.
    private static let window = 10

    package var tensors = 2
    package var rate = 1.0
    package var share = 0.8
    package var tolerance = 0.01
    package var limit = 100

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("tensors", &tensors, 1...10_000, "last tensors that are mixed; 2 is the last layer")
        try options.number("rate", &rate, 0...1000, "learning rate of the mixing weights")
        try options.number("share", &share, 0.01...1, "share of the training rows that they are learnt on")
        try options.number("tolerance", &tolerance, 0...1e6, "deviation of the last 10 losses at which they have converged")
        try options.integer("limit", &limit, 1...100_000, "most epochs until they have")
    }

    package func objection(to recipe: Recipe) -> String? {
        let spec = ModelSpec(
            inputs: 1, hidden: recipe.hidden, outputs: 2, task: .classes, normalisation: recipe.normalisation)
        guard spec.problem == nil else { return nil }
        let network = Network(spec)
        let shared = recipe.sharing.shared(of: network)
        return network.layout.tensors.suffix(tensors).contains { shared.range(of: $0.name) != nil }
            ? nil
            : "training 'fedala' mixes own and received values of the last \(tensors) tensors, and with sharing "
                + "'\(type(of: recipe.sharing).name)' none of these is received; set training.tensors higher"
    }

    package func arrive(_ step: inout LocalStep) {
        guard let own = step.personal else { return }
        let range = mixedRange(of: step.network.layout)
        let kept = step.memory[Self.weights].flatMap { $0.count == range.count ? $0 : nil }
        var mixture = Mixture(
            received: step.received, own: own, range: range, weights: kept ?? [Float](repeating: 1, count: range.count))
        learn(&mixture, step, untilConverged: kept == nil)
        step.memory[Self.weights] = mixture.weights
        step.model = mixture.model
        step.answer = mixture.model
    }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        step.personal = step.model
    }

    private func mixedRange(of layout: ParameterLayout) -> Range<Int> {
        layout.count - layout.tensors.suffix(tensors).reduce(0) { $0 + $1.count }..<layout.count
    }

    private func learn(_ mixture: inout Mixture, _ step: LocalStep, untilConverged: Bool) {
        var draws = step.generator(for: "merging")
        var rows = step.rows
        draws.shuffle(&rows)
        rows = Array(rows.prefix(max(1, Int(share * Double(rows.count)))))
        let size = step.trainer.sgd.batch
        let pass = GradientPass(
            step.network, batch: min(size, rows.count), frozen: [0..<mixture.range.lowerBound].filter { !$0.isEmpty })
        var losses: [Double] = []
        for _ in 0..<(untilConverged ? limit : 1) {
            var batches = Batches(of: rows, size: size, epochs: 1, using: draws)
            var loss = 0.0
            while let batch = batches.next() {
                loss += pass.run(mixture.model.values, step.data, rows: batch) * Double(batch.count)
                mixture.descend(along: pass.gradient, rate: Float(rate))
            }
            draws = batches.generator
            losses.append(loss / Double(rows.count))
            if losses.count > Self.window, Self.deviation(losses.suffix(Self.window)) < tolerance { return }
        }
    }

    private static func deviation(_ values: ArraySlice<Double>) -> Double {
        let mean = Metrics.mean(Array(values))
        return Metrics.mean(values.map { ($0 - mean) * ($0 - mean) }).squareRoot()
    }

    /// The received model, whose last values are partly the agent's own.
    private struct Mixture {
        let range: Range<Int>
        private(set) var weights: [Float]
        private(set) var model: ParameterSet
        private let received: [Float]
        /// own − received.
        private let difference: [Float]

        init(received: ParameterSet, own: ParameterSet, range: Range<Int>, weights: [Float]) {
            self.range = range
            self.weights = weights
            self.received = Array(received.values[range])
            difference = Kernels.subtract(Array(own.values[range]), self.received)
            model = received
            mix()
        }

        mutating func descend(along gradient: [Float], rate: Float) {
            for i in weights.indices {
                let slope = -gradient[range.lowerBound + i] * difference[i]
                weights[i] = max(0, min(1, weights[i] - rate * slope))
            }
            mix()
        }

        /// From the received values on, so that a weight of 1 gives just them.
        private mutating func mix() {
            for i in weights.indices { model.values[range.lowerBound + i] = received[i] + (1 - weights[i]) * difference[i] }
        }
    }
}

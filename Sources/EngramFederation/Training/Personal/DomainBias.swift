// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// FedDBE: what is particular in an agent's latents goes into a private vector z that is added to them before the head, and the mean latent
/// of a batch is pulled towards a consensual one: the agents' mean after the first round, which then stays.
///
/// Zhang et al. 2023. Added to latents, z is the same as W z added to the head's bias: so the answer is a plain network. Their CNN uses
/// κ = 50 at the rate .005. A linear model has features for latents: z shifts them, and the pull has nothing to move.
package struct DomainBias: LocalTraining {
    package static let name = "dbe"
    package static let summary = "a private shift of the latents, and a consensual mean of them (Zhang et al. 2023, FedDBE)"
    private static let shift = "shift"
    private static let consensus = "mean_latent"

    package var kappa = 10.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("kappa", &kappa, 0...10_000, "strength of the pull of mean latents towards the consensual one")
    }

    /// The mean latent, and a 1 that says that it was found.
    package func statistics(for network: Network) -> [Statistic] {
        [Statistic(Self.consensus, shape: [network.head.spec.inputs + 1], rule: .firstMean)]
    }

    package func arrive(_ step: inout LocalStep) {
        guard let shift = shift(of: step) else { return }
        var answer = step.received
        Self.fold(shift, into: &answer.values, step.network)
        step.answer = answer
    }

    package func train(_ step: inout LocalStep) {
        defer { step.personal = step.model }
        guard let mean = consensus(of: step) else {
            step.loss = step.pass(&step.model)
            let latents = step.network.latents(step.model, step.data, rows: step.rows)
            let own = Prototypes.sums(
                latents, width: step.network.head.spec.inputs, keys: [Int](repeating: 0, count: step.rows.count), count: 1)
            step.sent[Self.consensus] = own.means + [1]
            return
        }
        let term = MeanPull(consensus: mean, strength: kappa)
        var shift = shift(of: step) ?? [Float](repeating: 0, count: mean.count)
        let (network, data, rate) = (step.network, step.data, Float(step.rate))
        step.loss = step.steps(&step.model) { values, batch, pass in
            let (loss, gradient, slopes) = Self.gradient(values, shift, network, data, batch, pass, term)
            Kernels.axpy(-rate, slopes, into: &shift)
            return (loss, gradient)
        }
        step.memory[Self.shift] = shift
    }

    private func shift(of step: LocalStep) -> [Float]? {
        step.memory[Self.shift].flatMap { $0.count == step.network.head.spec.inputs ? $0 : nil }
    }

    private func consensus(of step: LocalStep) -> [Float]? {
        guard let held = step.held[Self.consensus], let found = held.last, found > 0 else { return nil }
        return Array(held.dropLast())
    }

    /// b ← b + W z in the head.
    static func fold(_ shift: [Float], into values: inout [Float], _ network: Network) {
        let (start, width, outputs) = (network.headRange.lowerBound, shift.count, network.spec.outputs)
        for k in 0..<outputs {
            var sum = 0.0
            for j in 0..<width { sum += Double(values[start + k * width + j]) * Double(shift[j]) }
            values[start + outputs * width + k] += Float(sum)
        }
    }

    /// The loss and its gradients with respect to the network's values and to the shift.
    static func gradient(
        _ values: [Float], _ shift: [Float], _ network: Network, _ data: Dataset, _ batch: ArraySlice<Int>, _ pass: GradientPass,
        _ term: any LatentTerm
    ) -> (loss: Double, values: [Float], shift: [Float]) {
        var folded = values
        fold(shift, into: &folded, network)
        let loss = pass.run(folded, data, rows: batch, term: term)
        var gradient = pass.gradient
        let (start, width, outputs) = (network.headRange.lowerBound, shift.count, network.spec.outputs)
        var slopes = [Float](repeating: 0, count: width)
        for k in 0..<outputs {
            let bias = gradient[start + outputs * width + k]
            for j in 0..<width {
                gradient[start + k * width + j] += bias * shift[j]
                slopes[j] += bias * values[start + k * width + j]
            }
        }
        return (loss, gradient, slopes)
    }
}

extension Statistic.Rule {
    /// The weighted mean of the first round in which somebody has one, which then stays. The last number is 1 where there is one.
    fileprivate static let firstMean = Self { held, sent, _ in
        guard held.last == 0 else { return }
        var ignored: [Float]?
        let mean = try WeightedMean().combine(sent, count: held.count, memory: &ignored)
        guard let found = mean.last, found > 0 else { return }
        held = mean.map { $0 / found }
    }
}

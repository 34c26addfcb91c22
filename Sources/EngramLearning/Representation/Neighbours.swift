// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation

/// Answers by similar rows of the agent's own, mixed with those of a shared model: kNN-Per (Marfoq et al. 2022).
///
/// The `count` rows nearest in latent space vote with the weight exp(−distance / scale), the distance being Euclidean as in the
/// paper; the authors' code takes the squared distance divided by the width.
package struct Neighbours: Sendable {
    package let task: Task
    /// The votes' share of the answer, λ of the paper: 0 is the model alone, 1 the neighbours alone. Agents choose theirs on
    /// validation rows.
    package var share: Double

    /// The rows that may vote: row-major [targets.count, width].
    package let latents: [Float]
    /// What each votes for: its class, 1 for remembered, or its score.
    package let targets: [Float]
    /// How many vote.
    package let count: Int
    /// The distance at which a vote counts 1/e of one at distance 0.
    package let scale: Double

    private let stored: NearestRows
    private let outputs: Int

    /// No chance is below this, so that its logarithm stays a number.
    package static let leastChance = 1e-9

    /// Latents are row-major [targets.count, width]; `outputs` is the network's.
    package init(
        latents: [Float], width: Int, targets: Dataset.Targets, task: Task, outputs: Int, count: Int, scale: Double, share: Double
    ) {
        precondition(latents.count == targets.count * width, "one target per latent is needed")
        precondition(count > 0 && scale > 0 && (0...1).contains(share), "the neighbours' settings must be validated before")
        self.latents = latents
        stored = NearestRows(latents, width: width)
        self.targets =
            switch targets {
            case .classes(let ids): ids.map { Float($0) }
            case .scores(let scores): scores
            }
        self.task = task
        self.outputs = outputs
        self.count = count
        self.scale = scale
        self.share = share
    }

    /// The neighbours' answers alone, row-major [latents, outputs]: the chance of each class, the chance of remembered, or a
    /// mean score.
    ///
    /// Nil for a latent without neighbours.
    package func answers(to latents: [Float]) -> [[Double]?] {
        stored.nearest(count, to: latents).map { matches in
            guard let nearest = matches.first else { return nil }
            // Relative to the nearest: only ratios count, and far from all rows every weight would be 0.
            let weights = matches.map { exp((nearest.distance - $0.distance) / scale) }
            let sum = weights.reduce(0, +)
            var answer = [Double](repeating: 0, count: outputs)
            for (match, weight) in zip(matches, weights) {
                let target = targets[match.row]
                switch task {
                case .classes: answer[Int(target)] += weight / sum
                case .remembered, .scores: answer[0] += Double(target) * weight / sum
                }
            }
            return answer
        }
    }

    /// The model's raw outputs, row-major [rows, outputs], mixed with the neighbours' answers to the same rows' latents.
    ///
    /// The result stands for outputs wherever they are evaluated: logarithms of chances for classes (softmax gives the
    /// chances), log odds for remembered or not, scores for scores. A row without neighbours keeps the model's answer.
    package func mixed(outputs all: [Float], latents: [Float]) -> [Float] {
        share == 0 ? all : mixed(outputs: all, answers: answers(to: latents))
    }

    /// The same with answers that were asked for before, to try several shares.
    package func mixed(outputs all: [Float], answers: [[Double]?]) -> [Float] {
        if share == 0 { return all }
        precondition(all.count == answers.count * outputs, "outputs and latents of the same rows are needed")
        var model = all
        if task == .classes { Softmax.probabilities(&model, columns: outputs) }
        var mixed = all
        for i in mixed.indices {
            guard let votes = answers[i / outputs]?[i % outputs] else { continue }
            switch task {
            case .classes: mixed[i] = Float(log(chance(Double(model[i]), votes)))
            case .scores: mixed[i] = Float(blend(Double(model[i]), votes))
            case .remembered:
                let p = chance(1 / (1 + exp(-Double(model[i]))), votes)
                mixed[i] = Float(log(p) - log(1 - p))
            }
        }
        return mixed
    }

    private func blend(_ model: Double, _ votes: Double) -> Double { share * votes + (1 - share) * model }

    private func chance(_ model: Double, _ votes: Double) -> Double {
        max(Self.leastChance, min(1 - Self.leastChance, blend(model, votes)))
    }
}

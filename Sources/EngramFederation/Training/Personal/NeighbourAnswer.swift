// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// kNN-Per: the model is trained as in FedAvg; an agent's answer mixes the received model's with those of the nearest of its own training
/// rows, as the received model sees them.
///
/// Marfoq et al. 2022. The neighbours' share has the least loss on the agent's validation rows (one half without any); the gate then
/// judges by the same rows, so with few of them it is somewhat partial to this answer. Distances of latents have no scale of their own:
/// ours is told in units of the root mean squared distance of two training rows.
package struct NeighbourAnswer: LocalTraining {
    package static let name = "neighbours"
    package static let summary = "SGD; answers are mixed with those of an agent's nearest own rows (Marfoq et al. 2022, kNN-Per)"

    package var count = 10
    package var scale = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("count", &count, 1...10_000, "neighbours that vote")
        try options.number(
            "scale", &scale, 0.0001...10_000, "distance at which a vote counts 1/e, in mean distances of two training rows")
    }

    package func arrive(_ step: inout LocalStep) {
        let network = step.network
        let width = network.head.spec.inputs
        let latents = network.latents(step.received, step.data, rows: step.rows)
        guard Kernels.isFinite(latents) else { return }
        let targets: Dataset.Targets =
            switch step.data.targets {
            case .classes(let ids): .classes(step.rows.map { ids[$0] })
            case .scores(let scores): .scores(step.rows.map { scores[$0] })
            }
        var neighbours = Neighbours(
            latents: latents, width: width, targets: targets, task: network.spec.task, outputs: network.spec.outputs,
            count: count, scale: scale * Self.spread(latents, width: width), share: 0.5)
        neighbours.share = Self.share(neighbours, step)
        step.answer = step.received
        step.neighbours = neighbours
    }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        step.personal = step.model
    }

    /// Of 0, .1, … 1 the share with the least loss on the validation rows; the first of equals.
    private static func share(_ neighbours: Neighbours, _ step: LocalStep) -> Double {
        let rows = step.shard.validation
        if rows.isEmpty { return neighbours.share }
        let outputs = step.network.outputs(step.received, step.data, rows: rows)
        let answers = neighbours.answers(to: step.network.latents(step.received, step.data, rows: rows))
        var trial = neighbours
        var best = (share: 0.0, loss: Double.infinity)
        for tenth in 0...10 {
            trial.share = Double(tenth) / 10
            let mixed = trial.mixed(outputs: outputs, answers: answers)
            let loss = Metrics.mean(step.network.losses(outputs: mixed, step.data, rows: rows))
            if loss < best.loss { best = (trial.share, loss) }
        }
        return best.share
    }

    /// The root mean squared distance of two rows, drawn with replacement; 1 if all are the same.
    static func spread(_ rows: [Float], width: Int) -> Double {
        let count = rows.count / width
        var sum = 0.0
        for j in 0..<width {
            let column = stride(from: j, to: rows.count, by: width).map { Double(rows[$0]) }
            let mean = column.reduce(0, +) / Double(max(1, count))
            for value in column { sum += (value - mean) * (value - mean) }
        }
        let spread = (2 * sum / Double(max(1, count))).squareRoot()
        return spread > 0 && spread.isFinite ? spread : 1
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors

/// FedHome: the model is trained as in FedAvg; in the end each agent tunes the last layer on its latents, among which classes are made
/// equally frequent by synthetic ones.
///
/// Wu et al. 2020, whose latents come from an autoencoder: here they are those of the model, and there is no reconstruction. Scores have
/// no classes to balance: their head is tuned on the agent's latents as they are.
package struct BalancedHead: LocalTraining {
    package static let name = "home"
    package static let summary = "SGD; in the end the last layer is tuned on class-balanced latents (Wu et al. 2020, FedHome)"

    package var epochs = 5
    package var neighbours = 5
    package var every = 0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.integer("epochs", &epochs, 1...1000, "epochs of tuning")
        try options.integer("neighbours", &neighbours, 1...1000, "a synthetic latent lies towards one of so many nearest ones")
        try options.integer("every", &every, 0...1_000_000, "tune for the report every so many rounds; 0: at the end only")
    }

    package var answersLast: Bool { true }

    package func arrive(_ step: inout LocalStep) {
        guard !step.trains || (every > 0 && step.round % every == 0) else { return }
        let network = step.network
        var latents = network.latents(step.received, step.data, rows: step.rows)
        var draws = step.generator(for: "balance")
        let targets: Dataset.Targets
        switch step.data.targets {
        case .scores(let scores): targets = .scores(step.rows.map { scores[$0] })
        case .classes(let ids) where network.spec.task == .scores: targets = .scores(step.rows.map { Float(ids[$0]) })
        case .classes(let ids):
            guard Kernels.isFinite(latents) else { return }
            let balanced = ClassBalance.balanced(
                latents, width: network.head.spec.inputs, labels: step.rows.map { ids[$0] }, neighbours: neighbours, using: &draws
            )
            latents = balanced.latents
            targets = .classes(balanced.labels)
        }
        var sgd = step.trainer.sgd
        (sgd.epochs, sgd.rate) = (epochs, step.rate)
        var tuned = step.received
        // Latents of a model that has diverged are refused; then the model stays as it is.
        guard (try? HeadTuning(network, sgd).tune(&tuned, latents: latents, targets: targets, using: &draws)) != nil else {
            return
        }
        step.answer = tuned
    }

    package func train(_ step: inout LocalStep) {
        step.loss = step.pass(&step.model)
        step.personal = step.model
    }
}

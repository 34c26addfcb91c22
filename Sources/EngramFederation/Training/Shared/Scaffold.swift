// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
import EngramTensors

/// SCAFFOLD: every gradient is corrected by c − cᵢ, the difference between the mean direction of all agents and the agent's own; after K steps
/// cᵢ⁺ = cᵢ − c + (w − y)/(Kη) (the paper's option II), and c moves by the mean change over *all* members, also those that did not answer.
///
/// With momentum μ the K steps together weigh their gradients by Σⱼ (1 − μʲ)/(1 − μ) instead of K. The paper minimises the unweighted mean of the agents'
/// losses; here rows weigh the models and so the control variates too: were only one of them weighted, the corrections would not add up to nothing.
package struct Scaffold: LocalTraining {
    package static let name = "scaffold"
    package static let summary = "control variates against client drift (Karimireddy et al. 2020, SCAFFOLD)"
    private static let control = "control"

    package init() {}

    package func statistics(for network: Network) -> [Statistic] {
        [Statistic(Self.control, shape: [network.layout.count], rule: .step)]
    }

    package func objection(to recipe: Recipe) -> String? {
        recipe.sharing is ShareAll ? nil : "training 'scaffold' corrects the whole model; it needs sharing 'all'"
    }

    package func train(_ step: inout LocalStep) {
        let zeros = [Float](repeating: 0, count: step.network.layout.count)
        let own = step.memory[Self.control] ?? zeros
        let all = step.held[Self.control] ?? zeros
        var draws = step.generator
        let (loss, steps) = step.trainer.train(
            &step.model, on: step.data, rows: step.rows, terms: Terms(correction: Kernels.subtract(all, own)), rate: step.rate,
            using: &draws)
        step.loss = loss
        step.personal = step.model
        let weight = step.rate * Self.gradientWeight(steps: steps, momentum: step.trainer.sgd.momentum)
        guard weight > 0 else { return }
        // Δcᵢ = (w − y)/(Kη) − c
        var change = Kernels.subtract(step.received.values, step.model.values)
        Kernels.scale(Float(1 / weight), &change)
        change = Kernels.subtract(change, all)
        var next = own
        Kernels.axpy(1, change, into: &next)
        step.memory[Self.control] = next
        step.sent[Self.control] = change
    }

    /// By how much K steps move along a constant gradient, in units of the rate.
    static func gradientWeight(steps: Int, momentum: Double) -> Double {
        guard momentum > 0 else { return Double(steps) }
        var sum = 0.0, power = 1.0
        for _ in 0..<steps {
            power *= momentum
            sum += (1 - power) / (1 - momentum)
        }
        return sum
    }
}

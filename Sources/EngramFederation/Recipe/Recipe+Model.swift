// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

extension Recipe {
    /// The model for agents with such shards.
    package func modelSpec(for profile: AgentProfile) -> ModelSpec {
        ModelSpec(
            inputs: profile.inputs, hidden: hidden, outputs: profile.outputs, task: profile.task,
            normalisation: normalisation)
    }

    /// The n-th seeded initial model: the same on the coordinator and on every agent.
    package func initialModel(_ network: Network, _ number: Int) -> ParameterSet {
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed)), "model", String(number))
        return network.initial(using: &generator)
    }

    /// Why a training that only changes latents is of no use here, or nil.
    func objectionWithoutLatents(_ training: String) -> String? {
        hidden.isEmpty && normalisation != .input
            ? "training '\(training)' shapes what the last layer reads, and a linear model trains nothing before it; "
                + "use a hidden layer, or model.normalisation 'input'"
            : nil
    }
}

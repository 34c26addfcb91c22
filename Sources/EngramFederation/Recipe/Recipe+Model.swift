// SPDX-License-Identifier: Apache-2.0
package import EngramLearning
package import EngramTensors

extension Recipe {
    /// The model for agents with such shards.
    package func modelSpec(for profile: AgentProfile) -> ModelSpec {
        ModelSpec(
            inputs: profile.inputs, hidden: external == nil ? hidden : [], outputs: profile.outputs, task: profile.task,
            normalisation: normalisation)
    }

    /// The network for agents with such shards; with a model of somebody's own, `learner` computes it.
    package func network(for profile: AgentProfile, learner: (any Learner)? = nil) -> Network {
        network(modelSpec(for: profile), learner)
    }

    func network(_ spec: ModelSpec, _ learner: (any Learner)?) -> Network {
        external.map { Network(spec, $0, learner: learner) } ?? Network(spec)
    }

    /// The n-th seeded initial model: the same on the coordinator and on every agent.
    package func initialModel(_ network: Network, _ number: Int) -> ParameterSet {
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed)), "model", String(number))
        return external?.initial(number, using: &generator) ?? network.initial(using: &generator)
    }

    /// Why a training that only changes latents is of no use here, or nil.
    func objectionWithoutLatents(_ training: String) -> String? {
        hidden.isEmpty && normalisation != .input
            ? "training '\(training)' shapes what the last layer reads, and a linear model trains nothing before it; "
                + "use a hidden layer, or model.normalisation 'input'"
            : nil
    }
}

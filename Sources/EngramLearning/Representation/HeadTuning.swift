// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Trains the head alone, on latents that were computed once (FedHome's last step, Wu et al. 2020; on a shard's own latents it
/// is the usual fine-tuning of the last layer).
package struct HeadTuning: Sendable {
    package let network: Network
    package let sgd: SGD

    package init(_ network: Network, _ sgd: SGD) {
        self.network = network
        self.sgd = sgd
    }

    /// Continues from the head's values; the other layers keep theirs.
    ///
    /// Latents are row-major [targets.count, width]. Returns the mean loss on the way and the number of steps, as `Trainer`
    /// does. Throws `badData` for latents of another shape, or not finite, as those of a model that has diverged.
    package func tune(
        _ parameters: inout ParameterSet, latents: [Float], targets: Dataset.Targets, using generator: inout SeededGenerator
    ) throws(LearningError) -> (loss: Double, steps: Int) {
        let head = network.head
        let data = try Dataset(features: .float32(latents), dimension: head.spec.inputs, targets: targets)
        var tuned = ParameterSet(zeros: head.layout)
        tuned.values = Array(parameters.values[network.headRange])
        let result = Trainer(head, sgd).train(&tuned, on: data, rows: Array(0..<data.count), using: &generator)
        parameters.values.replaceSubrange(network.headRange, with: tuned.values)
        return result
    }
}

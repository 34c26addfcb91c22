// SPDX-License-Identifier: Apache-2.0

extension Network {
    /// The last layer as a linear network of its own, whose features are the latents; its values are those of `headRange`.
    package var head: Network {
        Network(ModelSpec(inputs: spec.widths[spec.hidden.count], hidden: [], outputs: spec.outputs, task: spec.task))
    }
}

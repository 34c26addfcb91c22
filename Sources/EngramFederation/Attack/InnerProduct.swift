// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Inner product manipulation: −ε times the honest mean, so that the sum's inner product with the true direction falls or turns negative.
///
/// With m attackers of n, ε below (n − m)/m slows a plain mean down without being conspicuous; above, it drives the model backwards.
package struct InnerProduct: Attack {
    package static let name = "ipm"
    package static let summary = "sends the honest mean turned round and scaled (Xie et al. 2019, IPM)"

    package var epsilon = 0.5

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("epsilon", &epsilon, 0...1e6, "times the honest mean; 0.1 hides, 1 and more turns a mean round")
    }

    package var colludes: Bool { true }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        Kernels.narrow(scene.mean, times: -epsilon)
    }
}

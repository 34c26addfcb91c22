// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// The own update turned round: −scale·Δ.
///
/// Published for single gradients; an update of several steps is turned round as a whole here.
package struct SignFlip: Attack {
    package static let name = "sign_flip"
    package static let summary = "sends its update turned round (Li et al. 2019, RSA)"

    package var scale = 1.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("scale", &scale, 0...1e6, "times the own update")
    }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        var update = scene.own
        Kernels.scale(Float(-scale), &update)
        return update
    }
}

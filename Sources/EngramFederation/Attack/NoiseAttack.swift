// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// Noise in place of the update: each coordinate is N(mean, deviation²).
package struct NoiseAttack: Attack {
    package static let name = "noise"
    package static let summary = "sends Gaussian noise in place of its update (Blanchard et al. 2017)"

    package var mean = 0.1
    package var deviation = 0.1

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("mean", &mean, -1e6...1e6, "of every coordinate")
        try options.number("deviation", &deviation, 0...1e6, "of every coordinate")
    }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        scene.own.map { _ in Float(mean + deviation * generator.normal()) }
    }
}

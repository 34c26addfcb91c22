// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// A little is enough: all attackers send mean − z·deviation, inside the spread of the honest updates, where rules that look for outliers do
/// not look.
///
/// z is given. The paper derives it from the numbers of agents so that enough honest ones are farther out; for twenty agents and fewer that
/// comes out at nearly 0, and an attack with z = 0 is an honest mean.
package struct LittleIsEnough: Attack {
    package static let name = "alie"
    package static let summary = "sends the honest mean moved by z deviations (Baruch et al. 2019, ALIE)"

    package var z = 1.0

    package init() {}

    package mutating func configure(_ options: inout Options) throws(RecipeError) {
        try options.number("z", &z, -1e3...1e3, "deviations; 0.5 to 1.5 is usual")
    }

    package var colludes: Bool { true }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        let mean = scene.mean
        let deviation = scene.deviation(around: mean)
        return Kernels.narrow(mean.indices.map { mean[$0] - z * deviation[$0] })
    }
}

// SPDX-License-Identifier: Apache-2.0
package import EngramTensors

/// As far as can be without standing out: mean − γ·deviation with the greatest γ for which no honest update is farther from it than the two
/// honest ones that are farthest apart. γ is found by bisection.
///
/// Of the paper's directions this is the inverse standard deviation, the strongest in its experiments.
package struct MinMax: Attack {
    package static let name = "min_max"
    package static let summary = "goes as far as honest updates are apart (Shejwalkar & Houmansadr 2021)"

    private static let greatest = 1e3
    private static let halvings = 40

    package init() {}

    package var colludes: Bool { true }

    package func spoilt(_ scene: AttackScene, using generator: inout SeededGenerator) -> [Float] {
        let mean = scene.mean
        let deviation = scene.deviation(around: mean)
        func update(_ gamma: Double) -> [Float] { Kernels.narrow(mean.indices.map { mean[$0] - gamma * deviation[$0] }) }
        func distance(_ a: [Float], _ b: [Float]) -> Double { Kernels.norm(Kernels.subtract(a, b)) }
        var widest = 0.0
        for i in scene.pooled.indices {
            for j in 0..<i { widest = max(widest, distance(scene.pooled[i], scene.pooled[j])) }
        }
        // A single attacker, or several with equal data, have no spread to hide in.
        guard widest > 0 else { return update(0) }
        var (low, high) = (0.0, Self.greatest)
        for _ in 0..<Self.halvings {
            let middle = (low + high) / 2
            let sent = update(middle)
            if scene.pooled.allSatisfy({ distance($0, sent) <= widest }) { low = middle } else { high = middle }
        }
        return update(low)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@testable import EngramFederation

@Suite(.timeLimit(.minutes(5))) struct DuchiMechanismTests {
    @Test(arguments: [(100, 1.0, 27.05), (100, 4.0, 12.97), (1000, 1.0, 85.7), (1000, 8.0, 39.7), (10_000, 1.0, 271.0)])
    func outputRadius(dimension: Int, epsilon: Double, ratio: Double) throws {
        let mechanism = try #require(DuchiMechanism(epsilon: epsilon, radius: 2, dimension: dimension))
        #expect(abs(mechanism.outputRadius / 2 / ratio - 1) < 2e-3)
    }

    @Test func inOneDimensionItIsRandomisedResponse() throws {
        let mechanism = try #require(DuchiMechanism(epsilon: log(3), radius: 1, dimension: 1))
        #expect(abs(mechanism.outputRadius - 2) < 1e-12)
    }

    @Test func senselessSettingsGiveNone() {
        let settings: [(Double, Double, Int)] = [
            (0, 1, 3), (-1, 1, 3), (.nan, 1, 3), (1, 0, 3), (1, 1, 0), (.leastNonzeroMagnitude, 1, 3),
        ]
        for (epsilon, radius, dimension) in settings {
            #expect(DuchiMechanism(epsilon: epsilon, radius: radius, dimension: dimension) == nil)
        }
    }

    /// The mean of many draws is the input (scaled back to the ball), within five standard errors; every draw has norm B.
    @Test(arguments: [0.4, 1.0, 2.5, 0]) func unbiased(norm: Double) throws {
        let dimension = 4, draws = 20_000
        let mechanism = try #require(DuchiMechanism(epsilon: 2, radius: 1, dimension: dimension))
        let direction: [Double] = [0.5, -0.5, 0.1, 0.7]
        let vector = direction.map { Float($0 * norm) }
        var generator = SeededGenerator(seed: 31)
        var sum = [Double](repeating: 0, count: dimension)
        for _ in 0..<draws {
            let draw = mechanism.randomised(vector, using: &generator)
            #expect(abs(Kernels.norm(draw) - mechanism.outputRadius) < 1e-5)
            for j in 0..<dimension { sum[j] += Double(draw[j]) }
        }
        let inside = norm > 1 ? 1 / norm : 1
        let error = mechanism.outputRadius / Double(draws * dimension).squareRoot()
        for j in 0..<dimension { #expect(abs(sum[j] / Double(draws) - Double(vector[j]) * inside) < 5 * error) }
    }

    /// Counts outputs in the plane by angle. The density of a bin for an input v is 1 + (2p − 1)(‖v‖/r)·sign⟨z, v⟩ times the uniform
    /// one, p = e^ε/(1 + e^ε); the ratio for two inputs is then e^ε at most, and reached by opposite ones.
    @Test func densitiesKeepToTheRatio() throws {
        let epsilon = 1.0, bins = 8, draws = 40_000
        let mechanism = try #require(DuchiMechanism(epsilon: epsilon, radius: 1, dimension: 2))
        var generator = SeededGenerator(seed: 77)
        func densities(_ vector: [Float]) -> [Double] {
            var counts = [Double](repeating: 0, count: bins)
            for _ in 0..<draws {
                let draw = mechanism.randomised(vector, using: &generator)
                let turn = atan2(Double(draw[1]), Double(draw[0])) / (2 * Double.pi)
                counts[min(bins - 1, Int((turn + 0.5) * Double(bins)))] += 1
            }
            return counts.map { $0 * Double(bins) / Double(draws) }
        }
        let lean = tanh(epsilon / 2)
        // Edges of half-planes fall on edges of bins: inputs along the axes.
        let inputs: [([Float], Double)] = [([1, 0], 1), ([-1, 0], 1), ([0, 1], 1), ([0, -0.5], 0.5), ([0, 0], 0)]
        var seen: [[Double]] = []
        for (vector, share) in inputs {
            let found = densities(vector)
            for bin in 0..<bins {
                let angle = ((Double(bin) + 0.5) / Double(bins) - 0.5) * 2 * Double.pi
                let side = cos(angle) * Double(vector[0]) + sin(angle) * Double(vector[1])
                let expected = 1 + lean * share * (side > 0 ? 1.0 : -1.0)
                #expect(abs(found[bin] - expected) < 0.08)
            }
            seen.append(found)
        }
        var greatest = 0.0
        for a in seen { for b in seen { for bin in 0..<bins { greatest = max(greatest, a[bin] / b[bin]) } } }
        #expect(greatest < exp(epsilon) * 1.12)
        #expect(greatest > exp(epsilon) * 0.9)
    }
}

// SPDX-License-Identifier: Apache-2.0
import EngramLearning
import EngramTensors
import Testing

/// Whether a gradient is that of a function, by differences.
///
/// A ReLU may change side on one way; the slope at the point is then still that of the other way, so it must lie between the two.
func expectSlopes(
    of function: ([Float]) -> Double, at point: [Float], are gradient: [Float], step: Float = 1e-3,
    _ location: SourceLocation = #_sourceLocation
) {
    #expect(point.count == gradient.count, sourceLocation: location)
    for i in point.indices {
        func value(_ step: Float) -> Double {
            var moved = point
            moved[i] += step
            return function(moved)
        }
        let middle = value(0)
        let slopes = [(value(step) - middle) / Double(step), (middle - value(-step)) / Double(step)].sorted()
        let allowed = 1e-2 * max(0.2, abs(slopes[0]), abs(slopes[1]))
        #expect(
            slopes[0] - allowed < Double(gradient[i]) && Double(gradient[i]) < slopes[1] + allowed,
            "value \(i): \(gradient[i]) is not in \(slopes)", sourceLocation: location)
    }
}

/// The mean over rows of ½ weight(row) ‖latent − target‖², weights being 1, 2, 3, 1, … by row number.
struct ToyTerm: LatentTerm {
    var target: Float = 0.7

    func add(latents: [Float], width: Int, rows: [Int], to gradient: inout [Float]) -> Double {
        var sum = 0.0
        for (i, row) in rows.enumerated() {
            let weight = Float(1 + row % 3)
            for j in i * width..<(i + 1) * width {
                let error = latents[j] - target
                gradient[j] += weight * error / Float(rows.count)
                sum += 0.5 * Double(weight * error * error)
            }
        }
        return sum / Double(rows.count)
    }
}

extension Toy {
    static func network(_ task: Task, inputs: Int, hidden: [Int], _ normalisation: Normalisation) -> Network {
        Network(
            ModelSpec(
                inputs: inputs, hidden: hidden, outputs: task == .classes ? 3 : 1, task: task, normalisation: normalisation))
    }

    /// Random parameters with positive variances.
    static func positive(_ network: Network, seed: UInt64 = 2) -> ParameterSet {
        var parameters = parameters(network, seed: seed)
        for range in network.statisticRanges { for i in range { parameters.values[i] = abs(parameters.values[i]) + 0.1 } }
        return parameters
    }
}

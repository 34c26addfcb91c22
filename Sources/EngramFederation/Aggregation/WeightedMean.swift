// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// The mean of the updates, weighted by training rows, summed in Float64 in agent order.
package struct WeightedMean: Aggregation {
    package static let name = "mean"
    package static let summary = "mean weighted by training rows (McMahan et al. 2017)"

    package init() {}

    package var toleratesSparseUpdates: Bool { true }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        let total = updates.weights.reduce(0, +)
        var sum = [Double](repeating: 0, count: count)
        for i in 0..<updates.count {
            // Agents without training rows would otherwise divide zero by zero; they count alike.
            let weight = total > 0 ? updates.weights[i] / total : 1 / Double(updates.count)
            Kernels.accumulate(try updates.read(i), weight: weight, into: &sum)
        }
        return Kernels.narrow(sum)
    }
}

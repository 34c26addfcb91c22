// SPDX-License-Identifier: Apache-2.0

/// The mean of the updates, weighted by training rows, summed in Float64 in agent order.
package struct WeightedMean: Aggregation {
    package static let name = "mean"
    package static let summary = "mean weighted by training rows (McMahan et al. 2017)"

    package init() {}

    package var toleratesSparseUpdates: Bool { true }

    package func combine(_ updates: UpdateBatch, count: Int, memory: inout [Float]?) throws -> [Float] {
        try updates.sum(updates.shares, count: count)
    }
}

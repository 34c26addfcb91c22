// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Weights of rows that grow with how memorable their items are, with the mean 1 over the rows that are trained on.
package enum MemorabilityWeights {
    /// m^exponent, divided by its mean over `rows`; 0 as the exponent gives 1 for each. One weight per row of the data set.
    package static func power(_ memorability: [Float], exponent: Double, rows: [Int]) -> [Float] {
        normalised(memorability.map { pow(Double($0), exponent) }, rows: rows)
    }

    /// 1 + slope · (m − m̄), not below 0, divided by its mean over `rows`; m̄ is the mean over `rows`.
    package static func linear(_ memorability: [Float], slope: Double, rows: [Int]) -> [Float] {
        let center = Metrics.mean(rows.map { Double(memorability[$0]) })
        return normalised(memorability.map { max(0, 1 + slope * (Double($0) - center)) }, rows: rows)
    }

    /// Nothing to tell rows apart by (all weights 0, or one infinite: a negative power of 0) gives 1 for each.
    private static func normalised(_ weights: [Double], rows: [Int]) -> [Float] {
        let mean = Metrics.mean(rows.map { weights[$0] })
        return weights.map { mean > 0 && mean.isFinite ? Float($0 / mean) : 1 }
    }
}

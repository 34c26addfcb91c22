// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A mean, and how sure it is.
package struct Estimate: Codable, Equatable, Sendable {
    package let mean: Double
    /// The standard error of the mean, from the sample deviation; nil of a single value.
    package let error: Double?
    package let count: Int

    /// Nil without values.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        count = values.count
        guard values.count > 1 else {
            error = nil
            return
        }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    }

    /// "0.651 ± 0.004", or "0.651" where there is no error; `scale` multiplies both.
    package func text(decimals: Int = 3, scale: Double = 1) -> String {
        let figure = String(format: "%.\(decimals)f", mean * scale)
        return figure + (error.map { String(format: " ± %.\(decimals)f", $0 * scale) } ?? "")
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(mean, forKey: .mean)
        try container.encode(error, forKey: .error)
        try container.encode(count, forKey: .count)
    }
}

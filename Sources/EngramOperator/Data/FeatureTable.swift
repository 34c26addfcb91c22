// SPDX-License-Identifier: Apache-2.0
package import EngramTensors
import Foundation

/// Features of images from one or more .npy files, columns side by side.
package struct FeatureTable {
    /// [images, columns], Float32.
    package let features: Npy

    /// Joins the arrays column by column. With `standardised`, each column gets mean 0 and deviation 1 over the images (no label
    /// takes part, so nobody learns of anybody's answers); a column that never changes becomes 0.
    package init(_ arrays: [(name: String, array: Npy)], standardised: Bool) throws(OperatorError) {
        guard let rows = arrays.first?.array.shape.first else { throw .usage("at least one features file is needed") }
        for (name, array) in arrays where array.shape.count != 2 || array.shape[0] != rows || array.shape[1] < 1 {
            throw .badInput("\(name): its shape is \(array.shape); [\(rows), columns] is needed, one row per image")
        }
        let width = arrays.reduce(0) { $0 + $1.array.shape[1] }
        var values = [Float](repeating: 0, count: rows * width)
        var start = 0
        for (name, array) in arrays {
            let columns = array.shape[1]
            let source = array.floats()
            guard source.allSatisfy(\.isFinite) else { throw .badInput("\(name): a feature is not a finite number") }
            for row in 0..<rows {
                values.replaceSubrange(
                    row * width + start..<row * width + start + columns, with: source[row * columns..<(row + 1) * columns])
            }
            start += columns
        }
        if standardised { Self.standardise(&values, rows: rows, width: width) }
        do {
            features = try Npy(parsing: Npy.serialise(floats: values, shape: [rows, width]))
        } catch {
            throw OperatorError(error)
        }
    }

    private static func standardise(_ values: inout [Float], rows: Int, width: Int) {
        var mean = [Double](repeating: 0, count: width), square = mean
        for row in 0..<rows { for column in 0..<width { mean[column] += Double(values[row * width + column]) } }
        for column in 0..<width { mean[column] /= Double(rows) }
        for row in 0..<rows {
            for column in 0..<width {
                let distance = Double(values[row * width + column]) - mean[column]
                square[column] += distance * distance
            }
        }
        let scale = square.map { $0 > 0 ? 1 / ($0 / Double(rows)).squareRoot() : 0 }
        for row in 0..<rows {
            for column in 0..<width {
                values[row * width + column] = Float((Double(values[row * width + column]) - mean[column]) * scale[column])
            }
        }
    }
}

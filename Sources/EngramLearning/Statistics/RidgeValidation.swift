// SPDX-License-Identifier: Apache-2.0
import EngramTensors

/// Rows on which linear models are compared, gathered once for many of them.
package struct RidgeValidation: Sendable {
    package let count: Int
    /// [count, dimension + 1], the last column being 1.
    private let features: Matrix
    /// −y, [count, outputs].
    private let negatedTargets: Matrix

    /// Targets are those of `RidgeStatistics.add`: scores as they are, remembered or not as 1 and 0, one of several classes as
    /// a 1 among 0s.
    package init(_ data: Dataset, rows: [Int], outputs: Int) {
        count = rows.count
        let d = data.dimension
        let floats = data.floats(rows: rows)
        var values: [Double] = []
        values.reserveCapacity(rows.count * (d + 1))
        for i in rows.indices {
            for x in floats[i * d..<(i + 1) * d] { values.append(Double(x)) }
            values.append(1)
        }
        features = Matrix(rows: rows.count, columns: d + 1, values: values)
        let targets = RidgeStatistics.targets(data.scores, rows, outputs)
        negatedTargets = Matrix(rows: rows.count, columns: outputs, values: targets.map { -Double($0) })
    }

    /// The squared error ‖xW + b − y‖², averaged over rows; 0 without rows.
    package func loss(of solution: RidgeSolution) -> Double {
        if count == 0 { return 0 }
        var errors = negatedTargets
        errors.addProduct(
            features, Matrix(rows: solution.dimension + 1, columns: solution.outputs, values: solution.values))
        return errors.rowSquares.reduce(0, +) / Double(count)
    }
}

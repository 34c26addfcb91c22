// SPDX-License-Identifier: Apache-2.0
import CKernels

/// A dense Float64 matrix, row-major; a list of vectors is a matrix with one vector in each row.
///
/// Products run over our own kernels and not over the BLAS of `Kernels.gemm`: a library found at run time has no guaranteed
/// LAPACK beside it, and sums in a fixed order give the same bits on every machine. Shapes that do not fit are a bug of the
/// caller and trap.
package struct Matrix: Equatable, Sendable {
    package let rows: Int
    package let columns: Int
    package private(set) var values: [Double]

    package init(rows: Int, columns: Int, values: [Double]) {
        precondition(rows >= 0 && columns >= 0 && values.count == rows * columns, "a matrix needs rows × columns values")
        self.rows = rows
        self.columns = columns
        self.values = values
    }

    package init(zeros rows: Int, _ columns: Int) {
        self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
    }

    package init(diagonal: [Double]) {
        self.init(zeros: diagonal.count, diagonal.count)
        for (i, value) in diagonal.enumerated() { self[i, i] = value }
    }

    package subscript(row: Int, column: Int) -> Double {
        get { values[index(row, column)] }
        set { values[index(row, column)] = newValue }
    }

    private func index(_ row: Int, _ column: Int) -> Int {
        precondition(row >= 0 && row < rows && column >= 0 && column < columns, "an entry outside the matrix")
        return row * columns + column
    }

    package func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

    /// The rows named, in that order.
    package func selecting(rows chosen: some Collection<Int>) -> Matrix {
        var picked: [Double] = []
        picked.reserveCapacity(chosen.count * columns)
        for i in chosen { picked += row(i) }
        return Matrix(rows: chosen.count, columns: columns, values: picked)
    }

    package var isFinite: Bool { unsafe ek_is_finite64(values.count, values) != 0 }
    package var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }
    package var largestMagnitude: Double { values.reduce(0) { max($0, abs($1)) } }

    /// The rows' squared lengths.
    package var rowSquares: [Double] {
        var squares = [Double](repeating: 0, count: rows)
        unsafe ek_row_squares(rows, columns, values, &squares)
        return squares
    }

    package var transposed: Matrix {
        var out = Matrix(zeros: columns, rows)
        unsafe ek_transpose(rows, columns, values, &out.values)
        return out
    }

    /// The matrix with each row multiplied by its factor.
    package func scaling(rowsBy factors: [Double]) -> Matrix {
        precondition(factors.count == rows, "one factor per row is needed")
        var out = Matrix(zeros: rows, columns)
        unsafe out.values.withUnsafeMutableBufferPointer { target in
            unsafe values.withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                for i in 0..<rows { unsafe ek_add_scaled(columns, factors[i], from + i * columns, to + i * columns) }
            }
        }
        return out
    }

    /// self += factor other.
    package mutating func add(_ other: Matrix, times factor: Double) {
        precondition(other.rows == rows && other.columns == columns, "matrices of one shape are needed")
        unsafe ek_add_scaled(values.count, factor, other.values, &values)
    }

    /// self += a b.
    package mutating func addProduct(_ a: Matrix, _ b: Matrix) {
        precondition(a.columns == b.rows && a.rows == rows && b.columns == columns, "the shapes of a product must fit")
        var panel = [Double](repeating: 0, count: max(1, 8 * a.columns))
        unsafe ek_product(rows, a.columns, columns, a.values, b.values, &values, &panel)
    }

    package static func * (a: Matrix, b: Matrix) -> Matrix {
        var out = Matrix(zeros: a.rows, b.columns)
        out.addProduct(a, b)
        return out
    }

    /// The mean of the matrix and its transpose: removes what rounding has made unequal.
    package var symmetrised: Matrix {
        precondition(rows == columns, "only a square matrix can be symmetric")
        var out = transposed
        out.add(self, times: 1)
        return out.scaling(rowsBy: [Double](repeating: 0.5, count: rows))
    }
}

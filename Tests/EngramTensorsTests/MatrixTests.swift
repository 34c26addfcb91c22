// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Testing

/// Matrices for the suites of this folder, and what they are measured by.
enum Sample {
    static func matrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed, "matrix")
        return Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in generator.normal() })
    }

    static func symmetric(_ n: Int, seed: UInt64) -> Matrix { matrix(n, n, seed: seed).symmetrised }

    /// The largest difference of two entries.
    static func gap(_ a: Matrix, _ b: Matrix) -> Double {
        var difference = a
        difference.add(b, times: -1)
        return difference.largestMagnitude
    }

    static func identity(_ n: Int) -> Matrix { Matrix(diagonal: [Double](repeating: 1, count: n)) }
}

@Suite("Matrices", .timeLimit(.minutes(5)))
struct MatrixTests {
    static let shapes = [(0, 3, 2), (1, 1, 1), (3, 0, 4), (4, 8, 8), (5, 3, 9), (7, 33, 17), (37, 40, 21)]

    @Test("products and transposes are those of plain loops", arguments: shapes)
    func products(rows: Int, inner: Int, columns: Int) {
        let (a, b) = (Sample.matrix(rows, inner, seed: 1), Sample.matrix(inner, columns, seed: 2))
        let product = a * b
        #expect(product.rows == rows && product.columns == columns)
        for i in 0..<rows {
            for j in 0..<columns {
                var sum = 0.0
                for p in 0..<inner { sum += a[i, p] * b[p, j] }
                // Same order, so the same bits.
                #expect(product[i, j] == sum)
            }
        }
        for i in 0..<rows { for p in 0..<inner { #expect(a.transposed[p, i] == a[i, p]) } }
        #expect(a.transposed.transposed == a)
    }

    @Test("rows, scaling, sums and norms")
    func parts() {
        let a = Matrix(rows: 2, columns: 3, values: [1, -7, 3, 4, 5, 6])
        #expect(Array(a.row(1)) == [4, 5, 6])
        #expect(a.selecting(rows: [1, 1, 0]).values == [4, 5, 6, 4, 5, 6, 1, -7, 3])
        #expect(a.scaling(rowsBy: [2, 0]).values == [2, -14, 6, 0, 0, 0])
        #expect(a.rowSquares == [59, 77])
        #expect(a.largestMagnitude == 7)
        var b = a
        b.add(a, times: -0.5)
        #expect(b.values == a.values.map { $0 / 2 })
        #expect(Matrix(diagonal: [2, 3]).values == [2, 0, 0, 3])
        #expect(Matrix(rows: 2, columns: 2, values: [1, 2, 4, 1]).symmetrised.values == [1, 3, 3, 1])
    }

    @Test("one number that is not finite is found", arguments: [Double.nan, .infinity, -.infinity])
    func finite(bad: Double) {
        var a = Sample.matrix(9, 7, seed: 3)
        #expect(a.isFinite)
        a[8, 6] = bad
        #expect(!a.isFinite)
    }
}

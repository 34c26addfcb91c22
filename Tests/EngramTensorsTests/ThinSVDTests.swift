// SPDX-License-Identifier: Apache-2.0
import EngramTensors
import Foundation
import Testing

@Suite("Singular values and bases", .timeLimit(.minutes(5)))
struct ThinSVDTests {
    static func rebuilt(_ svd: ThinSVD) -> Matrix { svd.left.transposed * svd.right.scaling(rowsBy: svd.values) }

    @Test("A = Σ σ u vᵀ with orthonormal vectors", arguments: [(1, 1), (1, 9), (9, 1), (12, 12), (40, 7), (7, 90), (60, 50)])
    func identity(rows: Int, columns: Int) throws {
        let a = Sample.matrix(rows, columns, seed: 1)
        let svd = try ThinSVD(a)
        let rank = min(rows, columns)
        #expect(svd.rank == rank)
        #expect(Sample.gap(Self.rebuilt(svd), a) < 1e-13)
        #expect(Sample.gap(svd.left * svd.left.transposed, Sample.identity(rank)) < 1e-13)
        #expect(Sample.gap(svd.right * svd.right.transposed, Sample.identity(rank)) < 1e-13)
        #expect(zip(svd.values, svd.values.dropFirst()).allSatisfy { $0 >= $1 })
        #expect((0..<rank).allSatisfy { i in svd.left.row(i).max { abs($0) < abs($1) } ?? 0 > 0 })
    }

    @Test("values far below what the Gram matrix resolves keep their digits and vectors", arguments: [false, true])
    func small(wide: Bool) throws {
        let size = 9
        let u = try Orthonormal.basis(of: Sample.matrix(size, 30, seed: 2), tolerance: 1e-6)
        let v = try Orthonormal.basis(of: Sample.matrix(size, 20, seed: 3), tolerance: 1e-6)
        let values = (0..<size).map { pow(10, -1.5 * Double($0)) }
        let tall = u.transposed * v.scaling(rowsBy: values)
        let svd = try ThinSVD(wide ? tall.transposed : tall)
        #expect(svd.rank == size)
        for i in 0..<size { #expect(abs(svd.values[i] - values[i]) < 1e-14) }
        // 10⁻¹² of the largest, known to 2 digits; by the Gram matrix alone it would be noise of 10⁻⁸.
        #expect(abs(svd.values[size - 1] / values[size - 1] - 1) < 1e-2)
        #expect(Sample.gap(svd.left * svd.left.transposed, Sample.identity(size)) < 1e-13)
        #expect(Sample.gap(svd.right * svd.right.transposed, Sample.identity(size)) < 1e-13)
    }

    @Test("what is linearly dependent is left out, at any scale", arguments: [1e-200, 1, 1e200])
    func deficient(scale: Double) throws {
        let a = Sample.matrix(25, 4, seed: 4) * Sample.matrix(4, 33, seed: 5)
        let svd = try ThinSVD(a.scaling(rowsBy: [Double](repeating: scale, count: 25)))
        #expect(svd.rank == 4)
        #expect(Sample.gap(Self.rebuilt(svd).scaling(rowsBy: [Double](repeating: 1 / scale, count: 25)), a) < 1e-12)
        #expect(try ThinSVD(Matrix(zeros: 6, 3)).rank == 0)
        #expect(try ThinSVD(Matrix(zeros: 0, 3)).rank == 0)
        #expect(throws: AlgebraError.self) { try ThinSVD(Matrix(rows: 1, columns: 2, values: [1, .nan])) }
    }

    @Test("a basis spans the rows, keeps their order, and drops what is not new")
    func basis() throws {
        let a = Sample.matrix(6, 15, seed: 6)
        let mixed = Sample.matrix(2, 6, seed: 7) * a
        let zero = [Double](repeating: 0, count: 15)
        let rows =
            a.selecting(rows: 0..<3).values + zero + mixed.selecting(rows: [0]).values + a.selecting(rows: 3..<6).values
            + mixed.values
        let basis = try Orthonormal.basis(of: Matrix(rows: 10, columns: 15, values: rows), tolerance: 1e-9)
        #expect(basis.rows == 6)
        #expect(Sample.gap(basis * basis.transposed, Sample.identity(6)) < 1e-14)
        #expect(Sample.gap(a * basis.transposed * basis, a) < 1e-13)
        let first = a.rowSquares[0].squareRoot()
        #expect(zip(basis.row(0), a.row(0)).allSatisfy { abs($0 - $1 / first) < 1e-15 })
    }

    @Test("nearly parallel rows give an orthonormal basis all the same")
    func skew() throws {
        var a = Matrix(zeros: 8, 12)
        for i in 0..<8 {
            a[i, 0] = 1
            a[i, i + 1] = 1e-7
        }
        let basis = try Orthonormal.basis(of: a, tolerance: 1e-9)
        #expect(basis.rows == 8)
        #expect(Sample.gap(basis * basis.transposed, Sample.identity(8)) < 1e-14)
        #expect(try Orthonormal.basis(of: a, tolerance: 1e-5).rows == 1)
        #expect(throws: AlgebraError.self) {
            try Orthonormal.basis(of: Matrix(rows: 1, columns: 1, values: [.infinity]), tolerance: 0)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The singular value decomposition of a matrix without what belongs to zero: A = Σ σᵢ uᵢ vᵢᵀ over its numerical rank.
///
/// The eigenvectors E of the Gram matrix of the shorter side make the rows of E A nearly orthogonal. A Gram matrix holds
/// squares, so rows below 10⁻⁵ of the longest are diagonalised again among themselves, where they are not drowned. One-sided
/// Jacobi rotations (Hestenes 1958; Demmel & Veselić 1992) then make all rows orthogonal to working precision, mostly in one or
/// two sweeps. So vectors are orthonormal, and values right, to about √n × 2⁻⁵² of the largest value; what is below max(rows,
/// columns) × 2⁻⁵² of it is left out as zero. 1,300 × 1,300 numbers take two to four seconds of one core.
package struct ThinSVD: Sendable {
    /// From the largest to the smallest, all positive; as many as the numerical rank.
    package let values: [Double]
    /// [rank, rows]: a left singular vector a row; its entry of largest magnitude is positive.
    package let left: Matrix
    /// [rank, columns]: a right singular vector a row.
    package let right: Matrix

    /// Throws `notFinite` or `noConvergence`.
    package init(_ matrix: Matrix) throws(AlgebraError) {
        if !matrix.isFinite { throw .notFinite("a matrix to be decomposed") }
        let isWide = matrix.rows <= matrix.columns
        // A power of two: squares stay in range and no digit is lost.
        let scale = max(matrix.largestMagnitude.binade, 0x1p-1000)
        let oriented = isWide ? matrix : matrix.transposed
        let wide = oriented.scaling(rowsBy: [Double](repeating: 1 / scale, count: oriented.rows))
        var pairs = try Pairs(wide)
        try pairs.orthogonalise()

        let lengths = pairs.long.rowSquares.map { $0.squareRoot() }
        let long = pairs.long.scaling(rowsBy: lengths.map { 1 / $0 })
        var (u, v) = isWide ? (pairs.short.values, long.values) : (long.values, pairs.short.values)
        unsafe ek_orient(lengths.count, matrix.rows, &u, matrix.columns, &v)
        values = lengths.map { $0 * scale }
        left = Matrix(rows: lengths.count, columns: matrix.rows, values: u)
        right = Matrix(rows: lengths.count, columns: matrix.columns, values: v)
        if !values.allSatisfy(\.isFinite) { throw .notFinite("a matrix to be decomposed") }
    }

    package var rank: Int { values.count }

    /// (AᵀA)^(1/2), the symmetric factor of the polar decomposition, without squaring A on the way, which would cost half of
    /// the digits.
    package var symmetricFactor: Matrix { (right.transposed * right.scaling(rowsBy: values)).symmetrised }
}

/// Rows of E A beside those of E, E being orthogonal: singular vectors in the making.
private struct Pairs {
    var long: Matrix
    var short: Matrix
    /// Squares up to this are zero.
    private let floor: Double

    init(_ wide: Matrix) throws(AlgebraError) {
        let gram = try SymmetricEigen(wide * wide.transposed)
        var rest = (long: gram.vectors * wide, short: gram.vectors)
        let noise = Double(wide.columns) * .ulpOfOne
        floor = (rest.long.rowSquares.max() ?? 0) * noise * noise
        long = Matrix(zeros: 0, wide.columns)
        short = Matrix(zeros: 0, wide.rows)
        while rest.long.rows > 0 {
            let squares = rest.long.rowSquares
            let top = squares.max() ?? 0
            let strong = squares.indices.filter { squares[$0] > max(floor, 1e-10 * top) }
            let weak = squares.indices.filter { squares[$0] > floor && squares[$0] <= 1e-10 * top }
            let kept = rest.long.selecting(rows: strong)
            long = Self.stack(long, kept)
            short = Self.stack(short, rest.short.selecting(rows: strong))
            if weak.isEmpty { break }
            // What rounding has left of the strong rows would drown the weak ones again.
            var freed = rest.long.selecting(rows: weak)
            let shares = kept.scaling(rowsBy: strong.map { -1 / squares[$0] })
            freed.addProduct(freed * shares.transposed, kept)
            let eigen = try SymmetricEigen(freed * freed.transposed)
            rest = (eigen.vectors * freed, eigen.vectors * rest.short.selecting(rows: weak))
        }
    }

    private static func stack(_ a: Matrix, _ b: Matrix) -> Matrix {
        Matrix(rows: a.rows + b.rows, columns: a.columns, values: a.values + b.values)
    }

    /// Rotates the rows until all are orthogonal, and sorts them by length.
    mutating func orthogonalise() throws(AlgebraError) {
        var (turned, companions) = (long.values, short.values)
        var squares = [Double](repeating: 0, count: max(1, long.rows))
        if unsafe ek_orthogonalise(long.rows, long.columns, &turned, short.columns, &companions, &squares) == 0 {
            throw .noConvergence("the singular value iteration")
        }
        let order = (0..<long.rows).filter { squares[$0] > floor }.sorted { (-squares[$0], $0) < (-squares[$1], $1) }
        long = Matrix(rows: long.rows, columns: long.columns, values: turned).selecting(rows: order)
        short = Matrix(rows: short.rows, columns: short.columns, values: companions).selecting(rows: order)
    }
}

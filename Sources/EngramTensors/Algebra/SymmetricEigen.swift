// SPDX-License-Identifier: Apache-2.0
import CKernels

/// All eigenvalues and eigenvectors of a symmetric matrix: A = Vᵀ Λ V with the eigenvectors in the rows of V.
///
/// Householder reduction to tridiagonal form, then implicit QL (Martin, Reinsch & Wilkinson 1968; EISPACK's tred2 and tql2),
/// our own code because a BLAS found at run time does not promise a LAPACK. Eigenvalues and ‖VVᵀ − I‖ are good to a small
/// multiple of n × 2⁻⁵³ of the largest magnitude, so eigenvalues below that are noise. 1,300 rows take about two seconds of one
/// core.
package struct SymmetricEigen: Sendable {
    /// From the largest to the smallest.
    package let values: [Double]
    /// One unit eigenvector a row, in the order of `values`; its entry of largest magnitude is positive.
    package let vectors: Matrix

    /// Reads the lower triangle of a square matrix only. Throws `notFinite` or `noConvergence`.
    package init(_ matrix: Matrix) throws(AlgebraError) {
        precondition(matrix.rows == matrix.columns, "eigenvalues need a square matrix")
        if !matrix.isFinite { throw .notFinite("a matrix to be diagonalised") }
        let n = matrix.rows
        var (work, lower) = ([Double](repeating: 0, count: 3 * n + Int(EK_EIGEN_WORK)), matrix.values)
        var (found, rows) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n * n))
        if unsafe ek_symmetric_eigen(n, &lower, &found, &rows, &work) == 0 { throw .noConvergence("the eigenvalue iteration") }
        if !found.allSatisfy(\.isFinite) { throw .notFinite("a matrix to be diagonalised") }
        unsafe ek_orient(n, n, &rows, 0, &work)
        let order = found.indices.sorted { (-found[$0], $0) < (-found[$1], $1) }
        values = order.map { found[$0] }
        vectors = Matrix(rows: n, columns: n, values: rows).selecting(rows: order)
    }

    /// Eigenvalues up to this are not told from zero: n × 2⁻⁵² of the largest magnitude.
    package var noise: Double {
        Double(values.count) * .ulpOfOne * max(abs(values.first ?? 0), abs(values.last ?? 0))
    }

    /// The symmetric matrix with the same eigenvectors and the eigenvalues f(λ).
    package func map(_ f: (Double) -> Double) -> Matrix {
        (vectors.transposed * vectors.scaling(rowsBy: values.map(f))).symmetrised
    }

    /// The symmetric square root of a positive semidefinite matrix; eigenvalues that rounding made negative count as 0.
    package var squareRoot: Matrix { map { max(0, $0).squareRoot() } }

    /// The inverse of the square root; throws `singular` when the smallest eigenvalue is not above the noise.
    package func inverseSquareRoot(of what: String) throws(AlgebraError) -> Matrix {
        if let least = values.last, least <= noise { throw .singular(what) }
        return map { 1 / $0.squareRoot() }
    }
}

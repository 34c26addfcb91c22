// SPDX-License-Identifier: Apache-2.0
import CKernels

/// Orthonormal bases of spans.
package enum Orthonormal {
    /// An orthonormal basis of what the rows span, one vector a row, in the order of the rows: modified Gram–Schmidt, each row
    /// twice, which leaves the basis orthonormal to about 10⁻¹⁵ however skew the rows were (Giraud, Langou & Rozložník 2005).
    ///
    /// A row of which less than `tolerance` of its length is new is taken as a combination of those before it, and dropped; so
    /// are zeros. Throws `notFinite`.
    package static func basis(of vectors: Matrix, tolerance: Double) throws(AlgebraError) -> Matrix {
        if !vectors.isFinite { throw .notFinite("vectors to be orthonormalised") }
        var values = vectors.values
        let size = unsafe ek_orthonormalise(vectors.rows, vectors.columns, &values, tolerance)
        return Matrix(rows: size, columns: vectors.columns, values: Array(values.prefix(size * vectors.columns)))
    }
}

// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The principal angles between two subspaces (Jordan 1875), in degrees: the arc cosines of the singular values of U Vᵀ, for
/// orthonormal bases in the rows of U and V.
///
/// An arc cosine loses half of the digits near 0°, so the sines are computed too, as the singular values of V − V Uᵀ U, and each
/// angle is taken from both (Björck & Golub 1973): good to about 10⁻¹³ at either end.
package struct PrincipalAngles: Sendable {
    /// From the smallest to the largest, 0…90°; as many as the smaller subspace has dimensions.
    package let degrees: [Double]

    /// `first` and `second` hold one unit vector a row, orthogonal to each other. Throws `notFinite` or `noConvergence`.
    package init(between first: Matrix, and second: Matrix) throws(AlgebraError) {
        precondition(first.columns == second.columns, "subspaces of one space are needed")
        let (small, large) = first.rows < second.rows ? (first, second) : (second, first)
        let inner = small * large.transposed
        var outside = small
        outside.add(inner * large, times: -1)
        // Decompositions leave zeros out.
        func padded(_ values: [Double]) -> [Double] { values + [Double](repeating: 0, count: small.rows - values.count) }
        let cosines = padded(try ThinSVD(inner).values)
        let sines = padded(try ThinSVD(outside).values)
        degrees = zip(sines.reversed(), cosines).map { atan2($0, $1) * 180 / .pi }
    }

    /// nil when one of the subspaces is {0}.
    package var smallest: Double? { degrees.first }
}

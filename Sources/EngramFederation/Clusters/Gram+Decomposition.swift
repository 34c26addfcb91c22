// SPDX-License-Identifier: Apache-2.0
import EngramTensors

extension Gram {
    /// Cosines between each vector and the first `wanted` singular directions of all: the decomposition by which FedGroup (Duan et al. 2021)
    /// compares agents, [count, at most wanted].
    ///
    /// With the eigenvectors aⱼ and eigenvalues σⱼ² of the n × n matrix of inner products, the directions are vⱼ = Σᵢ aⱼᵢ xᵢ / σⱼ, so
    /// cos(xᵢ, vⱼ) = σⱼ aⱼᵢ / ‖xᵢ‖, and no vector is needed. Directions that rounding hides are left out; a zero vector has zeros.
    /// Throws `AlgebraError`.
    func decomposedCosines(_ wanted: Int) throws -> [[Double]] {
        let products = (0..<count).flatMap { i in (0..<count).map { self[i, $0] } }
        let eigen = try SymmetricEigen(Matrix(rows: count, columns: count, values: products))
        let kept = eigen.values.prefix(wanted).prefix { $0 > eigen.noise }
        return (0..<count).map { i in
            let norm = norm(i)
            return kept.enumerated().map { j, square in
                norm > 0 ? square.squareRoot() * eigen.vectors[j, i] / norm : 0
            }
        }
    }
}
